#include "sim/report/description_text.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "sim/report/number_text.h"

namespace faultline::report {
namespace {

using campaign::CampaignDescription;
using nlohmann::ordered_json;

std::string plain(const ordered_json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (!value.is_structured()) {
    return value.dump();
  }
  std::string text;
  for (const auto& [key, item] : value.items()) {
    text += text.empty() ? "" : ", ";
    text += value.is_object() ? key + " " : "";
    text += item.is_structured() ? "(" + plain(item) + ")" : plain(item);
  }
  return text;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::string stated(const ordered_json& json, const std::string& pointer) {
  const ordered_json::json_pointer place(pointer);
  if (!json.contains(place) || json.at(place).is_null()) {
    return "not stated";
  }
  return plain(json.at(place));
}

std::string machine_title(const CampaignDescription& description) {
  const ordered_json& experiment = description.experiment;
  if (stated(experiment, "/accelerator/architecture") == "gpu") {
    return fmt::format("a GPU of {} x {} lanes", stated(experiment, "/accelerator/partitions"),
                       stated(experiment, "/accelerator/lanes"));
  }
  return fmt::format("{} {}", stated(experiment, "/accelerator/array"), stated(experiment, "/accelerator/dataflow"));
}

std::string design_title(const CampaignDescription& description) {
  return fmt::format("{} on {}", std::filesystem::path(stated(description.experiment, "/model")).stem().string(),
                     machine_title(description));
}

std::string fault_text(const CampaignDescription& description) {
  const ordered_json faults = description.experiment.value("faults", ordered_json::object());
  if (faults.contains("list")) {
    return "fault list " + stated(faults, "/list");
  }
  std::string text = stated(faults, "/model");
  if (faults.contains("upset")) {
    text += ", upset of " + stated(faults, "/upset");
  } else {
    const std::string bits = stated(faults, "/bits");
    text += fmt::format(" of {} {}", bits, bits == "1" ? "bit" : "adjacent bits");
  }
  const std::string duration = stated(faults, "/duration");
  text +=
      duration == "0" ? ", to the end of the run" : fmt::format(", {} cycle{}", duration, duration == "1" ? "" : "s");
  const std::string period = stated(faults, "/period");
  return is_number(period) && period != "0" ? text + fmt::format(", every {} cycles", period) : text;
}

std::string population_text(const CampaignDescription& description) {
  const std::string size = stated(description.population, "/size");
  return fmt::format("{} ({})", is_number(size) ? digits_text(size) : size, stated(description.population, "/kind"));
}

std::string sample_text(const CampaignDescription& description, uint64_t done) {
  std::string text = fmt::format("{} of {} experiments", count_text(done), count_text(description.experiments));
  if (description.images_per_experiment > 1) {
    text += fmt::format(", each on {} images", count_text(description.images_per_experiment));
  }
  return text;
}

std::string sampler_text(const CampaignDescription& description) {
  const ordered_json& population = description.population;
  if (description.experiment.contains("/faults/list"_json_pointer)) {
    return "Every experiment of the fault list";
  }
  std::string text = population.contains("sampler") ? stated(population, "/sampler") : "uniform";
  if (population.contains("with_replacement")) {
    text += population.value("with_replacement", true) ? ", with replacement" : ", without replacement";
  }
  return text;
}

std::optional<AskedMargin> asked_margin(const CampaignDescription& description) {
  const ordered_json faults = description.experiment.value("faults", ordered_json::object());
  if (!faults.contains("margin")) {
    return std::nullopt;
  }
  return AskedMargin{faults.at("margin").get<double>(), faults.value("question", "")};
}

std::string confidence_text(const CampaignDescription& description) {
  return fmt::format("{:g}\u00A0%", 100 * description.confidence);
}

}  // namespace faultline::report
