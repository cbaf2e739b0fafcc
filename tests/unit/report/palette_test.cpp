#include "sim/report/palette.h"

#include <gtest/gtest.h>

namespace faultline::report {
namespace {

/// WCAG 2.2: text 4.5 (1.4.3), graphics that mean something 3 (1.4.11).
constexpr double kText = 4.5;
constexpr double kGraphics = 3;

TEST(Palette, ContrastRatioIsThatOfWcag) {
  EXPECT_NEAR(contrast_ratio("#000000", "#ffffff"), 21, 1e-9);
  EXPECT_NEAR(contrast_ratio("#777777", "#ffffff"), 4.48, 0.005);
  EXPECT_DOUBLE_EQ(contrast_ratio("#123456", "#123456"), 1);
}

void expect_contrast(const std::string& front, const std::string& back, double least) {
  EXPECT_GE(contrast_ratio(colour(front).light, colour(back).light), least) << front << " on " << back << ", light";
  EXPECT_GE(contrast_ratio(colour(front).dark, colour(back).dark), least) << front << " on " << back << ", dark";
}

TEST(Palette, TextCanBeRead) {
  for (const char* text : {"text", "muted", "accent"}) {
    expect_contrast(text, "page", kText);
    expect_contrast(text, "panel", kText);
  }
  expect_contrast("warning", "warning-panel", kText);
  expect_contrast("text", "warning-panel", kText);
}

TEST(Palette, NamesInTheirSegmentsCanBeRead) {
  for (const campaign::Outcome outcome : campaign::kOutcomes) {
    expect_contrast("on-" + colour_name(outcome), colour_name(outcome), kText);
  }
}

TEST(Palette, MarksOfChartsStandOut) {
  expect_contrast("critical", "page", kGraphics);
  expect_contrast("accent", "page", kGraphics);
  expect_contrast("text", "rate", kGraphics);
}

TEST(Palette, FiguresOnTheHeatScaleCanBeRead) {
  for (const HeatStep& step : heat_scale()) {
    EXPECT_GE(contrast_ratio(step.fill, step.text), kText) << step.fill;
  }
}

TEST(Palette, TheHeatScaleDarkensAtEveryStep) {
  for (size_t step = 1; step < kHeatSteps; ++step) {
    EXPECT_GE(contrast_ratio(heat_scale()[step - 1].fill, heat_scale()[step].fill), 1.15) << step;
    EXPECT_LT(luminance(heat_scale()[step].fill), luminance(heat_scale()[step - 1].fill)) << step;
  }
}

TEST(Palette, OnlyWhatNeverCameUpHasTheFirstStep) {
  EXPECT_EQ(heat_step(0, 0.5), 0U);
  EXPECT_EQ(heat_step(0, 0), 0U);
  EXPECT_EQ(heat_step(1e-9, 0.5), 1U);
  EXPECT_EQ(heat_step(0.0625, 0.5), 1U);
  EXPECT_EQ(heat_step(0.0626, 0.5), 2U);
  EXPECT_EQ(heat_step(0.5, 0.5), kHeatSteps - 1);
}

TEST(Palette, BothSchemesDefineTheSameProperties) {
  for (const Colour& colour : colours()) {
    EXPECT_NE(light_properties().find("--" + colour.name + ":" + colour.light), std::string::npos);
    EXPECT_NE(dark_properties().find("--" + colour.name + ":" + colour.dark), std::string::npos);
  }
}

}  // namespace
}  // namespace faultline::report
