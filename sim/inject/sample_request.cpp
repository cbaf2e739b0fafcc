#include "sim/inject/sample_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "sim/inject/fault_sampler.h"
#include "sim/inject/upset.h"

namespace faultline::inject {
namespace {

using config::YamlValue;

constexpr int64_t kMost = int64_t{1} << 40;

constexpr std::array<std::pair<const char*, SampleModel>, 4> kSampleModels = {
    std::pair{"flip", SampleModel::kFlip},
    std::pair{"stuck_at_0", SampleModel::kStuckAt0},
    std::pair{"stuck_at_1", SampleModel::kStuckAt1},
    std::pair{"stuck_at", SampleModel::kStuckAtBoth},
};
constexpr std::array<std::pair<const char*, Population>, 2> kPopulations = {
    std::pair{"storage", Population::kStorage},
    std::pair{"wire", Population::kWire},
};

template <typename Value, size_t Count>
const char* name_of(const std::array<std::pair<const char*, Value>, Count>& names, Value value) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.second == value; });
  return found->first;
}

template <typename Value, size_t Count>
Value value_of(const std::array<std::pair<const char*, Value>, Count>& names, const YamlValue& written,
               const char* what) {
  const std::string name = written.text(what);
  std::string known;
  for (const auto& [text, value] : names) {
    if (name == text) {
      return value;
    }
    known += (known.empty() ? "" : ", ") + std::string(text);
  }
  written.fail(fmt::format("unknown {} '{}'", what, name), "use one of " + known);
}

std::vector<std::string> common_keys() {
  return {"model", "sample", "where", "population", "bits", "duration", "period", "images", "upset"};
}

void read_where(const YamlValue& where, SampleRequest& request) {
  for (const YamlValue& pattern : where.items("where")) {
    request.where.push_back(pattern.text("an entry of where"));
  }
  request.place = {where.file(), where.line()};
  if (request.where.empty()) {
    request.place.fail("where is empty", "name at least one site or pattern");
  }
}

uint64_t read_cycles(const YamlValue& faults, const char* key, uint64_t otherwise) {
  const auto value = faults.find(key);
  return value ? static_cast<uint64_t>(value->integer(key, 0, kMost)) : otherwise;
}

size_t read_images(const YamlValue& images) {
  return images.is_scalar() && images.text("images") == "all"
             ? kAllImages
             : static_cast<size_t>(images.integer("images", 1, 1'000'000));
}

void read_upset(const YamlValue& faults, SampleRequest& request) {
  const auto upset = faults.find("upset");
  if (!upset) {
    return;
  }
  if (const auto bits = faults.find("bits")) {
    bits->fail("'upset' and 'bits' contradict each other", "keep one of them");
  }
  if (request.model != SampleModel::kFlip) {
    upset->fail(fmt::format("an upset of model {}", to_string(request.model)), "use model flip");
  }
  request.upset = std::make_shared<const Upset>(Upset::read(*upset));
}

}  // namespace

const char* to_string(SampleModel model) {
  return name_of(kSampleModels, model);
}
const char* to_string(Population population) {
  return name_of(kPopulations, population);
}

std::vector<std::string> sample_keys() {
  std::vector<std::string> keys = common_keys();
  const auto add = [&](const std::string& key) {
    if (!key.empty() && std::find(keys.begin(), keys.end(), key) == keys.end()) {
      keys.push_back(key);
    }
  };
  for (const FaultSamplerKind& kind : fault_sampler_kinds()) {
    add(kind.key);
    std::for_each(kind.keys.begin(), kind.keys.end(), add);
  }
  return keys;
}

SampleRequest read_sample(const YamlValue& faults, bool sized_elsewhere) {
  const FaultSamplerKind& kind = chosen_sampler(faults);
  SampleRequest request;
  request.sampler = kind.read(faults);
  request.model = value_of(kSampleModels, faults.require("model"), "fault model");
  if (request.sampler->has_sample_size() && !sized_elsewhere) {
    request.size = static_cast<uint64_t>(faults.require("sample").integer("sample", 1, kMost));
  }
  read_where(faults.require("where"), request);
  if (const auto population = faults.find("population")) {
    request.population = value_of(kPopulations, *population, "population");
  }
  if (const auto bits = faults.find("bits")) {
    request.bits = static_cast<int>(bits->integer("bits", 1, 64));
  }
  request.duration = read_cycles(faults, "duration", request.model == SampleModel::kFlip ? 1 : 0);
  request.period = read_cycles(faults, "period", 0);
  if (const auto images = faults.find("images")) {
    request.images = read_images(*images);
  }
  read_upset(faults, request);
  return request;
}

nlohmann::ordered_json to_json(const SampleRequest& request, const std::string& population) {
  nlohmann::ordered_json faults = {{"model", to_string(request.model)}};
  if (request.size > 0) {
    faults["sample"] = request.size;
  }
  faults["where"] = request.where;
  faults["population"] = population;
  if (request.upset != nullptr) {
    faults["upset"] = request.upset->settings();
  } else {
    faults["bits"] = request.bits;
  }
  faults["duration"] = request.duration;
  faults["period"] = request.period;
  if (request.images == kAllImages) {
    faults["images"] = "all";
  } else {
    faults["images"] = request.images;
  }
  request.sampler->describe(faults);
  return faults;
}

}  // namespace faultline::inject
