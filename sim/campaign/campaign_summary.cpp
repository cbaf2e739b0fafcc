#include "sim/campaign/campaign_summary.h"

#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "sim/campaign/metric.h"
#include "sim/campaign/metric_tallies.h"
#include "sim/campaign/survey.h"

namespace faultline::campaign {
namespace {

/// What was asked of the campaign; the rate is left open.
Margin margin_of(const CampaignDescription& description) {
  Margin margin;
  if (description.experiment.contains("faults")) {
    const nlohmann::ordered_json& faults = description.experiment["faults"];
    margin.question = faults.value("question", margin.question);
    margin.asked = faults.contains("margin") ? std::optional(faults["margin"].get<double>()) : std::nullopt;
  }
  return margin;
}

/// Experiments drawn from each stratum, in both phases of a campaign with a pilot.
class Draws {
 public:
  explicit Draws(const CampaignDescription& description)
      : description_(description), drawn_(strata() * (description.pilot > 0 ? 2 : 1)) {}

  /// Index in survey_strata() of an experiment's stratum.
  size_t place(const ExperimentRow& row) const {
    return row.stratum + (description_.pilot > 0 && row.number >= description_.pilot ? strata() : 0);
  }
  void add(size_t place) { ++drawn_.at(place); }

  std::vector<Stratum> survey_strata() const {
    const std::vector<Stratum> first = phase(0);
    return description_.pilot > 0 ? with_pilot(first, phase(strata())) : first;
  }

 private:
  size_t strata() const { return description_.strata.size(); }
  std::vector<Stratum> phase(size_t begin) const {
    std::vector<Stratum> made;
    const auto population = static_cast<double>(description_.distinct_population);
    for (size_t i = 0; i < strata(); ++i) {
      const double share = description_.strata[i].share;
      made.push_back({share, drawn_[begin + i], population * share});
    }
    return made;
  }

  const CampaignDescription& description_;
  std::vector<uint64_t> drawn_;
};

/// A group while rows are added.
struct Group {
  OutcomeCounts counts;
  MetricTallies tallies;
};

/// Adds rows to a summary one by one.
class Summariser {
 public:
  explicit Summariser(const CampaignDescription& description) : description_(description), draws_(description) {
    summary_.margin = margin_of(description);
    summary_.confidence = description.confidence;
  }

  void add(const ExperimentRow& row);
  CampaignSummary finish();

 private:
  /// The answers of one experiment's rows in one group.
  struct Cluster {
    Group* group;
    std::vector<MetricAnswers> answers;
  };

  void begin_experiment(const ExperimentRow& row);
  void end_experiment();
  void add_to(Group& group, const ExperimentRow& row, const MetricAnswers& answers);
  void count_answers(const ExperimentRow& row);
  void count_site(const ExperimentRow& row);
  GroupSummary finish(Group& group, std::string name) const;

  const CampaignDescription& description_;
  CampaignSummary summary_;
  Draws draws_;
  std::vector<Stratum> strata_;  ///< at the end
  Group total_;
  std::map<size_t, Group> structures_;
  std::map<int, Group> layers_;
  std::map<int, Group> bits_;
  std::map<size_t, Group> parts_;  ///< by stratum
  std::unordered_map<uint64_t, size_t> site_places_;
  std::set<size_t> images_;

