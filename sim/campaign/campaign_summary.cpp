#include "sim/campaign/campaign_summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "sim/campaign/metric.h"
#include "sim/campaign/survey.h"

namespace faultline::campaign {
namespace {

/// Every metric asked of one row.
struct Answers {
  void ask(const ExperimentRow& row) {
    for (size_t i = 0; i < metrics().size(); ++i) {
      const Metric& metric = metrics()[i];
      asked[i] = !metric.applies || metric.applies(row);
      hit[i] = asked[i] && metric.holds(row);
    }
  }
  std::vector<char> asked = std::vector<char>(metrics().size());
  std::vector<char> hit = std::vector<char>(metrics().size());
};

/// What the rows of a group say. Rows of one experiment follow one another and are one cluster.
class Group {
 public:
  void add(const ExperimentRow& row, size_t stratum, const Answers& answers);
  /// No row will follow.
  GroupSummary finish(std::string name, const std::vector<Stratum>& strata, double confidence);

 private:
  /// The runs of the experiment at hand that a metric was asked of.
  struct Cluster {
    double trials = 0;
    double hits = 0;
  };
  void close_experiment();

  GroupSummary summary_;
  std::vector<SurveyTally> tallies_{metrics().size()};
  std::vector<Cluster> clusters_{metrics().size()};
  uint64_t number_ = 0;
  size_t stratum_ = 0;
  double weight_ = 1;
  bool open_ = false;
};

void Group::close_experiment() {
  if (!open_) {
    return;
  }
  for (size_t i = 0; i < clusters_.size(); ++i) {
    if (clusters_[i].trials > 0) {
      tallies_[i].add(stratum_, weight_, clusters_[i].trials, clusters_[i].hits);
      clusters_[i] = {};
    }
  }
  ++summary_.experiments;
  open_ = false;
}

void Group::add(const ExperimentRow& row, size_t stratum, const Answers& answers) {
  if (open_ && row.number != number_) {
    close_experiment();
  }
  open_ = true;
  number_ = row.number;
  stratum_ = stratum;
  weight_ = row.weight;
  summary_.counts.add(row);
  for (size_t i = 0; i < clusters_.size(); ++i) {
    clusters_[i].trials += answers.asked[i];
    clusters_[i].hits += answers.hit[i];
  }
}

GroupSummary Group::finish(std::string name, const std::vector<Stratum>& strata, double confidence) {
  close_experiment();
  summary_.name = std::move(name);
  for (const SurveyTally& tally : tallies_) {
    summary_.metrics.push_back(tally.interval(strata, confidence));
  }
  return std::move(summary_);
}

/// Adds rows to a summary one by one.
class Summariser {
 public:
  explicit Summariser(const CampaignDescription& description)
      : description_(description), pilot_(description.strata.size()), rest_(description.strata.size()) {}

  void add(const ExperimentRow& row);
  CampaignSummary finish();

 private:
  void count_experiment(const ExperimentRow& row);
  void count_answers(const ExperimentRow& row);
  size_t tally_stratum(const ExperimentRow& row) const;
  std::vector<Stratum> strata() const;
  std::vector<Stratum> drawn_strata(const std::vector<uint64_t>& drawn) const;
  void name_groups();
  void judge_precision();

