#include "sim/campaign/stored_rows.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "sim/campaign/attribution.h"
#include "sim/campaign/result_store_schema.h"

namespace faultline::campaign {
namespace {

using nlohmann::json;

/// The values of one row of a result, one after another.
class ColumnReader {
 public:
  explicit ColumnReader(const SqliteStatement& statement) : statement_(statement) {}

  template <typename Value>
  void read(Value& value) {
    const int column = next_++;
    if constexpr (std::is_same_v<Value, std::string>) {
      value = statement_.text(column);
    } else if constexpr (std::is_floating_point_v<Value>) {
      // SQLite keeps a not-a-number as NULL.
      value = statement_.is_null(column) ? std::numeric_limits<Value>::quiet_NaN() : statement_.real(column);
    } else {
      value = static_cast<Value>(statement_.integer(column));
    }
  }
  template <typename Value>
  void read(std::optional<Value>& value) {
    value.reset();
    if (statement_.is_null(next_)) {
      ++next_;
    } else {
      read(value.emplace());
    }
  }
  template <typename... Values>
  void read_all(Values&... values) {
    (read(values), ...);
  }

 private:
  const SqliteStatement& statement_;
  int next_ = 0;
};

std::string insertion(const std::string& table, const std::vector<std::string>& columns) {
  const std::vector<const char*> places(columns.size(), "?");
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, fmt::join(columns, ", "), fmt::join(places, ", "));
}

std::string selection(const std::string& table, const std::vector<std::string>& columns) {
  return fmt::format("SELECT {} FROM {}", fmt::join(columns, ", "), table);
}

/// The faults of a row where columns do not say them: all but a single fault at the row's own site and bit.
std::optional<std::string> faults_text(const ExperimentRow& row) {
  if (row.faults.size() == 1 && row.faults.front().site == row.site) {
    return std::nullopt;
  }
  json list = json::array();
  for (const hw::Fault& fault : row.faults) {
    list.push_back({fault.site.field, fault.site.element, fault.mask, static_cast<int>(fault.model), fault.start,
                    fault.duration, fault.period});
  }
  return list.dump();
}

hw::Fault fault_of(const json& values) {
  hw::Fault fault;
  fault.site = {values.at(0).get<size_t>(), values.at(1).get<size_t>()};
  fault.mask = values.at(2).get<uint64_t>();
  fault.model = static_cast<hw::FaultModel>(values.at(3).get<int>());
  fault.start = values.at(4).get<uint64_t>();
  fault.duration = values.at(5).get<uint64_t>();
  fault.period = values.at(6).get<uint64_t>();
  return fault;
}

int64_t bit_of(RunFlag flag, bool set) {
  return int64_t{set} << static_cast<int>(flag);
}

int64_t flags_of(const ExperimentRow& row) {
  const Judgement& judged = row.judgement;
  return bit_of(RunFlag::kSdc1, judged.sdc_1) | bit_of(RunFlag::kSdc5Applies, judged.sdc_5.has_value()) |
         bit_of(RunFlag::kSdc5, judged.sdc_5.value_or(false)) | bit_of(RunFlag::kSdc10Percent, judged.sdc_10_percent) |
         bit_of(RunFlag::kSdc20Percent, judged.sdc_20_percent) | bit_of(RunFlag::kGoldenTie, judged.golden_tie) |
         bit_of(RunFlag::kFaultyTie, judged.faulty_tie) | bit_of(RunFlag::kLatent, row.latent) |
         bit_of(RunFlag::kCorrected, row.detection.corrected) | bit_of(RunFlag::kFollowed, row.followed);
}

void set_flags(int64_t flags, ExperimentRow& row) {
  const auto is_set = [flags](RunFlag flag) { return (flags >> static_cast<int>(flag) & 1) != 0; };
  Judgement& judged = row.judgement;
  judged.sdc_1 = is_set(RunFlag::kSdc1);
  judged.sdc_5 = is_set(RunFlag::kSdc5Applies) ? std::optional<bool>(is_set(RunFlag::kSdc5)) : std::nullopt;
  judged.sdc_10_percent = is_set(RunFlag::kSdc10Percent);
  judged.sdc_20_percent = is_set(RunFlag::kSdc20Percent);
  judged.golden_tie = is_set(RunFlag::kGoldenTie);
  judged.faulty_tie = is_set(RunFlag::kFaultyTie);
  row.latent = is_set(RunFlag::kLatent);
  row.detection.corrected = is_set(RunFlag::kCorrected);
  row.followed = is_set(RunFlag::kFollowed);
}

/// Empty texts are NULL, so that queries can say IS NULL.
std::optional<std::string> text_or_null(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

/// Reads a row of table `experiment`. Throws nlohmann::json::exception when its list of faults is none.
ExperimentRow read_experiment_columns(const SqliteStatement& statement) {
  ExperimentRow row;
  hw::Fault fault;
  uint64_t fault_count = 0;
  std::optional<std::string> faults;
  ColumnReader(statement).read_all(row.number, row.stratum, row.weight, row.site.field, row.site.element, row.bit,
                                   fault.mask, fault.model, fault.start, fault.duration, fault.period, fault_count,
                                   faults);
  if (!faults) {
    fault.site = row.site;
    row.faults = {fault};
    return row;
  }
  for (const json& values : json::parse(*faults)) {
    row.faults.push_back(fault_of(values));
  }
  return row;
}

void read_run_columns(const SqliteStatement& statement, ExperimentRow& row) {
  Judgement& judged = row.judgement;
  int64_t flags = 0;
  ColumnReader(statement).read_all(row.number, row.image, judged.outcome, flags, judged.golden_class,
                                   judged.faulty_class, judged.golden_confidence, judged.faulty_confidence, row.label,
                                   row.exact_class, row.layer, row.extent, row.masked_in, row.cycles, row.golden_cycles,
                                   row.detection.by, row.detection.cycle, row.tool_error);
  set_flags(flags, row);
}

bool equal_faults(const hw::Fault& a, const hw::Fault& b) {
  return a.site == b.site && a.mask == b.mask && a.model == b.model && a.start == b.start && a.duration == b.duration &&
         a.period == b.period;
}

bool same_experiment(const ExperimentRow& a, const ExperimentRow& b) {
  return a.stratum == b.stratum && a.weight == b.weight && a.site == b.site && a.bit == b.bit &&
         std::equal(a.faults.begin(), a.faults.end(), b.faults.begin(), b.faults.end(), equal_faults);
}

template <typename Values, typename Value>
bool is_one_of(const Values& values, Value value) {
  return static_cast<size_t>(value) < values.size();
}

}  // namespace

RowInserter::RowInserter(const SqliteDatabase& database)
    : database_(database),
      experiment_(database, insertion("experiment", experiment_columns()) + " ON CONFLICT DO NOTHING"),
      run_(database, insertion("run", run_columns())),
      known_(database, selection("experiment", experiment_columns()) + " WHERE number = ?") {}

void RowInserter::insert(const ExperimentRow& row) {
  if (row.number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    throw std::logic_error(fmt::format("experiment {} has too large a number", row.number));
  }
  insert_experiment(row);
  insert_run(row);
}

void RowInserter::insert_experiment(const ExperimentRow& row) {
  const hw::Fault fault = row.faults.empty() ? hw::Fault{} : first_to_act(row.faults);
  const std::optional<std::string> faults = faults_text(row);
  experiment_.bind(row.number, row.stratum, row.weight, row.site.field, row.site.element, row.bit, fault.mask,
                   fault.model, fault.start, fault.duration, fault.period, row.faults.size(), faults);
  experiment_.execute();
  if (database_.changes() > 0) {
    return;
  }
  known_.bind(row.number);
  const bool same = known_.step() && same_experiment(read_experiment_columns(known_), row);
  known_.reset();
  if (!same) {
    throw std::logic_error(fmt::format("experiment {} is in the store with other faults", row.number));
  }
}

void RowInserter::insert_run(const ExperimentRow& row) {
  const Judgement& judged = row.judgement;
  const std::optional<std::string> detected_by = text_or_null(row.detection.by);
  const std::optional<std::string> tool_error = text_or_null(row.tool_error);
  run_.bind(row.number, row.image, judged.outcome, flags_of(row), judged.golden_class, judged.faulty_class,
            judged.golden_confidence, judged.faulty_confidence, row.label, row.exact_class, row.layer, row.extent,
            row.masked_in, row.cycles, row.golden_cycles, detected_by, row.detection.cycle, tool_error);
  try {
    run_.execute();
  } catch (const ConstraintViolation&) {
    run_.reset();
    throw std::logic_error(fmt::format("experiment {} on image {} is in the store already", row.number, row.image));
  }
}

RowCursor::RowCursor(const SqliteDatabase& database, const CampaignDescription& description,
                     std::optional<uint64_t> experiment)
    : database_(database),
      description_(description),
      runs_(database, selection("run", run_columns()) + (experiment ? " WHERE experiment = ?" : "") +
                          " ORDER BY experiment, image"),
      experiments_(database, selection("experiment", experiment_columns()) + (experiment ? " WHERE number = ?" : "") +
                                 " ORDER BY number") {
  for (const hw::StateField& field : description.fields) {
    elements_.push_back(field.element_count());
  }
  if (experiment) {
    runs_.bind(*experiment);
    experiments_.bind(*experiment);
  }
}

void RowCursor::read_experiment() {
  if (!experiments_.step()) {
    database_.fail_damaged("a run's experiment is missing");
  }
  try {
    experiment_ = read_experiment_columns(experiments_);
  } catch (const nlohmann::json::exception& error) {
    database_.fail_damaged(error.what());
  }
}

bool RowCursor::next(ExperimentRow& row) {
  if (!runs_.step()) {
    return false;
  }
  const auto number = static_cast<uint64_t>(runs_.integer(0));
  while (!experiment_ || experiment_->number < number) {
    read_experiment();
  }
  if (experiment_->number != number) {
    database_.fail_damaged("a run's experiment is missing");
  }
  row = *experiment_;
  read_run_columns(runs_, row);
  check(row);
  return true;
}

void RowCursor::check(const ExperimentRow& row) const {
  const auto site_exists = [this](const hw::Site& site) {
    return site.field < elements_.size() && site.element < elements_[site.field];
  };
  bool sound = site_exists(row.site) && row.stratum < description_.strata.size() && row.layer >= kWholeRunLayer &&
               row.layer < static_cast<int>(description_.layers.size()) &&
               is_one_of(kOutcomes, row.judgement.outcome) && is_one_of(kExtents, row.extent) &&
               is_one_of(kMaskedPlaces, row.masked_in);
  for (const hw::Fault& fault : row.faults) {
    sound = sound && site_exists(fault.site) && fault.model >= hw::FaultModel::kFlip &&
            fault.model <= hw::FaultModel::kStuckAt1;
  }
  if (!sound) {
    database_.fail_damaged(fmt::format("experiment {} on image {} holds a value out of range", row.number, row.image));
  }
}

}  // namespace faultline::campaign
