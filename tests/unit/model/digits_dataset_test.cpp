#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dataset_files.h"
#include "sim/model/dataset.h"
#include "sim/model/digit_renderer.h"

namespace faultline::model {
namespace {

constexpr size_t kPixels = size_t{28} * 28;

Dataset digits(Split split, size_t limit) {
  return load_dataset("builtin:digits", split, limit);
}

std::set<std::vector<uint8_t>> distinct_images(const Dataset& dataset) {
  std::set<std::vector<uint8_t>> images;
  for (size_t i = 0; i < dataset.size(); ++i) {
    images.insert({dataset.image(i), dataset.image(i) + kPixels});
  }
  return images;
}

TEST(DigitsDataset, HasTheSizeOfMnist) {
  const Dataset test = digits(Split::kTest, 0);
  EXPECT_EQ(test.size(), 10000U);
  EXPECT_EQ(test.shape, (Shape{1, 28, 28}));
  EXPECT_EQ(test.classes, 10);
  EXPECT_EQ(digits(Split::kTrain, 60000).size(), 60000U);
}

TEST(DigitsDataset, IsTheSameEveryTime) {
  EXPECT_EQ(digits(Split::kTest, 100).sha256, digits(Split::kTest, 100).sha256);
}

TEST(DigitsDataset, AnImageDoesNotDependOnHowManyAreDrawn) {
  const Dataset few = digits(Split::kTrain, 37);
  const Dataset many = digits(Split::kTrain, 500);
  EXPECT_TRUE(std::equal(few.pixels.begin(), few.pixels.end(), many.pixels.begin()));
  EXPECT_TRUE(std::equal(few.labels.begin(), few.labels.end(), many.labels.begin()));
}

TEST(DigitsDataset, TrainingAndTestImagesAreDisjointAndDistinct) {
  const std::set<std::vector<uint8_t>> train = distinct_images(digits(Split::kTrain, 3000));
  const std::set<std::vector<uint8_t>> test = distinct_images(digits(Split::kTest, 3000));
  EXPECT_EQ(train.size(), 3000U);
  EXPECT_EQ(test.size(), 3000U);
  for (const std::vector<uint8_t>& image : test) {
    ASSERT_EQ(train.count(image), 0U);
  }
}

TEST(DigitsDataset, EveryTenImagesShowEveryDigitInAnOrderOfTheirOwn) {
  const Dataset dataset = digits(Split::kTest, 1000);
  std::set<std::vector<uint8_t>> orders;
  for (auto block = dataset.labels.begin(); block != dataset.labels.end(); block += 10) {
    std::vector<uint8_t> order(block, block + 10);
    orders.insert(order);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, (std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  }
  EXPECT_GT(orders.size(), 95U);
}

TEST(DigitsDataset, LooksLikeInkOnAnEmptyGround) {
  const Dataset dataset = digits(Split::kTest, 500);
  for (size_t i = 0; i < dataset.size(); ++i) {
    const uint8_t* image = dataset.image(i);
    const auto empty = std::count(image, image + kPixels, uint8_t{0});
    EXPECT_GT(empty, 392) << "image " << i << ": MNIST's images are about four fifths empty";
    EXPECT_LT(empty, 740) << "image " << i;
    EXPECT_GT(*std::max_element(image, image + kPixels), 180) << "image " << i;
    for (size_t place = 0; place < 28; ++place) {
      // A speck may lie there, but no stroke: specks stay below 90.
      EXPECT_LT(image[place], 100) << "image " << i << " is cut off at the top";
      EXPECT_LT(image[size_t{27} * 28 + place], 100) << "image " << i << " is cut off at the bottom";
      EXPECT_LT(image[place * 28], 100) << "image " << i << " is cut off at the left";
      EXPECT_LT(image[place * 28 + 27], 100) << "image " << i << " is cut off at the right";
    }
  }
}

/// Index of the class whose mean image is nearest.
size_t nearest(const std::array<std::vector<double>, 10>& means, const uint8_t* image) {
  std::array<double, 10> distances{};
  for (size_t digit = 0; digit < 10; ++digit) {
    for (size_t pixel = 0; pixel < kPixels; ++pixel) {
      const double difference = means.at(digit)[pixel] - image[pixel];
      distances.at(digit) += difference * difference;
    }
  }
  return static_cast<size_t>(std::min_element(distances.begin(), distances.end()) - distances.begin());
}

TEST(DigitsDataset, IsLearnableButNotTrivial) {
  const Dataset train = digits(Split::kTrain, 5000);
  std::array<std::vector<double>, 10> means;
  means.fill(std::vector<double>(kPixels, 0.0));
  for (size_t i = 0; i < train.size(); ++i) {
    for (size_t pixel = 0; pixel < kPixels; ++pixel) {
      means.at(train.labels[i])[pixel] += train.image(i)[pixel] / 500.0;
    }
  }
  const Dataset test = digits(Split::kTest, 1000);
  int right = 0;
  for (size_t i = 0; i < test.size(); ++i) {
    right += nearest(means, test.image(i)) == test.labels[i] ? 1 : 0;
  }
  // On MNIST this classifier reaches 82 %.
  EXPECT_GT(right, 600);
  EXPECT_LT(right, 950);
}

TEST(DigitsDataset, TooManyImages) {
  EXPECT_EQ(model_test::message_of([] { digits(Split::kTest, 10001); }),
            "data source 'builtin:digits': has 10000 test images but 10001 were asked for; ask for at most 10000");
}

TEST(DigitsDataset, OtherBuiltInNames) {
  EXPECT_EQ(model_test::message_of([] { load_dataset("builtin:letters", Split::kTest, 1); }),
            "data source 'builtin:letters': no such built-in data set; write builtin:digits");
}

TEST(DatasetSources, UnknownKind) {
  for (const char* source : {"imagenet:x", "mnist", ""}) {
    const std::string message = model_test::message_of([&] { load_dataset(source, Split::kTest, 1); });
    if (std::string(source) == "mnist") {
      EXPECT_EQ(message, "data source 'mnist': nothing stands after the colon; write mnist:DIR");
    } else {
      EXPECT_EQ(message, "data source '" + std::string(source) +
                             "': unknown kind of data set; use one of builtin:digits, cifar10:DIR, mnist:DIR");
    }
  }
}

}  // namespace
}  // namespace faultline::model
