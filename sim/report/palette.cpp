#include "sim/report/palette.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace faultline::report {
namespace {

/// A channel of sRGB, 0 to 255, as linear light.
double linear(int channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

int channel(const std::string& colour, size_t index) {
  return std::stoi(colour.substr(1 + 2 * index, 2), nullptr, 16);
}

std::string properties(bool dark) {
  std::string text;
  for (const Colour& colour : colours()) {
    text += fmt::format("--{}:{};", colour.name, dark ? colour.dark : colour.light);
  }
  for (size_t step = 0; step < kHeatSteps; ++step) {
    const HeatStep& shown = heat_scale()[dark ? kHeatSteps - 1 - step : step];
    text += fmt::format("--heat{0}:{1};--on-heat{0}:{2};", step, shown.fill, shown.text);
  }
  return text;
}

}  // namespace

const std::vector<Colour>& colours() {
  static const std::vector<Colour> kAll = {
      {"page", "#ffffff", "#12171d"},          {"panel", "#f4f6f8", "#1b222b"},
      {"text", "#1a222c", "#e7ecf1"},          {"muted", "#4d5966", "#a9b5c1"},
      {"line", "#ccd4dc", "#3a4653"},          {"accent", "#1d5c96", "#7db8ee"},
      {"rate", "#8fb8dc", "#3f77a8"},          {"warning", "#8a3b00", "#ffb77a"},
      {"warning-panel", "#fff3e6", "#33210f"}, {"masked", "#d3dbe3", "#465462"},
      {"tolerable", "#8fb8dc", "#3f77a8"},     {"critical", "#b23a0e", "#f08a5d"},
      {"crash", "#5f3b8f", "#b79be6"},         {"hang", "#a58bc9", "#7d62ab"},
      {"detected", "#2c7a59", "#6cc29d"},      {"on-masked", "#1a222c", "#ffffff"},
      {"on-tolerable", "#1a222c", "#ffffff"},  {"on-critical", "#ffffff", "#12171d"},
      {"on-crash", "#ffffff", "#12171d"},      {"on-hang", "#12171d", "#ffffff"},
      {"on-detected", "#ffffff", "#12171d"}};
  return kAll;
}

const Colour& colour(const std::string& name) {
  const auto found = std::find_if(colours().begin(), colours().end(), [&](const Colour& c) { return c.name == name; });
  if (found == colours().end()) {
    throw std::out_of_range("no colour " + name);
  }
  return *found;
}

const std::array<HeatStep, kHeatSteps>& heat_scale() {
  static const std::array<HeatStep, kHeatSteps> kScale = {{{"#f8f4cb", "#12171d"},
                                                           {"#dfe5a3", "#12171d"},
                                                           {"#b6d394", "#12171d"},
                                                           {"#84bf93", "#12171d"},
                                                           {"#55a799", "#12171d"},
                                                           {"#398b99", "#12171d"},
                                                           {"#306b8d", "#ffffff"},
                                                           {"#354e7e", "#ffffff"},
                                                           {"#3a2c60", "#ffffff"}}};
  return kScale;
}

size_t heat_step(double share, double maximum) {
  if (share <= 0 || maximum <= 0) {
    return 0;
  }
  const double part = std::ceil(share / maximum * (kHeatSteps - 1) - 1e-9);
  return std::clamp<size_t>(static_cast<size_t>(part), 1, kHeatSteps - 1);
}

std::string colour_name(campaign::Outcome outcome) {
  return to_string(outcome);
}

double luminance(const std::string& colour) {
  return 0.2126 * linear(channel(colour, 0)) + 0.7152 * linear(channel(colour, 1)) +
         0.0722 * linear(channel(colour, 2));
}

double contrast_ratio(const std::string& first, const std::string& second) {
  const double a = luminance(first);
  const double b = luminance(second);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

std::string light_properties() {
  return properties(false);
}

std::string dark_properties() {
  return properties(true);
}

}  // namespace faultline::report
