#pragma once

#include <array>
#include <string>
#include <vector>

#include "sim/campaign/outcome.h"

namespace faultline::report {

/// A colour of the page in both schemes, as #rrggbb. The page names it `--name`.
struct Colour {
  std::string name;
  std::string light;
  std::string dark;
};

/// Every colour of the page but those of the heat scale.
const std::vector<Colour>& colours();
/// One of them. Throws std::out_of_range for an unknown name.
const Colour& colour(const std::string& name);

/// One step of the scale that maps are drawn in, and the colour of figures on it.
struct HeatStep {
  std::string fill;
  std::string text;
};

/// Steps of the scale. The first stands for "never", the others for equal parts of (0, maximum].
constexpr size_t kHeatSteps = 9;

/// Pale yellow over green and blue to violet, from low to high on a light page; the other way round on a dark one.
/// Luminance falls at every step, so the order shows in grey and to every kind of colour blindness.
const std::array<HeatStep, kHeatSteps>& heat_scale();

/// The step of a share on a scale that ends at `maximum`.
size_t heat_step(double share, double maximum);

/// Colour name of an outcome: "masked", "critical" ...
std::string colour_name(campaign::Outcome outcome);

/// Ratio of the luminances of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
double contrast_ratio(const std::string& first, const std::string& second);
/// Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2).
double luminance(const std::string& colour);

/// The colours as custom properties of CSS, for the light and for the dark scheme: "--text:#1b2430;--heat0:...".
std::string light_properties();
std::string dark_properties();

}  // namespace faultline::report
