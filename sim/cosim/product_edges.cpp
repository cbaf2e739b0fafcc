#include "sim/cosim/product_edges.h"

#include <algorithm>

#include "sim/cosim/random_values.h"

namespace faultline::cosim {
namespace {

/// Sets lanes of edges at their time: a word that is issued at phase p reaches lane n of its edge at p + n.
class SkewedEdges {
 public:
  SkewedEdges(const hw::GridConfig& config, int cycles, hw::CounterRandom& random)
      : edges_(static_cast<size_t>(cycles), idle_edges(config)), random_(random) {}

  /// A word of random operands; the first `valid_lanes` lanes are valid.
  void west_word(int phase, int valid_lanes) {
    for (int lane = 0; lane < edges_[0].west.lanes; ++lane) {
      put(at(phase + lane).west, lane, lane < valid_lanes);
    }
  }
  void north_word(int phase, int valid_lanes) {
    for (int lane = 0; lane < edges_[0].north.lanes; ++lane) {
      put(at(phase + lane).north, lane, lane < valid_lanes);
    }
  }
  void load(int phase) {
    for (int row = 0; row < edges_[0].west.lanes; ++row) {
      at(phase + row).west.control[row] = 1;
    }
  }
  void shift(int phase) {
    for (int column = 0; column < edges_[0].north.lanes; ++column) {
      at(phase + column).north.control[column] = 1;
    }
  }
  void drain(int phase) {
    for (int column = 0; column < edges_[0].drain.lanes; ++column) {
      at(phase + column).drain.drain[column] = 1;
    }
  }
  std::vector<GridEdges> take() { return std::move(edges_); }

 private:
  GridEdges& at(int cycle) { return edges_[static_cast<size_t>(cycle)]; }
  void put(hw::OperandEdge& edge, int lane, bool valid) {
    edge.value[lane] = random_operand(random_);
    edge.valid[lane] = valid ? 1 : 0;
  }

  std::vector<GridEdges> edges_;
  hw::CounterRandom& random_;
};

int between(hw::CounterRandom& random, int low, int high) {
  return low + static_cast<int>(random.uniform(static_cast<uint64_t>(high - low + 1)));
}

/// Weight- and input-stationary: the same but for which operand stays.
std::vector<GridEdges> operand_stationary(const hw::GridConfig& config, int folds, int stream,
                                          hw::CounterRandom& random) {
  const int prologue = config.rows + 1;
  const int period = std::max(stream, 2 * config.rows);
  SkewedEdges edges(config, prologue + folds * period + 2 * (config.rows + config.columns), random);
  int rows = between(random, 1, config.rows);
  const int columns = between(random, 1, config.columns);
  const auto shift_in = [&](int first_phase) {
    for (int j = 0; j < config.rows; ++j) {
      edges.north_word(first_phase + j, config.rows - 1 - j < rows ? columns : 0);
      edges.shift(first_phase + j);
    }
  };
  shift_in(0);
  edges.load(prologue - 1);
  for (int fold = 0; fold < folds; ++fold) {
    const int start = prologue + fold * period;
    for (int p = 0; p < stream; ++p) {
      edges.west_word(start + p, rows);
    }
    if (fold + 1 < folds) {
      rows = between(random, 1, config.rows);
      shift_in(start + config.rows - 1);
      edges.load(start + period - 1);
    }
  }
  return edges.take();
}

std::vector<GridEdges> output_stationary(const hw::GridConfig& config, int folds, int stream,
                                         hw::CounterRandom& random) {
  const int period = stream - 1 + 2 * config.rows;
  SkewedEdges edges(config, folds * period + 2 * (config.rows + config.columns), random);
  const int columns = between(random, 1, config.columns);
  for (int fold = 0; fold < folds; ++fold) {
    const int start = fold * period;
    const int rows = between(random, 1, config.rows);
    for (int p = 0; p < stream; ++p) {
      edges.west_word(start + p, rows);
      edges.north_word(start + p, columns);
    }
    // The bottom row has its last product R - 1 cycles after the top row.
    for (int j = 0; j < config.rows; ++j) {
      edges.drain(start + stream + config.rows - 1 + j);
    }
  }
  return edges.take();
}

}  // namespace

std::vector<GridEdges> product_edges(const hw::GridConfig& config, hw::CounterRandom& random) {
  const int folds = between(random, 1, 3);
  const int stream = between(random, 1, 2 * std::max(config.rows, config.columns));
  return config.dataflow == hw::Dataflow::kOutputStationary ? output_stationary(config, folds, stream, random)
                                                            : operand_stationary(config, folds, stream, random);
}

}  // namespace faultline::cosim
