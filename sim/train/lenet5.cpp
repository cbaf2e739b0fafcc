// LeNet-5 after LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998), in
// the form that the fault-injection literature uses: ReLU, max pooling, full connections between the feature maps.
#include "sim/train/zoo.h"

namespace faultline::train {
namespace {

model::FloatNetwork lenet5() {
  using namespace model;  // NOLINT(google-build-using-namespace): the kinds of layer, in this function alone
  return {"lenet5",
          {1, 28, 28},
          {
              {"conv1", FloatConvolution{1, 6, 5, 2, {}, {}}},
              {"relu1", FloatRelu{}},
              {"pool1", FloatMaximumPooling{2}},
              {"conv2", FloatConvolution{6, 16, 5, 0, {}, {}}},
              {"relu2", FloatRelu{}},
              {"pool2", FloatMaximumPooling{2}},
              {"flatten", FloatFlatten{}},
              {"fc1", FloatFullyConnected{400, 120, {}, {}}},
              {"relu3", FloatRelu{}},
              {"fc2", FloatFullyConnected{120, 84, {}, {}}},
              {"relu4", FloatRelu{}},
              {"fc3", FloatFullyConnected{84, 10, {}, {}}},
          }};
}

const ZooRegistration kRegistration{{"lenet5", lenet5}};

}  // namespace
}  // namespace faultline::train
