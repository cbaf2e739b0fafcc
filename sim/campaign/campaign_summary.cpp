#include "sim/campaign/campaign_summary.h"

#include <map>
#include <set>

namespace faultline::campaign {
namespace {

/// Adds rows to a summary one by one.
class Summariser {
 public:
  explicit Summariser(const CampaignDescription& description) : description_(description) {}

  void add(const ExperimentRow& row);
  CampaignSummary finish();

 private:
  void count_answers(const ExperimentRow& row);

  const CampaignDescription& description_;
  CampaignSummary summary_;
  std::map<size_t, GroupSummary> structures_;
  std::map<int, GroupSummary> layers_;
  std::map<int, GroupSummary> bits_;
  std::map<std::pair<size_t, size_t>, OutcomeCounts> sites_;
  std::set<size_t> images_;
};

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
  summary_.total.counts.add(row);
  if (!row.tool_error.empty()) {
    summary_.tool_errors.push_back({row.number, row.image, site_path(description_, row.site), row.tool_error});
    return;
  }
  structures_[row.site.field].counts.add(row);
  layers_[row.layer].counts.add(row);
  bits_[row.bit].counts.add(row);
  sites_[{row.site.field, row.site.element}].add(row);
  count_answers(row);
  ++summary_.extents[static_cast<size_t>(row.extent)];
  ++summary_.masked_in[static_cast<size_t>(row.masked_in)];
}

CampaignSummary Summariser::finish() {
  for (auto& [field, group] : structures_) {
    group.name = description_.fields.at(field).path;
    summary_.structures.push_back(std::move(group));
  }
  for (auto& [layer, group] : layers_) {
    group.name = layer_name(description_, layer);
    summary_.layers.push_back(std::move(group));
  }
  for (auto& [bit, group] : bits_) {
    group.name = std::to_string(bit);
    summary_.bits.push_back(std::move(group));
  }
  for (const auto& [place, counts] : sites_) {
    summary_.sites.push_back({{place.first, place.second}, counts});
  }
  const auto answered = static_cast<double>(summary_.total.counts.experiments());
  Accuracy& right = summary_.accuracy;
  for (double* share : {&right.golden_labels, &right.faulty_labels, &right.golden_exact, &right.faulty_exact}) {
    *share = answered > 0 ? *share / answered : 0;
  }
  summary_.images_struck = images_.size();
  return std::move(summary_);
}

}  // namespace

CampaignSummary summarise(const CampaignDescription& description, const RowReader& rows) {
  Summariser summariser(description);
  rows([&](const ExperimentRow& row) { summariser.add(row); });
  return summariser.finish();
}

}  // namespace faultline::campaign
