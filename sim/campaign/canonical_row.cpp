#include "sim/campaign/canonical_row.h"

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <limits>

#include "sim/model/sha256.h"

namespace faultline::campaign {
namespace {

/// Writes values in canonical form.
class CanonicalWriter {
 public:
  explicit CanonicalWriter(std::string& bytes) : bytes_(bytes) {}

  void number(uint64_t value) { numbers({value}); }
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
  void site(const hw::Site& value) { numbers({value.field, value.element}); }
  void fault(const hw::Fault& value) {
    numbers({value.site.field, value.site.element, value.mask, static_cast<uint64_t>(value.model), value.start,
             value.duration, value.period});
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
  /// Little-endian. Maps hold thousands of faults: one addition to the text for all numbers of one.
  void numbers(std::initializer_list<uint64_t> values) {
    char words[8 * sizeof(uint64_t)];
    char* end = words;
    for (uint64_t value : values) {
      for (size_t byte = 0; byte < sizeof value; ++byte) {
        *end++ = static_cast<char>(value & 0xff);
        value >>= 8;
      }
    }
    bytes_.append(words, static_cast<size_t>(end - words));
  }

  std::string& bytes_;
};

/// Longer lists of faults enter a row by their digest: maps hold thousands, which every image's row repeats.
constexpr size_t kMostListed = 64;

}  // namespace

std::string canonical_faults(const std::vector<hw::Fault>& faults) {
  std::string bytes;
  CanonicalWriter writer(bytes);
  writer.number(faults.size());
  for (const hw::Fault& fault : faults) {
    writer.fault(fault);
  }
  if (faults.size() <= kMostListed) {
    return bytes;
  }
  model::Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.finish();
}

void append_canonical(const ExperimentRow& row, std::string& bytes) {
  append_canonical(row, canonical_faults(row.faults), bytes);
}

void append_canonical(const ExperimentRow& row, const std::string& faults, std::string& bytes) {
  CanonicalWriter writer(bytes);
  writer.number(row.number);
  writer.number(row.image);
  writer.number(row.stratum);
  writer.real(row.weight);
  bytes += faults;
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
