#include "sim/report/campaign_result.h"

#include <stdexcept>

#include "sim/campaign/metric.h"

namespace faultline::report {

using campaign::GroupSummary;
using campaign::Interval;

CampaignResult read_result(const campaign::CampaignDescription& description, const campaign::RowReader& rows,
                           const std::string& store, const std::string& rows_sha256) {
  CampaignResult result;
  result.description = description;
  result.store = store;
  result.rows_sha256 = rows_sha256;
  result.summary = campaign::summarise(description, [&](const auto& use) {
    rows([&](const campaign::ExperimentRow& row) {
      use(row);
      result.findings.add(row);
    });
  });
  return result;
}

const Interval* find_metric(const GroupSummary& group, const std::string& name) {
  for (size_t i = 0; i < campaign::metrics().size(); ++i) {
    if (campaign::metrics()[i].name == name) {
      return &group.metrics.at(i);
    }
  }
  return nullptr;
}

const Interval& critical_rate(const GroupSummary& group) {
  const Interval* rate = find_metric(group, "critical");
  if (rate == nullptr) {
    throw std::logic_error("no metric 'critical'");
  }
  return *rate;
}

Interval accuracy_drop(const campaign::CampaignSummary& summary) {
  const Interval* failures = find_metric(summary.total, "schorn_failure");
  const Interval* gains = find_metric(summary.total, "beneficial_correct");
  if (failures == nullptr || gains == nullptr) {
    throw std::logic_error("no metrics of accuracy");
  }
  // Failures are asked of images that are answered rightly without the fault.
  const double asked = summary.accuracy.golden_labels;
  return campaign::difference({failures->estimate * asked, failures->low * asked, failures->high * asked}, *gains);
}

}  // namespace faultline::report
