#include "hw/systolic/command.h"

#include <algorithm>
#include <map>

namespace faultline::hw {
namespace {

std::vector<CommandField> make_fields(int operand_bits) {
  using D = CommandDescriptor;
  return {
      {"opcode", 3, false, &D::opcode},
      {"target", 2, false, &D::target},
      {"dram_address", 32, true, &D::dram_address},
      {"dram_stride", 32, true, &D::dram_stride},
      {"buffer_address", 24, false, &D::buffer_address},
      {"buffer_stride", 24, false, &D::buffer_stride},
      {"rows", 24, false, &D::rows},
      {"row_bytes", 24, false, &D::row_bytes},
      {"tiles", 16, false, &D::tiles},
      {"folds", 16, false, &D::folds},
      {"stream", 24, false, &D::stream},
      {"period", 24, false, &D::period},
      {"shift_start", 9, false, &D::shift_start},
      {"final_period", 24, false, &D::final_period},
      {"last_fold_rows", 9, false, &D::last_fold_rows},
      {"accumulate", 1, false, &D::accumulate},
      {"psum_base", 16, false, &D::psum_base},
      {"psum_tile_step", 16, false, &D::psum_tile_step},
      {"weight_base", 24, false, &D::weight_base},
      {"weight_pitch", 24, false, &D::weight_pitch},
      {"weight_tile_reset", 1, false, &D::weight_tile_reset},
      {"input_base", 24, false, &D::input_base},
      {"input_height", 16, false, &D::input_height},
      {"input_width", 16, false, &D::input_width},
      {"pad_value", operand_bits, true, &D::pad_value},
      {"tap_y", 16, true, &D::tap_y},
      {"tap_x", 16, true, &D::tap_x},
      {"tap_c", 16, false, &D::tap_c},
      {"tap_offset", 32, true, &D::tap_offset},
      {"tap_c_last", 16, false, &D::tap_c_last},
      {"tap_x_step", 16, true, &D::tap_x_step},
      {"tap_x_last", 16, true, &D::tap_x_last},
      {"tap_y_step", 16, true, &D::tap_y_step},
      {"tap_y_last", 16, true, &D::tap_y_last},
      {"tap_offset_x", 32, true, &D::tap_offset_x},
      {"tap_offset_y", 32, true, &D::tap_offset_y},
      {"pixel_y", 16, true, &D::pixel_y},
      {"pixel_x", 16, true, &D::pixel_x},
      {"pixel_offset", 32, true, &D::pixel_offset},
      {"pixel_x_first", 16, true, &D::pixel_x_first},
      {"pixel_x_step", 16, true, &D::pixel_x_step},
      {"pixel_x_last", 16, true, &D::pixel_x_last},
      {"pixel_y_step", 16, true, &D::pixel_y_step},
      {"pixel_offset_x", 32, true, &D::pixel_offset_x},
      {"pixel_offset_y", 32, true, &D::pixel_offset_y},
      {"lanes", 9, false, &D::lanes},
      {"parameter_base", 16, false, &D::parameter_base},
      {"parameter_by_row", 1, false, &D::parameter_by_row},
      {"output_base", 24, false, &D::output_base},
      {"output_row_stride", 24, false, &D::output_row_stride},
      {"output_lane_stride", 24, false, &D::output_lane_stride},
      {"raw", 1, false, &D::raw},
      {"zero_point", operand_bits, true, &D::zero_point},
      {"low", operand_bits, true, &D::low},
      {"high", operand_bits, true, &D::high},
      {"use_table", 1, false, &D::use_table},
      {"maximum", 1, false, &D::maximum},
  };
}

}  // namespace

const std::vector<CommandField>& command_fields(int operand_bits) {
  static const std::map<int, std::vector<CommandField>> kFields = {
      {8, make_fields(8)}, {12, make_fields(12)}, {16, make_fields(16)}};
  return kFields.at(operand_bits);
}

bool CommandDescriptor::operator==(const CommandDescriptor& other) const {
  static const auto& fields = command_fields();
  return std::all_of(fields.begin(), fields.end(),
                     [&](const CommandField& field) { return this->*field.member == other.*field.member; });
}

}  // namespace faultline::hw
