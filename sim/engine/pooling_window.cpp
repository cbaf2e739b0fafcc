#include "sim/engine/pooling_window.h"

#include <algorithm>

#include "hw/arithmetic/requantisation.h"
#include "sim/engine/channel_parameters.h"

namespace faultline::engine {

PoolingWindow::PoolingWindow(const ConeContext& context, const ScheduledCommand& command, const WindowView& view,
                             size_t pixel, int lane)
    : context_(context),
      command_(command),
      view_(view),
      pixel_(pixel),
      lane_(lane),
      maximum_(command.descriptor().maximum != 0),
      joined_(maximum_ ? -128 : 0) {}

int8_t PoolingWindow::golden_code(size_t tap) const {
  return view_.inside(pixel_, tap)
             ? view_.byte(view_.address(pixel_, tap) + lane_, context_.inputs.by_layer[command_.layer])
             : int8_t{0};
}

void PoolingWindow::join(size_t tap, int8_t code) {
  const bool inside = view_.inside(pixel_, tap);
  if (!maximum_) {
    joined_ = hw::wrapping_add(joined_, inside ? int32_t{code} : command_.descriptor().pad_value);
  } else if (inside) {
    joined_ = std::max(joined_, int32_t{code});
  }
}

int32_t PoolingWindow::biased() const {
  return maximum_ ? joined_ : ChannelParameters(context_.effect.post(command_.layer), neuron().channel).biased(joined_);
}

int64_t PoolingWindow::product(int32_t biased) const {
  return maximum_ ? biased : ChannelParameters(context_.effect.post(command_.layer), neuron().channel).product(biased);
}

ProcessedValue PoolingWindow::processed(int64_t product) const {
  if (maximum_) {
    const auto code = static_cast<int8_t>(product);
    return {product, code, code};
  }
  return ChannelParameters(context_.effect.post(command_.layer), neuron().channel).processed(product);
}

}  // namespace faultline::engine
