#include "sim/inject/fault_list_fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/inject/fault_text.h"

namespace faultline::inject {

const std::vector<std::string>& fault_list_columns() {
  static const std::vector<std::string> kColumns = {"path",     "mask",   "model",     "start",
                                                    "duration", "period", "experiment"};
  return kColumns;
}

FaultListEntry make_entry(const std::function<std::optional<std::string>(const std::string& column)>& value_of,
                          const TextPlace& place) {
  const auto required = [&](const std::string& column) {
    const std::optional<std::string> value = value_of(column);
    if (!value || value->empty()) {
      place.fail(fmt::format("{} is missing", column), "give path, mask and model of every fault");
    }
    return *value;
  };
  const auto number = [&](const std::string& column, uint64_t otherwise) {
    const std::optional<std::string> value = value_of(column);
    return value && !value->empty() ? parse_number(*value, column, place) : otherwise;
  };
  FaultListEntry entry;
  entry.path = required("path");
  entry.mask = parse_number(required("mask"), "mask", place);
  entry.model = parse_fault_model(required("model"), place);
  entry.start = number("start", 0);
  entry.duration = number("duration", default_duration(entry.model));
  entry.period = number("period", 0);
  entry.experiment = value_of("experiment").value_or("");
  entry.line = place.line;
  const auto unprintable = [](char symbol) { return symbol == '"' || static_cast<unsigned char>(symbol) < ' '; };
  if (std::any_of(entry.experiment.begin(), entry.experiment.end(), unprintable)) {
    place.fail("the name of an experiment holds a quotation mark or a control character", "use letters and digits");
  }
  return entry;
}

}  // namespace faultline::inject
