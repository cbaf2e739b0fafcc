#include "sim/parallel/task_messages.h"

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/optional.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <optional>
#include <sstream>

namespace boost::serialization {

// The packaged Boost knows its own optional only.
template <typename Archive, typename Value>
void save(Archive& archive, const std::optional<Value>& optional, unsigned /*version*/) {
  const bool held = optional.has_value();
  const Value value = optional.value_or(Value{});
  archive << held << value;
}
template <typename Archive, typename Value>
void load(Archive& archive, std::optional<Value>& optional, unsigned /*version*/) {
  bool held = false;
  Value value{};
  archive >> held >> value;
  optional = held ? std::optional<Value>(value) : std::nullopt;
}
template <typename Archive, typename Value>
void serialize(Archive& archive, std::optional<Value>& optional, unsigned version) {
  split_free(archive, optional, version);
}

template <typename Archive>
void serialize(Archive& archive, faultline::hw::Site& site, unsigned /*version*/) {
  archive& site.field& site.element;
}
template <typename Archive>
void serialize(Archive& archive, faultline::hw::Fault& fault, unsigned /*version*/) {
  archive& fault.site& fault.mask& fault.model& fault.start& fault.duration& fault.period;
}
template <typename Archive>
void serialize(Archive& archive, faultline::campaign::Task& task, unsigned /*version*/) {
  archive& task.number& task.image& task.stratum& task.weight& task.faults;
}
template <typename Archive>
void serialize(Archive& archive, faultline::campaign::Judgement& judged, unsigned /*version*/) {
  archive& judged.outcome& judged.sdc_1& judged.sdc_5& judged.sdc_10_percent& judged.sdc_20_percent;
  archive& judged.golden_class& judged.faulty_class& judged.golden_tie& judged.faulty_tie;
  archive& judged.golden_confidence& judged.faulty_confidence;
}
template <typename Archive>
void serialize(Archive& archive, faultline::campaign::Detection& detection, unsigned /*version*/) {
  archive& detection.by& detection.corrected& detection.cycle;
}
template <typename Archive>
void serialize(Archive& archive, faultline::campaign::ExperimentRow& row, unsigned /*version*/) {
  archive& row.number& row.image& row.stratum& row.weight& row.faults;
  archive& row.site& row.bit& row.layer& row.judgement& row.latent& row.extent& row.masked_in& row.detection;
  archive& row.cycles& row.golden_cycles& row.label& row.exact_class& row.followed& row.tool_error;
}

}  // namespace boost::serialization

namespace faultline::parallel {
namespace {

constexpr unsigned kBare = boost::archive::no_header | boost::archive::no_tracking;

template <typename Value>
std::string to_bytes(const Value& value) {
  std::ostringstream out;
  boost::archive::binary_oarchive(out, kBare) << value;
  return out.str();
}

template <typename Value>
Value from_bytes(const std::string& bytes) {
  std::istringstream in(bytes);
  Value value;
  boost::archive::binary_iarchive(in, kBare) >> value;
  return value;
}

}  // namespace

std::string pack(const std::vector<campaign::Task>& tasks) {
  return to_bytes(tasks);
}
std::string pack(const std::vector<campaign::ExperimentRow>& rows) {
  return to_bytes(rows);
}
std::vector<campaign::Task> unpack_tasks(const std::string& bytes) {
  return from_bytes<std::vector<campaign::Task>>(bytes);
}
std::vector<campaign::ExperimentRow> unpack_rows(const std::string& bytes) {
  return from_bytes<std::vector<campaign::ExperimentRow>>(bytes);
}

}  // namespace faultline::parallel
