#include "sim/campaign/stored_rows.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "sim/campaign/attribution.h"
#include "sim/campaign/json_number.h"
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

/// Rows of one statement: what a statement costs besides its rows is shared by so many.
constexpr size_t kRowsTogether = 32;

std::string insertion(const std::string& table, const std::vector<std::string>& columns, size_t rows) {
  const std::vector<const char*> places(columns.size(), "?");
  const std::vector<std::string> all(rows, fmt::format("({})", fmt::join(places, ", ")));
  return fmt::format("INSERT INTO {} ({}) VALUES {}", table, fmt::join(columns, ", "), fmt::join(all, ", "));
}

std::string experiment_insertion(size_t rows) {
  return insertion("experiment", experiment_columns(), rows) + " ON CONFLICT DO NOTHING";
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

/// Throws nlohmann::json::exception for what is no list of whole numbers: a damaged one may have become a fraction or
/// too large.
hw::Fault fault_of(const json& values) {
  const auto number = [&](size_t index) { return whole_json_number(values.at(index)); };
  hw::Fault fault;
  fault.site = {number(0), number(1)};
  fault.mask = number(2);
  fault.model = static_cast<hw::FaultModel>(number(3));
  fault.start = number(4);
  fault.duration = number(5);
  fault.period = number(6);
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
  std::vector<hw::Fault> list;
  for (const json& values : json::parse(*faults)) {
    list.push_back(fault_of(values));
  }
  row.faults = std::move(list);
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

/// A row without faults stands for whatever faults its experiment has.
bool same_experiment(const ExperimentRow& a, const ExperimentRow& b) {
  return a.stratum == b.stratum && a.weight == b.weight && a.site == b.site && a.bit == b.bit &&
         (a.faults.empty() || b.faults.empty() || a.faults == b.faults);
}

[[noreturn]] void fail_other_faults(const ExperimentRow& row) {
  throw std::logic_error(fmt::format("experiment {} is in the store with other faults", row.number));
}

/// Of rows of one experiment that stand together one, with its faults if a row has them. Throws std::logic_error where
/// they have other faults.
std::vector<const ExperimentRow*> one_of_each_experiment(const std::vector<const ExperimentRow*>& rows) {
  std::vector<const ExperimentRow*> chosen;
  for (const ExperimentRow* row : rows) {
    if (row->number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      throw std::logic_error(fmt::format("experiment {} has too large a number", row->number));
    }
    if (chosen.empty() || chosen.back()->number != row->number) {
      chosen.push_back(row);
    } else if (!same_experiment(*chosen.back(), *row)) {
      fail_other_faults(*row);
    } else if (chosen.back()->faults.empty()) {
      chosen.back() = row;
    }
  }
  return chosen;
}

template <typename Values, typename Value>
bool is_one_of(const Values& values, Value value) {
  return static_cast<size_t>(value) < values.size();
}

}  // namespace

RowInserter::RowInserter(const SqliteDatabase& database)
    : database_(database),
      experiments_{{database, experiment_insertion(kRowsTogether)}, {database, experiment_insertion(1)}},
      runs_{{database, insertion("run", run_columns(), kRowsTogether)}, {database, insertion("run", run_columns(), 1)}},
      known_(database, selection("experiment", experiment_columns()) + " WHERE number = ?") {}

void RowInserter::insert(const std::vector<const ExperimentRow*>& rows) {
  insert_in_parts(experiments_, one_of_each_experiment(rows), &RowInserter::insert_experiments);
  insert_in_parts(runs_, rows, &RowInserter::insert_runs);
}

void RowInserter::insert_in_parts(Insertion& insertion, const std::vector<const ExperimentRow*>& rows,
                                  void (RowInserter::*insert_part)(SqliteStatement&, Rows, Rows)) {
  const Rows end = rows.data() + rows.size();
  for (Rows begin = rows.data(); begin != end;) {
    const bool many = static_cast<size_t>(end - begin) >= kRowsTogether;
    const Rows next = begin + (many ? kRowsTogether : 1);
    (this->*insert_part)(many ? insertion.many : insertion.one, begin, next);
    begin = next;
  }
}

void RowInserter::check_known(const ExperimentRow& row) {
  known_.bind(row.number);
  const bool same = known_.step() && same_experiment(read_experiment_columns(known_), row);
  known_.reset();
  if (!same) {
    fail_other_faults(row);
  }
}

/// `statement` takes as many rows as there are.
void RowInserter::insert_experiments(SqliteStatement& statement, Rows begin, Rows end) {
  std::array<std::optional<std::string>, kRowsTogether> faults;
  int bound = 0;
  for (Rows each = begin; each != end; ++each) {
    const ExperimentRow& row = **each;
    const hw::Fault fault = row.faults.empty() ? hw::Fault{} : row.faults.first_to_act();
    std::optional<std::string>& text = faults[static_cast<size_t>(each - begin)];
    text = faults_text(row);
    bound = statement.bind_after(bound, row.number, row.stratum, row.weight, row.site.field, row.site.element, row.bit,
                                 fault.mask, fault.model, fault.start, fault.duration, fault.period, row.faults.size(),
                                 text);
  }
  statement.execute();
  if (database_.changes() < end - begin) {
    std::for_each(begin, end, [this](const ExperimentRow* row) {
      if (!row->faults.empty()) {
        check_known(*row);
      }
    });
  }
}

/// `statement` takes as many rows as there are.
void RowInserter::insert_runs(SqliteStatement& statement, Rows begin, Rows end) {
  std::array<std::optional<std::string>, 2 * kRowsTogether> texts;
  size_t text = 0;
  int bound = 0;
  for (Rows each = begin; each != end; ++each) {
    const ExperimentRow& row = **each;
    const Judgement& judged = row.judgement;
    const std::optional<std::string>& detected_by = texts[text++] = text_or_null(row.detection.by);
    const std::optional<std::string>& tool_error = texts[text++] = text_or_null(row.tool_error);
    bound = statement.bind_after(bound, row.number, row.image, judged.outcome, flags_of(row), judged.golden_class,
                                 judged.faulty_class, judged.golden_confidence, judged.faulty_confidence, row.label,
                                 row.exact_class, row.layer, row.extent, row.masked_in, row.cycles, row.golden_cycles,
                                 detected_by, row.detection.cycle, tool_error);
  }
  try {
    statement.execute();
  } catch (const ConstraintViolation&) {
    statement.reset();
    if (end - begin == 1) {
      throw std::logic_error(
          fmt::format("experiment {} on image {} is in the store already", (*begin)->number, (*begin)->image));
    }
    // None of them has been added; one by one, the one to blame is found.
    for (Rows each = begin; each != end; ++each) {
      insert_runs(runs_.one, each, each + 1);
    }
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
  sound_faults_ = std::all_of(experiment_->faults.begin(), experiment_->faults.end(), [this](const hw::Fault& fault) {
    return site_exists(fault.site) && fault.model >= hw::FaultModel::kFlip && fault.model <= hw::FaultModel::kStuckAt1;
  });
}

bool RowCursor::site_exists(const hw::Site& site) const {
  return site.field < elements_.size() && site.element < elements_[site.field];
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
  const bool sound = site_exists(row.site) && row.stratum < description_.strata.size() && row.layer >= kWholeRunLayer &&
                     row.layer < static_cast<int>(description_.layers.size()) &&
                     is_one_of(kOutcomes, row.judgement.outcome) && is_one_of(kExtents, row.extent) &&
                     is_one_of(kMaskedPlaces, row.masked_in);
  if (!sound || !sound_faults_) {
    database_.fail_damaged(fmt::format("experiment {} on image {} holds a value out of range", row.number, row.image));
  }
}

}  // namespace faultline::campaign
