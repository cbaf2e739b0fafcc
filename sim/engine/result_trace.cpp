#include "sim/engine/result_trace.h"

namespace faultline::engine {
namespace {

void mix(uint64_t& hash, uint64_t word) {
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio, odd
  hash = (hash ^ word) * kFactor;
  hash ^= hash >> 29;
}

/// Where a wrong value is that a stage reads.
Station station_of(ResultRecord::Stage stage) {
  constexpr std::array<Station, ResultRecord::kStages> kStations = {Station::kPooling, Station::kRequantisation,
                                                                    Station::kClamp, Station::kOutputBuffer};
  return kStations[stage];
}

}  // namespace

void ResultHashes::on_tap(const Tap& tap) {
  ++progress_.taps;
  uint64_t& hash = hashes_[ResultRecord::kTaps];
  if (tap.first) {
    hash = 0;
  }
  mix(hash, tap.inside ? 1 : 0);
  for (int lane = 0; tap.inside && lane < tap.lanes; ++lane) {
    mix(hash, static_cast<uint16_t>(tap.values->operand(lane)));
  }
  if (tap.last) {
    take(ResultRecord::kTaps, tap.row, hash);
  }
}

void ResultHashes::on_lane(const Lane& lane) {
  mix(hashes_[ResultRecord::kProducts], static_cast<uint64_t>(lane.product) ^ static_cast<uint64_t>(lane.product_high)
                                                                                  << 48);
  mix(hashes_[ResultRecord::kRounded], static_cast<uint64_t>(lane.rounded));
  mix(hashes_[ResultRecord::kWritten], static_cast<uint64_t>(lane.address));
  mix(hashes_[ResultRecord::kWritten], static_cast<uint64_t>(lane.bytes) << 32 ^ lane.value);
}

void ResultHashes::on_row(uint32_t row) {
  ++progress_.rows;
  for (const auto stage : {ResultRecord::kProducts, ResultRecord::kRounded, ResultRecord::kWritten}) {
    take(stage, row, hashes_[stage]);
    hashes_[stage] = 0;
  }
}

void ResultRecorder::begin_layer() {
  restart({});
  record_.layers.emplace_back();
}

void ResultRecorder::end_layer() {
  record_.layers.back().taps = progress().taps;
  record_.layers.back().rows = progress().rows;
}

void ResultRecorder::on_command() {
  ResultHashes::on_command();
  record_.layers.back().commands.emplace_back();
}

void ResultRecorder::take(ResultRecord::Stage stage, uint32_t row, uint64_t hash) {
  std::vector<uint64_t>& hashes = record_.layers.back().commands.back()[stage];
  if (row >= hashes.size()) {
    hashes.resize(row + size_t{1});
  }
  hashes[row] = hash;
}

void ResultComparison::begin_layer(size_t layer, const Progress& progress) {
  restart(progress);
  layer_ = layer;
}

void ResultComparison::end_layer() {
  const ResultRecord::Layer& golden = golden_.layers[layer_];
  if (progress().taps != golden.taps) {
    reach(Station::kPooling);
  }
  if (progress().rows != golden.rows) {
    reach(Station::kOutputBuffer);
  }
}

void ResultComparison::repeat_layer() {
  end_layer();
  restart({});
}

void ResultComparison::take(ResultRecord::Stage stage, uint32_t row, uint64_t hash) {
  if (farthest_ >= station_of(stage)) {
    return;
  }
  const std::vector<ResultRecord::Command>& golden = golden_.layers[layer_].commands;
  const size_t command = progress().commands - 1;  // before the first one: beyond all
  const bool known = command < golden.size() && row < golden[command][stage].size();
  if (!known || golden[command][stage][row] != hash) {
    reach(station_of(stage));
  }
}

}  // namespace faultline::engine
