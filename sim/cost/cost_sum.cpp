#include "sim/cost/cost_sum.h"

#include <algorithm>
#include <array>

namespace faultline::cost {
namespace {

constexpr std::array<int FpgaCost::*, 6> kFpgaCells = {&FpgaCost::luts,  &FpgaCost::carries,
                                                       &FpgaCost::muxes, &FpgaCost::flip_flops,
                                                       &FpgaCost::dsps,  &FpgaCost::block_rams};

}  // namespace

SynthesisResult times(const SynthesisResult& one, int count) {
  SynthesisResult all = one;
  for (int FpgaCost::*cells : kFpgaCells) {
    all.fpga.*cells *= count;
  }
  all.asic.gates *= count;
  all.asic.flip_flops *= count;
  all.asic.gate_equivalents *= count;
  if (all.asic.liberty_area) {
    *all.asic.liberty_area *= count;
  }
  return all;
}

SynthesisResult sum(const SynthesisResult& a, const SynthesisResult& b) {
  SynthesisResult both = a;
  for (int FpgaCost::*cells : kFpgaCells) {
    both.fpga.*cells += b.fpga.*cells;
  }
  both.asic.gates += b.asic.gates;
  both.asic.flip_flops += b.asic.flip_flops;
  both.asic.gate_equivalents += b.asic.gate_equivalents;
  both.asic.depth = std::max(a.asic.depth, b.asic.depth);
  both.asic.liberty_area.reset();
  if (a.asic.liberty_area && b.asic.liberty_area) {
    both.asic.liberty_area = *a.asic.liberty_area + *b.asic.liberty_area;
  }
  both.asic.switching_energy.reset();
  both.cached = a.cached && b.cached;
  return both;
}

}  // namespace faultline::cost
