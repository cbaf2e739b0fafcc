#include "hw/systolic/accelerator.h"

#include <algorithm>

namespace faultline::hw {

/// Makes a block with taps of its own and notes which fields of the table are its.
template <typename Block, typename Make>
std::unique_ptr<Block> Accelerator::add_block(const Make& make) {
  first_field_of_block_.push_back(table_.fields().size());
  taps_.push_back(std::make_unique<FaultTaps>(&table_));
  return make(*taps_.back());
}

Accelerator::Accelerator(const sc_core::sc_module_name& name, const AcceleratorConfig& config,
                         const MakeGrid& make_grid, StateTable& table, const CycleClock& clock_cycles)
    : AcceleratorModule(name), table_(table), inputs_from_north_(config.grid.dataflow == Dataflow::kInputStationary) {
  config.validate();
  grid_ =
      add_block<PeGrid>([&](FaultTaps& taps) { return make_grid("array", config.grid, table, taps, clock_cycles); });
  add_standard_block(input_feeder_, "input_feeder", config, clock_cycles);
  add_standard_block(weight_feeder_, "weight_feeder", config, clock_cycles);
  add_standard_block(partial_sum_, "partial_sum", config, clock_cycles);
  add_standard_block(post_processing_, "post_processing", config, clock_cycles);
  add_standard_block(dma_, "dma", config, clock_cycles);
  add_standard_block(controller_, "controller", config, clock_cycles);
  connect_control();
  connect_data();
  if (!config.protection.neuron_unit.empty()) {
    add_neuron_unit(config, clock_cycles);
  }
  if (config.protection.checksum) {
    add_checksum_unit(config, clock_cycles);
  }
  if (config.grid.spare_columns) {
    add_spare_column_unit(config, clock_cycles);
  }
}

template <typename Block>
void Accelerator::add_standard_block(std::unique_ptr<Block>& block, const char* name, const AcceleratorConfig& config,
                                     const CycleClock& clock_cycles) {
  block = add_block<Block>(
      [&](FaultTaps& taps) { return std::make_unique<Block>(name, config, table_, taps, clock_cycles); });
  block->clock(clock);
}

void Accelerator::connect_control() {
  controller_->command_valid(command_valid);
  controller_->descriptor(descriptor);
  controller_->dma_status(dma_status_);
  controller_->post_status(post_status_);
  controller_->neuron_status(neuron_status_);
  controller_->ready(ready);
  controller_->trapped(trapped);
  controller_->command(command_);
  controller_->dma_start(dma_start_);
  controller_->post_start(post_start_);
  controller_->correct_start(correct_start_);
  controller_->input_word(input_word_);
  controller_->weight_word(weight_word_);
  controller_->sum_word(sum_word_);

  dma_->start(dma_start_);
  dma_->command(command_);
  dma_->response(dram_response);
  dma_->output_data(output_data_);
  dma_->request(dram_request);
  dma_->write(buffer_write_);
  dma_->read(buffer_read_);
  dma_->status(dma_status_);
}

void Accelerator::connect_data() {
  input_feeder_->word(input_word_);
  input_feeder_->command(command_);
  input_feeder_->write(buffer_write_);
  input_feeder_->pool_request(pool_request_);
  input_feeder_->columns(columns_);
  input_feeder_->edge(input_edge_);
  input_feeder_->pool_data(pool_data_);

  weight_feeder_->word(weight_word_);
  weight_feeder_->command(command_);
  weight_feeder_->write(buffer_write_);
  weight_feeder_->columns(columns_);
  weight_feeder_->edge(weight_edge_);

  grid_->clock(clock);
  grid_->west(west());
  grid_->north(north());
  grid_->drain(drain_);
  grid_->south(south_);

  partial_sum_->word(sum_word_);
  partial_sum_->south(south_);
  partial_sum_->row_request(row_request_);
  partial_sum_->correction(correction_);
  partial_sum_->columns(columns_);
  partial_sum_->drain(drain_);
  partial_sum_->last_word(last_sum_word_);
  partial_sum_->row(row_);

  post_processing_->start(post_start_);
  post_processing_->command(command_);
  post_processing_->row(row_);
  post_processing_->pool_data(pool_data_);
  post_processing_->write(buffer_write_);
  post_processing_->read(buffer_read_);
  post_processing_->neuron_request(neuron_request_);
  post_processing_->neuron_write(neuron_write_);
  post_processing_->neuron_word(neuron_word_);
  post_processing_->row_request(row_request_);
  post_processing_->pool_request(pool_request_);
  post_processing_->read_data(output_data_);
  post_processing_->status(post_status_);
}

void Accelerator::add_neuron_unit(const AcceleratorConfig& config, const CycleClock& clock_cycles) {
  add_standard_block(neuron_unit_, "neuron_unit", config, clock_cycles);
  neuron_unit_->start(correct_start_);
  neuron_unit_->command(command_);
  neuron_unit_->buffer_write(buffer_write_);
  neuron_unit_->word(neuron_word_);
  neuron_unit_->request(neuron_request_);
  neuron_unit_->write(neuron_write_);
  neuron_unit_->status(neuron_status_);
  neuron_unit_->repeat_request(repeat_request);
}

void Accelerator::add_checksum_unit(const AcceleratorConfig& config, const CycleClock& clock_cycles) {
  add_standard_block(checksum_unit_, "checksum_unit", config, clock_cycles);
  checksum_unit_->west(west());
  checksum_unit_->north(north());
  checksum_unit_->south(south_);
  checksum_unit_->word(last_sum_word_);
  checksum_unit_->correction(correction_);
}

void Accelerator::add_spare_column_unit(const AcceleratorConfig& config, const CycleClock& clock_cycles) {
  add_standard_block(spare_column_unit_, "spare_column_unit", config, clock_cycles);
  spare_column_unit_->columns(columns_);
}

void Accelerator::suspend_grid(bool suspended) {
  grid_->suspend(suspended);
  if (checksum_unit_ != nullptr) {
    checksum_unit_->suspend(suspended);
  }
}

void Accelerator::drive() {
  controller_->drive();
  input_feeder_->drive();
  weight_feeder_->drive();
  grid_->drive();
  partial_sum_->drive();
  post_processing_->drive();
  dma_->drive();
  if (neuron_unit_ != nullptr) {
    neuron_unit_->drive();
  }
  if (checksum_unit_ != nullptr) {
    checksum_unit_->drive();
  }
  if (spare_column_unit_ != nullptr) {
    spare_column_unit_->drive();
  }
}

FaultTaps& Accelerator::taps(size_t field) {
  const auto after = std::upper_bound(first_field_of_block_.begin(), first_field_of_block_.end(), field);
  return *taps_[static_cast<size_t>(after - first_field_of_block_.begin()) - 1];
}

}  // namespace faultline::hw
