#include "sim/campaign/canonical_row.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace faultline::campaign {
namespace {

/// Writes values in canonical form.
class CanonicalWriter {
 public:
  explicit CanonicalWriter(std::string& bytes) : bytes_(bytes) {}

  void number(uint64_t value) {
    char word[sizeof value];
    for (char& byte : word) {
      byte = static_cast<char>(value & 0xff);
      value >>= 8;
    }
    bytes_.append(word, sizeof word);
  }
  void real(double value) {
    const double one = std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
    uint64_t bits = 0;
    std::memcpy(&bits, &one, sizeof bits);
    number(bits);
  }
  void text(const std::string& value) {
    number(value.size());
    bytes_ += value;
  }
  template <typename Value>
  void optional(const std::optional<Value>& value) {
    number(value ? 1 : 0);
    if (value) {
      number(*value);
    }
  }
  void site(const hw::Site& value) {
    number(value.field);
    number(value.element);
  }
  void fault(const hw::Fault& value) {
    site(value.site);
    number(value.mask);
    number(static_cast<uint64_t>(value.model));
    number(value.start);
    number(value.duration);
    number(value.period);
  }
  void judgement(const Judgement& value) {
    number(static_cast<uint64_t>(value.outcome));
    number(value.sdc_1);
    optional(value.sdc_5);
    number(value.sdc_10_percent);
    number(value.sdc_20_percent);
    number(static_cast<uint64_t>(value.golden_class));
    number(static_cast<uint64_t>(value.faulty_class));
    number(value.golden_tie);
    number(value.faulty_tie);
    real(value.golden_confidence);
    real(value.faulty_confidence);
  }

 private:
  std::string& bytes_;
};

}  // namespace

void append_canonical(const ExperimentRow& row, std::string& bytes) {
  CanonicalWriter writer(bytes);
  writer.number(row.number);
  writer.number(row.image);
  writer.number(row.stratum);
  writer.real(row.weight);
  writer.number(row.faults.size());
  for (const hw::Fault& fault : row.faults) {
    writer.fault(fault);
  }
  writer.site(row.site);
  writer.number(static_cast<uint64_t>(row.bit));
  writer.number(static_cast<uint64_t>(row.layer));
  writer.judgement(row.judgement);
  writer.number(row.latent);
  writer.number(static_cast<uint64_t>(row.extent));
  writer.number(static_cast<uint64_t>(row.masked_in));
  writer.text(row.detection.by);
  writer.number(row.detection.corrected);
  writer.optional(row.detection.cycle);
  writer.number(row.cycles);
  writer.number(row.golden_cycles);
  writer.number(static_cast<uint64_t>(row.label));
  writer.number(static_cast<uint64_t>(row.exact_class));
  writer.text(row.tool_error);
}

}  // namespace faultline::campaign