  const CampaignDescription& description_;
  CampaignSummary summary_;
  Answers answers_;
  Group total_;
  std::map<size_t, Group> structures_;
  std::map<int, Group> layers_;
  std::map<int, Group> bits_;
  std::map<size_t, Group> by_stratum_;
  std::map<std::pair<size_t, size_t>, OutcomeCounts> sites_;
  std::set<size_t> images_;
  std::vector<uint64_t> pilot_;  ///< experiments of the pilot with an outcome, by stratum
  std::vector<uint64_t> rest_;   ///< the others
  uint64_t number_ = 0;          ///< of the experiment at hand
  size_t runs_ = 0;              ///< of it
  bool counted_ = false;         ///< it has an outcome
};

/// The pilot and what it decided are kept apart (survey.h, with_pilot()).
size_t Summariser::tally_stratum(const ExperimentRow& row) const {
  const bool after_pilot = description_.pilot > 0 && row.number >= description_.pilot;
  return row.stratum + (after_pilot ? description_.strata.size() : 0);
}

void Summariser::count_experiment(const ExperimentRow& row) {
  if (runs_ == 0 || row.number != number_) {
    number_ = row.number;
    runs_ = 0;
    counted_ = false;
  }
  ++runs_;
  summary_.experiments_done += runs_ == description_.images_per_experiment ? 1 : 0;
  if (!counted_ && row.tool_error.empty()) {
    counted_ = true;
    ++(row.number < description_.pilot ? pilot_ : rest_).at(row.stratum);
  }
}

void Summariser::count_answers(const ExperimentRow& row) {
  const auto one_if = [](bool flag) { return flag ? 1.0 : 0.0; };
  Accuracy& right = summary_.accuracy;
  right.golden_labels += one_if(row.judgement.golden_class == row.label);
  right.faulty_labels += one_if(row.judgement.faulty_class == row.label);
  right.golden_exact += one_if(row.judgement.golden_class == row.exact_class);
  right.faulty_exact += one_if(row.judgement.faulty_class == row.exact_class);
}

void Summariser::add(const ExperimentRow& row) {
  images_.insert(row.image);
  count_experiment(row);
  if (!row.tool_error.empty()) {
    summary_.tool_errors.push_back({row.number, row.image, site_path(description_, row.site), row.tool_error});
    return;
  }
  answers_.ask(row);
  const size_t stratum = tally_stratum(row);
  total_.add(row, stratum, answers_);
  structures_[row.site.field].add(row, stratum, answers_);
  layers_[row.layer].add(row, stratum, answers_);
  bits_[row.bit].add(row, stratum, answers_);
  if (description_.strata.size() > 1) {
    by_stratum_[row.stratum].add(row, stratum, answers_);
  }
  sites_[{row.site.field, row.site.element}].add(row);
  count_answers(row);
  ++summary_.extents[static_cast<size_t>(row.extent)];
  ++summary_.masked_in[static_cast<size_t>(row.masked_in)];
}

std::vector<Stratum> Summariser::drawn_strata(const std::vector<uint64_t>& drawn) const {
  std::vector<Stratum> strata;
  for (size_t i = 0; i < drawn.size(); ++i) {
    const double share = description_.strata[i].share;
    strata.push_back({share, drawn[i], std::round(static_cast<double>(description_.distinct_population) * share)});
  }
  return strata;
}

std::vector<Stratum> Summariser::strata() const {
  return description_.pilot > 0 ? with_pilot(drawn_strata(pilot_), drawn_strata(rest_)) : drawn_strata(rest_);
}

void Summariser::name_groups() {
  const std::vector<Stratum> drawn = strata();
  const double confidence = description_.interval_confidence;
  const uint64_t tool_errors = summary_.tool_errors.size();
  summary_.total = total_.finish("", drawn, confidence);
  summary_.total.counts.tool_errors = tool_errors;
  for (auto& [field, group] : structures_) {
    summary_.structures.push_back(group.finish(description_.fields.at(field).path, drawn, confidence));
  }
  for (auto& [layer, group] : layers_) {
    summary_.layers.push_back(group.finish(layer_name(description_, layer), drawn, confidence));
  }
  for (auto& [bit, group] : bits_) {
    summary_.bits.push_back(group.finish(std::to_string(bit), drawn, confidence));
  }
  for (auto& [stratum, group] : by_stratum_) {
    summary_.strata.push_back(group.finish(description_.strata.at(stratum).name, drawn, confidence));
  }
}

void Summariser::judge_precision() {
  const nlohmann::ordered_json faults = description_.experiment.value("faults", nlohmann::ordered_json::object());
  Precision& precision = summary_.precision;
  precision.question = metric_index(faults.value("question", "critical"), "question");
  if (faults.contains("margin")) {
    precision.asked = faults["margin"].get<double>();
  }
  const Interval& rate = summary_.total.metrics.at(precision.question);
  precision.reached = std::max(rate.high - rate.estimate, rate.estimate - rate.low);
  precision.nothing_seen = rate.estimate == 0;
}

CampaignSummary Summariser::finish() {
  name_groups();
  for (const auto& [place, counts] : sites_) {
    summary_.sites.push_back({{place.first, place.second}, counts});
  }
  const auto answered = static_cast<double>(summary_.total.counts.experiments());
  Accuracy& right = summary_.accuracy;
  for (double* share : {&right.golden_labels, &right.faulty_labels, &right.golden_exact, &right.faulty_exact}) {
    *share = answered > 0 ? *share / answered : 0;
  }
  summary_.images_struck = images_.size();
  summary_.complete = summary_.experiments_done == experiments_asked(description_);
  judge_precision();
  return std::move(summary_);
}

}  // namespace

CampaignSummary summarise(const CampaignDescription& description, const RowReader& rows) {
  Summariser summariser(description);
  rows([&](const ExperimentRow& row) { summariser.add(row); });
  return summariser.finish();
}

}  // namespace faultline::campaign
