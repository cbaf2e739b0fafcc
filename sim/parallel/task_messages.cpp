#include "sim/parallel/task_messages.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace faultline::parallel {
namespace {

template <typename Value>
constexpr bool kPlain = std::is_arithmetic_v<Value> || std::is_enum_v<Value> || std::is_same_v<Value, hw::Site> ||
                        std::is_same_v<Value, hw::Fault> || std::is_same_v<Value, campaign::Run> ||
                        std::is_same_v<Value, inject::PilotCount> || std::is_same_v<Value, campaign::ExperimentRange>;

/// Appends values: plain ones as they lie in memory, lists and texts after their length.
class Packer {
 public:
  explicit Packer(std::string& bytes) : bytes_(bytes) {}

  template <typename... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }

 private:
  void append(const void* data, size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  template <typename Value>
  void put(const Value& value) {
    static_assert(kPlain<Value> && std::is_trivially_copyable_v<Value>);
    append(&value, sizeof value);
  }
  template <typename Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    put(value.value_or(Value{}));
  }
  template <typename Value>
  void put(const std::vector<Value>& values) {
    static_assert(kPlain<Value> && std::is_trivially_copyable_v<Value>);
    put(values.size());
    append(values.data(), values.size() * sizeof(Value));
  }
  void put(const hw::Faults& faults) { put(faults.list()); }
  void put(const std::string& text) {
    put(text.size());
    append(text.data(), text.size());
  }

  std::string& bytes_;
};

/// Takes values in the order in which a Packer appended them.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : next_(bytes.data()) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (take(values), ...);
  }

 private:
  template <typename Value>
  void take(Value& value) {
    static_assert(kPlain<Value> && std::is_trivially_copyable_v<Value>);
    std::memcpy(&value, next_, sizeof value);
    next_ += sizeof value;
  }
  template <typename Value>
  void take(std::optional<Value>& value) {
    bool held = false;
    Value content{};
    (*this)(held, content);
    value = held ? std::optional<Value>(content) : std::nullopt;
  }
  template <typename Value>
  void take(std::vector<Value>& values) {
    size_t count = 0;
    take(count);
    values.resize(count);
    if (count > 0) {
      std::memcpy(values.data(), next_, count * sizeof(Value));
      next_ += count * sizeof(Value);
    }
  }
  void take(hw::Faults& faults) {
    std::vector<hw::Fault> list;
    take(list);
    faults = std::move(list);
  }
  void take(std::string& text) {
    size_t length = 0;
    take(length);
    text.assign(next_, length);
    next_ += length;
  }

  const char* next_;
};

/// Every member of a row, in one order for both directions.
template <typename Stream, typename Row>
void transfer(Stream& stream, Row& row) {
  auto& judged = row.judgement;
  stream(row.number, row.image, row.stratum, row.weight, row.faults, row.site, row.bit, row.layer);
  stream(judged.outcome, judged.sdc_1, judged.sdc_5, judged.sdc_10_percent, judged.sdc_20_percent, judged.golden_class,
         judged.faulty_class, judged.golden_tie, judged.faulty_tie, judged.golden_confidence, judged.faulty_confidence);
  stream(row.latent, row.extent, row.masked_in, row.detection.by, row.detection.corrected, row.detection.cycle);
  stream(row.cycles, row.golden_cycles, row.label, row.exact_class, row.followed, row.tool_error);
}

template <typename... Values>
std::string to_bytes(const Values&... values) {
  std::string bytes;
  Packer packer(bytes);
  packer(values...);
  return bytes;
}

}  // namespace

std::string pack(const Share& share) {
  return to_bytes(share.runs, share.ask);
}
std::string pack(const std::vector<inject::PilotCount>& counts) {
  return to_bytes(counts);
}
std::string pack(const campaign::RangeRuns& told) {
  return to_bytes(told.range, told.runs);
}
std::string pack(const std::vector<campaign::ExperimentRow>& rows) {
  constexpr size_t kRowBytes = 320;
  std::string bytes;
  bytes.reserve(rows.size() * kRowBytes);
  Packer packer(bytes);
  packer(rows.size());
  for (const campaign::ExperimentRow& row : rows) {
    transfer(packer, row);
  }
  return bytes;
}
Share unpack_share(std::string_view bytes) {
  Share share;
  Unpacker unpacker(bytes);
  unpacker(share.runs, share.ask);
  return share;
}
std::vector<inject::PilotCount> unpack_counts(std::string_view bytes) {
  std::vector<inject::PilotCount> counts;
  Unpacker unpacker(bytes);
  unpacker(counts);
  return counts;
}
campaign::RangeRuns unpack_told(std::string_view bytes) {
  campaign::RangeRuns told;
  Unpacker unpacker(bytes);
  unpacker(told.range, told.runs);
  return told;
}
std::vector<campaign::ExperimentRow> unpack_rows(std::string_view bytes) {
  Unpacker unpacker(bytes);
  size_t count = 0;
  unpacker(count);
  std::vector<campaign::ExperimentRow> rows(count);
  for (campaign::ExperimentRow& row : rows) {
    transfer(unpacker, row);
  }
  return rows;
}
size_t count_rows(std::string_view bytes) {
  size_t count = 0;
  Unpacker unpacker(bytes);
  unpacker(count);
  return count;
}

}  // namespace faultline::parallel
