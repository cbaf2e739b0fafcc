#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/systolic/result_probe.h"

namespace faultline::engine {

/// The farthest place that a wrong value came to on its way to the output of the network's layers. Each was reached
/// through those before it, or struck there.
enum class Station {
  kNone,            ///< no wrong value came to post-processing
  kPooling,         ///< a pooling window took a wrong value in
  kRequantisation,  ///< a wrong product was rounded
  kClamp,           ///< a wrong rounded value came to the activation function: clamp, or clamp and table
  kOutputBuffer,    ///< the output buffer held a wrong value
  kStored,          ///< a layer's output was stored with a wrong value
};

/// What passed through post-processing in a fault-free run, as one 64-bit hash per row and stage, by layer and command.
/// About 24 bytes for every row of lanes.
class ResultRecord {
 public:
  enum Stage : size_t { kTaps, kProducts, kRounded, kWritten, kStages };

  /// Rows of one command by number.
  using Command = std::array<std::vector<uint64_t>, kStages>;
  struct Layer {
    std::vector<Command> commands;
    uint64_t taps = 0;
    uint64_t rows = 0;  ///< written
  };

  std::vector<Layer> layers;
};

/// Hashes rows as they pass.
class ResultHashes : public hw::ResultProbe {
 public:
  /// What has passed since a layer began.
  struct Progress {
    size_t commands = 0;
    uint64_t taps = 0;
    uint64_t rows = 0;
  };

  void on_command() override { ++progress_.commands; }
  void on_tap(const Tap& tap) override;
  void on_lane(const Lane& lane) override;
  void on_row(uint32_t row) override;

  /// Of the layer so far.
  const Progress& progress() const { return progress_; }

 protected:
  virtual void take(ResultRecord::Stage stage, uint32_t row, uint64_t hash) = 0;
  /// Begins a layer, or goes on in one between two commands.
  void restart(const Progress& progress) { progress_ = progress; }

 private:
  Progress progress_;
  std::array<uint64_t, ResultRecord::kStages> hashes_{};
};

/// Makes a record.
class ResultRecorder : public ResultHashes {
 public:
  explicit ResultRecorder(ResultRecord& record) : record_(record) {}
  void begin_layer();
  void end_layer();

 private:
  void on_command() override;
  void take(ResultRecord::Stage stage, uint32_t row, uint64_t hash) override;

  ResultRecord& record_;
};

/// Compares a faulty run with a record. Rows are matched by layer, command and number, so it does not matter in which
/// cycle they pass. A row written too often or not at all counts as wrong in the output buffer, a tap too many or too
/// few as wrong in pooling.
class ResultComparison : public ResultHashes {
 public:
  explicit ResultComparison(const ResultRecord& golden) : golden_(golden) {}

  /// `progress`: of the commands that a run has left out.
  void begin_layer(size_t layer, const Progress& progress = {});
  /// After a layer that completed.
  void end_layer();
  /// As end_layer(), where the layer is run again.
  void repeat_layer();
  /// A wrong value came this far.
  void reach(Station station) { farthest_ = farthest_ < station ? station : farthest_; }
  Station farthest() const { return farthest_; }

 private:
  void take(ResultRecord::Stage stage, uint32_t row, uint64_t hash) override;

  const ResultRecord& golden_;
  size_t layer_ = 0;
  Station farthest_ = Station::kNone;
};

}  // namespace faultline::engine
