#pragma once

#include "sim/report/campaign_result.h"
#include "sim/report/markup.h"

/// The parts of a campaign's page in their order. Each writes its own <section>, or nothing where it has nothing to
/// say.
namespace faultline::report {

/// What was asked and the verdict: the page's only h1.
void write_head(Markup& page, const CampaignResult& result);
/// Outcomes, metrics and how far the faults came.
void write_outcomes(Markup& page, const CampaignResult& result);
/// Maps of the array and strips of the memories.
void write_places(Markup& page, const CampaignResult& result);
/// Rates by structure, layer, bit and stratum.
void write_groups(Markup& page, const CampaignResult& result);
/// Rates of failure, where the user gave rates of faults.
void write_reliability(Markup& page, const CampaignResult& result);
/// The worst sites and experiments.
void write_worst(Markup& page, const CampaignResult& result);
/// Experiments that failed in the program itself.
void write_tool_errors(Markup& page, const CampaignResult& result);
/// Everything that is needed to repeat the campaign.
void write_repetition(Markup& page, const CampaignResult& result);
/// Population, sampler, intervals, definitions; and where to sign.
void write_method(Markup& page, const CampaignResult& result);

}  // namespace faultline::report
