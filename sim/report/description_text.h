#pragma once

#include <optional>
#include <string>

#include "sim/campaign/campaign_description.h"

namespace faultline::report {

/// A value of a description's JSON for people: text as it is, lists and mappings with commas, "not stated" where there
/// is none. `pointer` is a JSON pointer: "/faults/model".
std::string stated(const nlohmann::ordered_json& json, const std::string& pointer);

/// "16x16 ws", or "a GPU of 4 x 16 lanes": the array, or partitions and lanes of a multiprocessor.
std::string machine_title(const campaign::CampaignDescription& description);
/// "lenet5_digits on 16x16 ws": the network's file name without folder and suffix, and the machine.
std::string design_title(const campaign::CampaignDescription& description);
/// "flip of 1 bit", "stuck_at of 2 bits", or the fault list.
std::string fault_text(const campaign::CampaignDescription& description);
/// The exact size of the population with its kind.
std::string population_text(const campaign::CampaignDescription& description);
/// Asked for and done.
std::string sample_text(const campaign::CampaignDescription& description, uint64_t done);
/// How the experiments were drawn.
std::string sampler_text(const campaign::CampaignDescription& description);
/// The precision that was asked for.
struct AskedMargin {
  double margin = 0;   ///< half the width of an interval, as a share
  std::string metric;  ///< that it is for; empty: none is named
};
/// Nothing where none was asked for.
std::optional<AskedMargin> asked_margin(const campaign::CampaignDescription& description);
/// "95 %".
std::string confidence_text(const campaign::CampaignDescription& description);

}  // namespace faultline::report
