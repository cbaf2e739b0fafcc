#include "sim/engine/pooling_window.h"

#include <algorithm>

#include "hw/common/signed_bits.h"

namespace faultline::engine {

PoolingWindow::PoolingWindow(const ConeContext& context, const ScheduledCommand& command, const WindowView& view,
                             size_t pixel, int lane)
    : context_(context),
      command_(command),
      view_(view),
      pixel_(pixel),
      lane_(lane),
      maximum_(command.descriptor().maximum != 0),
      joined_(maximum_ ? context.format().lowest() : 0) {}

int16_t PoolingWindow::golden_code(size_t tap) const {
  return view_.inside(pixel_, tap)
             ? view_.operand(view_.address(pixel_, tap) + lane_, context_.inputs.by_layer[command_.layer])
             : int16_t{0};
}

void PoolingWindow::join(size_t tap, int16_t code) {
  const bool inside = view_.inside(pixel_, tap);
  if (!maximum_) {
    joined_ = context_.effect.wrapped_sum(joined_ + (inside ? int32_t{code} : command_.descriptor().pad_value));
  } else if (inside) {
    joined_ = std::max(joined_, int64_t{code});
  }
}

int64_t PoolingWindow::biased() const {
  return maximum_ ? joined_ : parameters().biased(joined_);
}

hw::WideProduct PoolingWindow::product(int64_t biased) const {
  return maximum_ ? biased : parameters().product(biased);
}

ProcessedValue PoolingWindow::processed(hw::WideProduct product) const {
  if (maximum_) {
    const int64_t code = hw::wrap_to(static_cast<int64_t>(product), context_.format().operand_bits);
    return {product, code, code};
  }
  return parameters().processed(product);
}

}  // namespace faultline::engine
