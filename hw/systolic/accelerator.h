#pragma once

#include <functional>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "hw/common/cycle_clock.h"
#include "hw/common/state_table.h"
#include "hw/fault/fault_taps.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/accelerator_module.h"
#include "hw/systolic/checksum_unit.h"
#include "hw/systolic/controller.h"
#include "hw/systolic/dma.h"
#include "hw/systolic/input_feeder.h"
#include "hw/systolic/neuron_unit.h"
#include "hw/systolic/partial_sum_buffer.h"
#include "hw/systolic/pe_grid.h"
#include "hw/systolic/post_processing.h"
#include "hw/systolic/spare_column_unit.h"
#include "hw/systolic/weight_feeder.h"

namespace faultline::hw {

/// The accelerator as SystemC blocks: controller, feeders with their buffers, grid, partial sums, post-processing, DMA,
/// a neuron unit, a checksum unit and spare columns where they are configured.
class Accelerator : public AcceleratorModule {
 public:
  /// Makes the grid of processing elements; the accelerator wires it.
  using MakeGrid = std::function<std::unique_ptr<PeGrid>(const char* name, const GridConfig&, StateTable&, FaultTaps&,
                                                         const CycleClock&)>;

  /// Validates `config`; registers all state in `table`, which must outlive the module.
  Accelerator(const sc_core::sc_module_name& name, const AcceleratorConfig& config, const MakeGrid& make_grid,
              StateTable& table, const CycleClock& clock_cycles);

  void drive() override;
  void watch_results(ResultProbe* probe) override { post_processing_->watch(probe); }
  void select_multiplier(int selection) override { grid_->select_multiplier(selection); }
  void suspend_grid(bool suspended) override;
  FaultTaps& taps(size_t field) override;
  const std::vector<std::unique_ptr<FaultTaps>>& all_taps() const override { return taps_; }

 private:
  template <typename Block, typename Make>
  std::unique_ptr<Block> add_block(const Make& make);
  template <typename Block>
  void add_standard_block(std::unique_ptr<Block>& block, const char* name, const AcceleratorConfig& config,
                          const CycleClock& clock_cycles);
  void connect_control();
  void connect_data();
  void add_neuron_unit(const AcceleratorConfig& config, const CycleClock& clock_cycles);
  void add_checksum_unit(const AcceleratorConfig& config, const CycleClock& clock_cycles);
  void add_spare_column_unit(const AcceleratorConfig& config, const CycleClock& clock_cycles);
  sc_core::sc_signal<OperandEdge>& west() { return inputs_from_north_ ? weight_edge_ : input_edge_; }
  sc_core::sc_signal<OperandEdge>& north() { return inputs_from_north_ ? input_edge_ : weight_edge_; }

  StateTable& table_;
  std::vector<std::unique_ptr<FaultTaps>> taps_;
  std::vector<size_t> first_field_of_block_;

  std::unique_ptr<Controller> controller_;
  std::unique_ptr<InputFeeder> input_feeder_;
  std::unique_ptr<WeightFeeder> weight_feeder_;
  std::unique_ptr<PeGrid> grid_;
  std::unique_ptr<PartialSumBuffer> partial_sum_;
  std::unique_ptr<PostProcessing> post_processing_;
  std::unique_ptr<Dma> dma_;
  std::unique_ptr<NeuronUnit> neuron_unit_;             ///< nullptr without one
  std::unique_ptr<ChecksumUnit> checksum_unit_;         ///< likewise
  std::unique_ptr<SpareColumnUnit> spare_column_unit_;  ///< nullptr without spare columns
  bool inputs_from_north_;

  sc_core::sc_signal<CommandDescriptor> command_{"command"};
  sc_core::sc_signal<bool> dma_start_{"dma_start"}, post_start_{"post_start"}, correct_start_{"correct_start"};
  sc_core::sc_signal<InputWord> input_word_{"input_word"};
  sc_core::sc_signal<WeightWord> weight_word_{"weight_word"};
  sc_core::sc_signal<SumWord> sum_word_{"sum_word"}, last_sum_word_{"last_sum_word"};
  sc_core::sc_signal<OperandEdge> input_edge_{"input_edge"}, weight_edge_{"weight_edge"};
  sc_core::sc_signal<DrainEdge> drain_{"drain"};
  sc_core::sc_signal<SumEdge> south_{"south"}, row_{"row"};
  sc_core::sc_signal<SumCorrection> correction_{"correction"};
  sc_core::sc_signal<ColumnMap> columns_{"columns"};
  sc_core::sc_signal<RowRequest> row_request_{"row_request"};
  sc_core::sc_signal<PoolRequest> pool_request_{"pool_request"};
  sc_core::sc_signal<PoolData> pool_data_{"pool_data"};
  sc_core::sc_signal<BufferWrite> buffer_write_{"buffer_write"};
  sc_core::sc_signal<BufferRead> buffer_read_{"buffer_read"};
  sc_core::sc_signal<BeatData> output_data_{"output_data"};
  sc_core::sc_signal<NeuronRequest> neuron_request_{"neuron_request"};
  sc_core::sc_signal<uint8_t> neuron_word_{"neuron_word"};
  sc_core::sc_signal<NeuronWrite> neuron_write_{"neuron_write"};
  sc_core::sc_signal<UnitStatus> dma_status_{"dma_status"}, post_status_{"post_status"},
      neuron_status_{"neuron_status"};
};

}  // namespace faultline::hw
