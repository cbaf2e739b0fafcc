#include "sim/model/digit_renderer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "sim/model/digit_strokes.h"

namespace faultline::model {
namespace {

using hw::CounterRandom;

constexpr double kPi = 3.14159265358979323846;

double between(CounterRandom& random, double low, double high) {
  return low + (high - low) * random.uniform_real();
}

/// A standard normal number, by the method of Box and Muller (Annals of Mathematical Statistics 29, 1958).
double normal(CounterRandom& random) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform_real()));
  return radius * std::cos(2.0 * kPi * random.uniform_real());
}

bool same_place(const Point& a, const Point& b) {
  return a.x == b.x && a.y == b.y;
}

/// Moves every point a little; the two halves of a sharp corner stay together.
Stroke unsteady(const Stroke& stroke, double deviation, CounterRandom& random) {
  Stroke moved;
  for (size_t i = 0; i < stroke.size(); ++i) {
    if (i > 0 && same_place(stroke[i], stroke[i - 1])) {
      moved.push_back(moved.back());
      continue;
    }
    moved.push_back({stroke[i].x + deviation * normal(random), stroke[i].y + deviation * normal(random)});
  }
  return moved;
}

/// Point at `t`, in [0, 1], between b and c on the Catmull-Rom spline through a, b, c, d (Catmull and Rom, "A class of
/// local interpolating splines", 1974).
double catmull_rom(double a, double b, double c, double d, double t) {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/// The stroke as a fine polyline.
Stroke trace(const Stroke& stroke) {
  constexpr int kStepsPerSpan = 10;
  Stroke line = {stroke.front()};
  for (size_t i = 0; i + 1 < stroke.size(); ++i) {
    const Point& b = stroke[i];
    const Point& c = stroke[i + 1];
    if (same_place(b, c)) {
      continue;
    }
    const Point& a = i > 0 ? stroke[i - 1] : b;
    const Point& d = i + 2 < stroke.size() ? stroke[i + 2] : c;
    for (int step = 1; step <= kStepsPerSpan; ++step) {
      const double t = static_cast<double>(step) / kStepsPerSpan;
      line.push_back({catmull_rom(a.x, b.x, c.x, d.x, t), catmull_rom(a.y, b.y, c.y, d.y, t)});
    }
  }
  return line;
}

/// A smooth displacement of the plane: a few long waves of random direction, phase and amplitude.
class ElasticField {
 public:
  explicit ElasticField(CounterRandom& random) {
    for (Wave& wave : waves_) {
      const double direction = between(random, 0, 2 * kPi);
      const double frequency = between(random, 0.4, 1.3) * 2 * kPi;  // radians per height of a digit
      wave.along_x = frequency * std::cos(direction);
      wave.along_y = frequency * std::sin(direction);
      wave.phase = between(random, 0, 2 * kPi);
      wave.amplitude = {0.028 * normal(random), 0.028 * normal(random)};
    }
  }

  Point apply(const Point& place) const {
    Point moved = place;
    for (const Wave& wave : waves_) {
      const double value = std::sin(wave.along_x * place.x + wave.along_y * place.y + wave.phase);
      moved.x += wave.amplitude.x * value;
      moved.y += wave.amplitude.y * value;
    }
    return moved;
  }

 private:
  struct Wave {
    double along_x = 0, along_y = 0, phase = 0;
    Point amplitude;
  };
  std::array<Wave, 4> waves_{};
};

/// A linear map: proportions, then slant, then rotation.
class LinearMap {
 public:
  explicit LinearMap(CounterRandom& random) {
    const double width = between(random, 0.68, 1.05);
    const double slant = between(random, -0.12, 0.38);  // most hands lean to the right
    const double angle = 0.10 * normal(random);
    const double limited = std::clamp(angle, -0.26, 0.26);  // radians; beyond, 6 and 9 or 1 and 7 blur into each other
    xx_ = width * std::cos(limited);
    xy_ = -slant * std::cos(limited) - std::sin(limited);
    yx_ = width * std::sin(limited);
    yy_ = -slant * std::sin(limited) + std::cos(limited);
  }

  Point apply(const Point& place) const { return {xx_ * place.x + xy_ * place.y, yx_ * place.x + yy_ * place.y}; }

 private:
  double xx_ = 1, xy_ = 0, yx_ = 0, yy_ = 1;
};

/// What the points of all strokes take up along one axis.
struct Extent {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();
  double sum = 0;
  double points = 0;

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
    points += 1;
  }

  /// How far to move the points, after multiplication by `factor`, so that their mean lies near the middle of the image
  /// and the pen stays inside.
  double shift(double factor, CounterRandom& random) const {
    constexpr double kMargin = 2.5;  // pixels; the widest pen reaches this far
    constexpr double kLastPixel = kDigitImageSide - 1;
    const double wanted = kLastPixel / 2 + 0.7 * normal(random) - factor * sum / points;
    return std::clamp(wanted, kMargin - factor * low, kLastPixel - kMargin - factor * high);
  }
};