  // The experiment whose rows are coming in.
  bool under_way_ = false;
  uint64_t number_ = 0;
  size_t place_ = 0;
  double weight_ = 1;
  size_t rows_ = 0;
  std::vector<Cluster> clusters_;
  size_t clusters_used_ = 0;  ///< of clusters_, whose memory is used again
};

void Summariser::count_answers(const ExperimentRow& row) {
  const auto one_if = [](bool flag) { return flag ? 1.0 : 0.0; };
  Accuracy& right = summary_.accuracy;
  right.golden_labels += one_if(row.judgement.golden_class == row.label);
  right.faulty_labels += one_if(row.judgement.faulty_class == row.label);
  right.golden_exact += one_if(row.judgement.golden_class == row.exact_class);
  right.faulty_exact += one_if(row.judgement.faulty_class == row.exact_class);
}

void Summariser::count_site(const ExperimentRow& row) {
  constexpr int kElementBits = 44;
  const uint64_t key = static_cast<uint64_t>(row.site.field) << kElementBits | row.site.element;
  const auto [found, is_new] = site_places_.emplace(key, summary_.sites.size());
  if (is_new) {
    summary_.sites.push_back({row.site, {}});
  }
  summary_.sites[found->second].counts.add(row);
}

void Summariser::begin_experiment(const ExperimentRow& row) {
  under_way_ = true;
  number_ = row.number;
  place_ = draws_.place(row);
  weight_ = row.weight;
  rows_ = 0;
  clusters_used_ = 0;
}

void Summariser::end_experiment() {
  if (!under_way_) {
    return;
  }
  summary_.experiments_done += rows_ == description_.images_per_experiment ? 1 : 0;
  if (clusters_used_ > 0) {
    draws_.add(place_);
  }
  for (size_t i = 0; i < clusters_used_; ++i) {
    clusters_[i].group->tallies.add(place_, weight_, clusters_[i].answers);
  }
}

void Summariser::add_to(Group& group, const ExperimentRow& row, const MetricAnswers& answers) {
  group.counts.add(row);
  size_t cluster = 0;
  while (cluster < clusters_used_ && clusters_[cluster].group != &group) {
    ++cluster;
  }
  if (cluster == clusters_used_) {
    ++clusters_used_;
    if (clusters_.size() < clusters_used_) {
      clusters_.emplace_back();
    }
    clusters_[cluster].group = &group;
    clusters_[cluster].answers.clear();
  }
  clusters_[cluster].answers.push_back(answers);
}

void Summariser::add(const ExperimentRow& row) {
  if (!under_way_ || row.number != number_) {
    end_experiment();
    begin_experiment(row);
  }
  ++rows_;
  images_.insert(row.image);
  if (!row.tool_error.empty()) {
    total_.counts.add(row);
    summary_.tool_errors.push_back({row.number, row.image, site_path(description_, row.site), row.tool_error});
    return;
  }
  const MetricAnswers answers = ask(row);
  add_to(total_, row, answers);
  add_to(structures_[row.site.field], row, answers);
  add_to(layers_[row.layer], row, answers);
  add_to(bits_[row.bit], row, answers);
  if (description_.strata.size() > 1) {
    add_to(parts_[row.stratum], row, answers);
  }
  count_site(row);
  count_answers(row);
  summary_.followed += row.followed ? 1 : 0;
  ++summary_.extents[static_cast<size_t>(row.extent)];
  ++summary_.masked_in[static_cast<size_t>(row.masked_in)];
}

GroupSummary Summariser::finish(Group& group, std::string name) const {
  return {std::move(name), group.tallies.experiments(), group.counts,
          group.tallies.intervals(strata_, description_.interval_confidence)};
}

CampaignSummary Summariser::finish() {
  end_experiment();
  strata_ = draws_.survey_strata();
  summary_.total = finish(total_, "total");
  for (auto& [field, group] : structures_) {
    summary_.structures.push_back(finish(group, description_.fields.at(field).path));
  }
  for (auto& [layer, group] : layers_) {
    summary_.layers.push_back(finish(group, layer_name(description_, layer)));
  }
  for (auto& [bit, group] : bits_) {
    summary_.bits.push_back(finish(group, std::to_string(bit)));
  }
  if (description_.strata.size() > 1) {
    for (size_t i = 0; i < description_.strata.size(); ++i) {
      summary_.strata.push_back(finish(parts_[i], description_.strata[i].name));
    }
  }
  std::sort(summary_.sites.begin(), summary_.sites.end(), [](const SiteSummary& a, const SiteSummary& b) {
    return std::tie(a.site.field, a.site.element) < std::tie(b.site.field, b.site.element);
  });
  const auto answered = static_cast<double>(summary_.total.counts.experiments());
  Accuracy& right = summary_.accuracy;
  for (double* share : {&right.golden_labels, &right.faulty_labels, &right.golden_exact, &right.faulty_exact}) {
    *share = answered > 0 ? *share / answered : 0;
  }
  summary_.margin.rate = summary_.total.metrics.at(metric_index(summary_.margin.question, "question"));
  summary_.images_struck = images_.size();
  summary_.complete = summary_.experiments_done >= experiments_asked(description_);
  return std::move(summary_);
}

}  // namespace

CampaignSummary summarise(const CampaignDescription& description, const RowReader& rows) {
  Summariser summariser(description);
  rows([&](const ExperimentRow& row) { summariser.add(row); });
  return summariser.finish();
}

}  // namespace faultline::campaign
