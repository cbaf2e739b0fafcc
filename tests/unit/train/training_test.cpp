#include "sim/train/training.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/config/user_error.h"
#include "sim/model/dataset.h"

namespace faultline::train {
namespace {

std::string message_of(const TrainingRequest& request) {
  try {
    train_network(request, [](int, double) {});
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

/// Exit status of a shell command, and what it printed.
std::pair<int, std::string> run_command(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  for (int character = std::fgetc(pipe); character != EOF; character = std::fgetc(pipe)) {
    text += static_cast<char>(character);
  }
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

TrainingRequest good_request() {
  return {"lenet5", "builtin:digits", testing::TempDir() + "/never_written.onnx", 8, TrainingSettings{1, 1}};
}

TEST(Training, UnknownNetwork) {
  TrainingRequest request = good_request();
  request.network = "vgg";
  EXPECT_EQ(message_of(request), "--network: there is no network 'vgg'; use one of lenet5, mlp_relu, mlp_tanh");
}

TEST(Training, NoEpochs) {
  TrainingRequest request = good_request();
  request.settings.epochs = 0;
  EXPECT_EQ(message_of(request), "--epochs: 0 epochs; ask for at least 1");
}

TEST(Training, WeightsOfMoreBitsThanOperands) {
  TrainingRequest request = good_request();
  request.weight_bits = 9;
  EXPECT_EQ(message_of(request), "--weight-bits: 9 bits; give 2 to 8, the bits of an operand");
  request.weight_bits = 1;
  EXPECT_EQ(message_of(request), "--weight-bits: 1 bits; give 2 to 8, the bits of an operand");
}

TEST(Training, UnwritableOutput) {
  TrainingRequest request = good_request();
  request.out = "/nonexistent/x.onnx";
  EXPECT_EQ(message_of(request),
            "/nonexistent/x.onnx: cannot be written; name a file in a directory that exists and can be written");
  request.out = testing::TempDir();
  EXPECT_EQ(message_of(request),
            testing::TempDir() + ": cannot be written; name a file in a directory that exists and can be written");
}

TEST(Training, DataThatDoesNotFit) {
  const std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) / ("training_cifar." + std::to_string(getpid()));
  std::filesystem::create_directory(directory);
  std::ofstream(directory / "test_batch.bin", std::ios::binary) << std::string(3073, '\0');
  TrainingRequest request = good_request();
  request.data = "cifar10:" + directory.string();
  EXPECT_EQ(message_of(request), "--data: " + request.data + " has images of 3x32x32; lenet5 takes 1x28x28");
  std::filesystem::remove_all(directory);
}

TEST(Training, BuildWithoutTheComponent) {
  // The test program has no training component beside it, like a build without LibTorch.
  const TrainingRequest request = good_request();
  EXPECT_EQ(
      message_of(request),
      "train: this build lacks LibTorch; install libtorch-dev, configure with -DFAULTLINE_TRAIN=ON and build again");
  EXPECT_FALSE(std::filesystem::exists(request.out));
}

TEST(Training, NegativeSeed) {
  const std::string out = testing::TempDir() + "/never_written.onnx";
  const std::string command =
      std::string(FAULTLINE_BINARY) + " train --network lenet5 --data builtin:digits --seed -1 --out " + out + " 2>&1";
  const auto [status, text] = run_command(command);
  EXPECT_EQ(status, 2);
  EXPECT_EQ(text,
            "faultline: command line: --seed: -1 is negative; give a whole number from 0; see faultline --help\n");
  EXPECT_FALSE(std::filesystem::exists(out));
}

/// Runs `faultline train` on a few drawn digits, stored in MNIST's format.
class TrainCommand : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(std::filesystem::path(FAULTLINE_BINARY).parent_path() /
                                 "faultline_torch_trainer.so")) {
      GTEST_SKIP() << "this build has no LibTorch";
    }
    directory_ = std::filesystem::path(testing::TempDir()) / ("train_command." + std::to_string(getpid()));
    std::filesystem::create_directory(directory_);
    write_split("train", model::load_dataset("builtin:digits", model::Split::kTrain, 1000));
    write_split("t10k", model::load_dataset("builtin:digits", model::Split::kTest, 300));
  }
  void TearDown() override {
    if (!directory_.empty()) {
      std::filesystem::remove_all(directory_);
    }
  }

  static std::string big_endian(size_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
  }

  void write_split(const std::string& prefix, const model::Dataset& data) const {
    std::ofstream(directory_ / (prefix + "-images-idx3-ubyte"), std::ios::binary)
        << big_endian(0x803) << big_endian(data.size()) << big_endian(28) << big_endian(28)
        << std::string(data.pixels.begin(), data.pixels.end());
    std::ofstream(directory_ / (prefix + "-labels-idx1-ubyte"), std::ios::binary)
        << big_endian(0x801) << big_endian(data.size()) << std::string(data.labels.begin(), data.labels.end());
  }

  nlohmann::json train(int seed, const std::string& out) const {
    const std::string command =
        std::string(FAULTLINE_BINARY) + " train --network lenet5 --data mnist:" + directory_.string() +
        " --epochs 3 --json --seed " + std::to_string(seed) + " --out " + (directory_ / out).string() + " 2>/dev/null";
    return nlohmann::json::parse(run_command(command).second);
  }

  std::string bytes_of(const std::string& name) const {
    std::ifstream file(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  std::filesystem::path directory_;
};

TEST_F(TrainCommand, LearnsAndIsReproducible) {
  const nlohmann::json first = train(1, "first.onnx");
  EXPECT_EQ(first["train_images"], 1000);
  EXPECT_EQ(first["test_images"], 300);
  EXPECT_GT(first["float_accuracy"], 0.5);
  EXPECT_NEAR(first["int8_accuracy"].get<double>(), first["float_accuracy"].get<double>(), 0.03);
  train(1, "second.onnx");
  EXPECT_FALSE(bytes_of("first.onnx").empty());
  EXPECT_EQ(bytes_of("first.onnx"), bytes_of("second.onnx"));
  train(2, "third.onnx");
  EXPECT_NE(bytes_of("first.onnx"), bytes_of("third.onnx"));
}

}  // namespace
}  // namespace faultline::train