/// Scales the strokes to pixels and puts their centre of mass near the middle of the image.
void place(std::vector<Stroke>& strokes, CounterRandom& random) {
  Extent across, down;
  for (const Stroke& stroke : strokes) {
    for (const Point& point : stroke) {
      across.include(point.x);
      down.include(point.y);
    }
  }
  const double size = between(random, 15.5, 19.0);  // pixels between the pen's centre lines; the pen adds its width
  const double factor = size / std::max(across.high - across.low, down.high - down.low);
  const double x = across.shift(factor, random);
  const double y = down.shift(factor, random);
  for (Stroke& stroke : strokes) {
    for (Point& point : stroke) {
      point = {factor * point.x + x, factor * point.y + y};
    }
  }
}

double distance_to_segment(const Point& place, const Point& a, const Point& b) {
  const double along_x = b.x - a.x, along_y = b.y - a.y;
  const double length_squared = along_x * along_x + along_y * along_y;
  const double projection = (place.x - a.x) * along_x + (place.y - a.y) * along_y;
  const double t = length_squared > 0 ? std::clamp(projection / length_squared, 0.0, 1.0) : 0.0;
  return std::hypot(a.x + t * along_x - place.x, a.y + t * along_y - place.y);
}

/// The pen: half its width in pixels, how far its edge fades, how both vary along a stroke, and how dark it writes.
struct Pen {
  explicit Pen(CounterRandom& random)
      : radius(between(random, 0.75, 1.65)),
        softness(between(random, 0.7, 1.5)),
        variation(between(random, 0.0, 0.25)),
        darkness(between(random, 0.86, 1.12)) {}

  double radius, softness, variation, darkness;
};

using Ink = std::array<double, size_t{kDigitImageSide} * kDigitImageSide>;  // 0 none, 1 full

void draw_segment(const Point& a, const Point& b, double radius, const Pen& pen, Ink& ink) {
  const double reach = radius + pen.softness;
  const auto first = [&](double low) { return std::max(0, static_cast<int>(std::floor(low - reach))); };
  const auto last = [&](double high) {
    return std::min(kDigitImageSide - 1, static_cast<int>(std::ceil(high + reach)));
  };
  for (int row = first(std::min(a.y, b.y)); row <= last(std::max(a.y, b.y)); ++row) {
    for (int column = first(std::min(a.x, b.x)); column <= last(std::max(a.x, b.x)); ++column) {
      const double distance = distance_to_segment({static_cast<double>(column), static_cast<double>(row)}, a, b);
      const double edge = std::clamp(0.5 + (radius - distance) / pen.softness, 0.0, 1.0);
      double& pixel = ink.at(static_cast<size_t>(row) * kDigitImageSide + static_cast<size_t>(column));
      pixel = std::max(pixel, edge);
    }
  }
}

void draw_stroke(const Stroke& line, const Pen& pen, CounterRandom& random, Ink& ink) {
  const double phase = between(random, 0, 2 * kPi);
  const double rate = between(random, 0.02, 0.12);  // radians per point of the polyline
  for (size_t i = 0; i + 1 < line.size(); ++i) {
    const double pressure = 1 + pen.variation * std::sin(phase + rate * static_cast<double>(i));
    draw_segment(line[i], line[i + 1], pen.radius * pressure, pen, ink);
  }
}

/// Isolated dots, as a scanner leaves.
void add_specks(CounterRandom& random, Ink& ink) {
  constexpr std::array<int, 8> kHowMany = {0, 0, 0, 0, 1, 1, 2, 3};
  const int specks = kHowMany.at(random.uniform(kHowMany.size()));
  for (int speck = 0; speck < specks; ++speck) {
    double& pixel = ink.at(random.uniform(ink.size()));
    pixel = std::max(pixel, between(random, 0.05, 0.35));
  }
}

DigitImage develop(const Ink& ink, const Pen& pen, CounterRandom& random) {
  const double grain = between(random, 0.01, 0.07);
  DigitImage image{};
  for (size_t i = 0; i < ink.size(); ++i) {
    if (ink[i] > 0) {
      const double value = ink[i] * (pen.darkness + grain * normal(random));
      image.at(i) = static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
    }
  }
  return image;
}

}  // namespace

DigitImage draw_digit(int digit, CounterRandom& random) {
  const std::vector<DigitStyle>& styles = digit_styles(digit);
  const DigitStyle& style = styles.at(random.uniform(styles.size()));
  const double unsteadiness = between(random, 0.008, 0.035);
  const ElasticField elastic(random);
  const LinearMap linear(random);
  std::vector<Stroke> lines;
  for (const Stroke& stroke : style) {
    Stroke line = trace(unsteady(stroke, unsteadiness, random));
    for (Point& point : line) {
      point = linear.apply(elastic.apply(point));
    }
    lines.push_back(std::move(line));
  }
  place(lines, random);
  const Pen pen(random);
  Ink ink{};
  for (const Stroke& line : lines) {
    draw_stroke(line, pen, random, ink);
  }
  add_specks(random, ink);
  return develop(ink, pen, random);
}

}  // namespace faultline::model
