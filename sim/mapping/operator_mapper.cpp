#include "sim/mapping/operator_mapper.h"

#include <algorithm>
#include <stdexcept>

namespace faultline::mapping {
namespace {

std::vector<const OperatorMapper*>& operator_registry() {
  static std::vector<const OperatorMapper*> mappers;
  return mappers;
}

void append_little_endian(std::vector<uint8_t>& bytes, int64_t value, int count) {
  for (int byte = 0; byte < count; ++byte) {
    bytes.push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * byte)));
  }
}

}  // namespace

const OperatorMapper* mapper_for(const model::Operator& layer) {
  const auto& all = operator_registry();
  const auto found = std::find_if(all.begin(), all.end(), [&](const OperatorMapper* m) { return m->maps(layer); });
  return found == all.end() ? nullptr : *found;
}

OperatorRegistration::OperatorRegistration(const OperatorMapper& mapper) {
  operator_registry().push_back(&mapper);
}

std::vector<uint8_t> pack_parameters(const model::PostProcessing& post, int channels,
                                     const hw::AcceleratorConfig& config) {
  const hw::OperandFormat format = config.grid.format();
  const auto count = static_cast<size_t>(channels);
  const size_t biases = format.wide() ? post.wide_bias.size() : post.bias.size();
  if (!post.channel_range.empty() && (config.protection.channel_bounds != hw::ChannelBounds{post.zero_outside} ||
                                      post.channel_range.size() != count)) {
    throw std::logic_error("a layer has bounds for each channel, and the accelerator does not hold them");
  }
  if (biases != count || (!post.raw() && post.factor.size() != count) ||
      (!post.residue.empty() && post.residue.size() != count)) {
    throw std::logic_error("a layer has not one bias and one factor per channel");
  }
  std::vector<uint8_t> bytes;
  for (size_t channel = 0; channel < count; ++channel) {
    const hw::FixedPointFactor factor = post.raw() ? hw::FixedPointFactor{} : post.factor[channel];
    append_little_endian(bytes, format.wide() ? post.wide_bias[channel] : post.bias[channel], format.sum_bytes());
    append_little_endian(bytes, factor.multiplier, 4);
    append_little_endian(bytes, post.residue.empty() ? 0 : post.residue[channel], 4);
    bytes.push_back(static_cast<uint8_t>(factor.shift));
    if (config.protection.channel_bounds) {
      bytes.push_back(static_cast<uint8_t>(post.range(channel).low));
      bytes.push_back(static_cast<uint8_t>(post.range(channel).high));
    }
  }
  return bytes;
}

std::vector<uint8_t> pack_table(const model::PostProcessing& post) {
  std::vector<uint8_t> bytes(post.table.size());
  std::transform(post.table.begin(), post.table.end(), bytes.begin(), [](int8_t c) { return static_cast<uint8_t>(c); });
  return bytes;
}

void set_post_processing(hw::CommandDescriptor& command, const model::PostProcessing& post) {
  command.raw = post.raw() ? 1 : 0;
  command.zero_point = post.zero_point;
  command.low = post.low;
  command.high = post.high;
  command.use_table = post.table.empty() ? 0 : 1;
}

}  // namespace faultline::mapping
