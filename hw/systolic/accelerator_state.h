#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "hw/fault/fault_taps.h"
#include "hw/systolic/checksum_unit_core.h"
#include "hw/systolic/controller_core.h"
#include "hw/systolic/dma_core.h"
#include "hw/systolic/grid_state.h"
#include "hw/systolic/input_feeder_core.h"
#include "hw/systolic/neuron_unit_core.h"
#include "hw/systolic/partial_sum_buffer_core.h"
#include "hw/systolic/post_processing_core.h"
#include "hw/systolic/spare_column_unit_core.h"
#include "hw/systolic/weight_feeder_core.h"

namespace faultline::hw {

/// The fields of a whole accelerator in a state table, in the order in which Accelerator adds them, and the cores that
/// can read them. Nothing steps here: another implementation keeps the state.
struct AcceleratorState {
  AcceleratorState(const AcceleratorConfig& config, StateTable& table,
                   std::function<uint64_t(size_t element)> read_product)
      : no_taps(&table),
        grid(config.grid, table, std::move(read_product)),
        input_feeder(config, table, no_taps),
        weight_feeder(config, table, no_taps),
        partial_sum(config, table, no_taps),
        post_processing(config, table, no_taps),
        dma(config, table, no_taps),
        controller(config, table, no_taps) {
    if (!config.protection.neuron_unit.empty()) {
      neuron_unit.emplace(config.protection, table, no_taps);
    }
    if (config.protection.checksum) {
      checksum_unit.emplace(config, table, no_taps);
    }
    if (config.grid.spare_columns) {
      spare_column_unit.emplace(config, table, no_taps);
    }
  }

  FaultTaps no_taps;
  GridState grid;
  InputFeederCore input_feeder;
  WeightFeederCore weight_feeder;
  PartialSumBufferCore partial_sum;
  PostProcessingCore post_processing;
  DmaCore dma;
  ControllerCore controller;
  std::optional<NeuronUnitCore> neuron_unit;
  std::optional<ChecksumUnitCore> checksum_unit;
  std::optional<SpareColumnUnitCore> spare_column_unit;
};

}  // namespace faultline::hw
