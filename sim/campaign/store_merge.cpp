#include "sim/campaign/store_merge.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <optional>
#include <system_error>
#include <tuple>

#include <fmt/format.h>

#include "sim/campaign/pending_file.h"
#include "sim/campaign/result_store.h"
#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

constexpr size_t kBatch = 1000;
constexpr const char* kOneCampaign = "merge shards of one campaign";

/// Two different values, and the keys that lead to them.
struct Difference {
  std::string path;
  ordered_json first;
  ordered_json second;
};

/// The first difference below two values that differ.
Difference first_difference(const std::string& path, const ordered_json& first, const ordered_json& second) {
  if (first.is_object() && second.is_object()) {
    for (const auto& [key, value] : first.items()) {
      const ordered_json other = second.value(key, ordered_json());
      if (other != value) {
        return first_difference(path.empty() ? key : path + "." + key, value, other);
      }
    }
    for (const auto& [key, value] : second.items()) {
      if (!first.contains(key)) {
        return {path.empty() ? key : path + "." + key, ordered_json(), value};
      }
    }
  }
  return {path, first, second};
}

/// A value for a message, not longer than a line.
std::string shown(const ordered_json& value) {
  constexpr size_t kLongest = 60;
  const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

void check_same_campaign(const ResultStore& first, const ResultStore& other) {
  const ordered_json expected = first.description().identity();
  const ordered_json found = other.description().identity();
  if (found != expected) {
    const Difference difference = first_difference("", expected, found);
    throw UserError(other.path(), 0,
                    fmt::format("is of another campaign than {}: {} is {} instead of {}", first.path(), difference.path,
                                shown(difference.second), shown(difference.first)),
                    kOneCampaign);
  }
}

/// True when some experiment is in both: a number n with n = a.index - 1 (mod a.of) and n = b.index - 1 (mod b.of).
bool overlap(const Shard& a, const Shard& b) {
  const uint64_t common = std::gcd(a.of, b.of);
  return (a.index - 1) % common == (b.index - 1) % common;
}

void check_disjoint(const ResultStore& first, const ResultStore& other) {
  for (const Shard& a : first.description().shards) {
    for (const Shard& b : other.description().shards) {
      if (overlap(a, b)) {
        throw UserError(other.path(), 0,
                        fmt::format("is shard {} of {}, which shares experiments with shard {} of {} in {}", b.index,
                                    b.of, a.index, a.of, first.path()),
                        "merge every shard once");
      }
    }
  }
}

/// True when disjoint shards together are the whole campaign.
bool complete(const std::vector<Shard>& shards) {
  constexpr uint64_t kMostResidues = uint64_t{1} << 32;
  uint64_t residues = 1;
  for (const Shard& shard : shards) {
    residues = std::lcm(residues, shard.of);
    if (shard.of > kMostResidues || residues > kMostResidues) {
      return false;  // such shards would be more than anybody can list
    }
  }
  uint64_t covered = 0;
  for (const Shard& shard : shards) {
    covered += residues / shard.of;
  }
  return covered == residues;
}

std::vector<Shard> shards_of(const std::vector<ResultStore>& stores) {
  std::vector<Shard> shards;
  for (const ResultStore& store : stores) {
    const std::vector<Shard>& held = store.description().shards;
    shards.insert(shards.end(), held.begin(), held.end());
  }
  if (complete(shards)) {
    return {Shard{}};
  }
  std::sort(shards.begin(), shards.end(),
            [](const Shard& a, const Shard& b) { return std::tie(a.of, a.index) < std::tie(b.of, b.index); });
  return shards;
}

/// An input at its next row.
struct Source {
  const ResultStore* store;
  std::unique_ptr<RowReading> rows;
  ExperimentRow row;
};

bool before(const Source& a, const Source& b) {
  return std::tie(a.row.number, a.row.image) < std::tie(b.row.number, b.row.image);
}

/// Adds the rows of all sources in ascending order.
void copy_rows(std::vector<Source> sources, ResultStore& output) {
  std::vector<ExperimentRow> batch;
  std::optional<ResultStore::Key> last;
  const ResultStore* last_store = nullptr;
  while (!sources.empty()) {
    const auto next = std::min_element(sources.begin(), sources.end(), before);
    const ResultStore::Key key(next->row.number, next->row.image);
    if (last == key) {
      throw UserError(
          next->store->path(), 0,
          fmt::format("holds experiment {} on image {}, as {} does", key.first, key.second, last_store->path()),
          "merge every shard once");
    }
    last = key;
    last_store = next->store;
    batch.push_back(std::move(next->row));
    next->row = {};
    if (!next->rows->next(next->row)) {
      sources.erase(next);
    }
    if (batch.size() == kBatch || sources.empty()) {
      output.append(batch);
      batch.clear();
    }
  }
}

ResultStore create_unnamed(const PendingFile& file, const std::string& output, const CampaignDescription& description) {
  try {
    return ResultStore::create(file.temporary(), description);
  } catch (const UserError&) {
    throw UserError(output, 0, "cannot be written",
                    "give a path in a folder that you may write, with room on its disk");
  }
}

}  // namespace

void merge_stores(const std::string& output, const std::vector<std::string>& inputs) {
  constexpr const char* kRight = "choose another name";
  std::error_code ignored;
  if (std::filesystem::exists(output, ignored)) {
    throw UserError(output, 0, "exists", kRight);
  }
  std::vector<ResultStore> stores;
  for (const std::string& input : inputs) {
    stores.push_back(ResultStore::open(input));
    for (size_t i = 0; i + 1 < stores.size(); ++i) {
      check_same_campaign(stores[i], stores.back());
      check_disjoint(stores[i], stores.back());
    }
  }
  CampaignDescription description = stores.front().description();
  description.shards = shards_of(stores);

  PendingFile file(output);
  {
    ResultStore merged = create_unnamed(file, output, description);
    std::vector<Source> sources;
    for (const ResultStore& store : stores) {
      Source source{&store, store.rows(), {}};
      if (source.rows->next(source.row)) {
        sources.push_back(std::move(source));
      }
    }
    copy_rows(std::move(sources), merged);
  }
  file.publish_new(kRight);
}

}  // namespace faultline::campaign
