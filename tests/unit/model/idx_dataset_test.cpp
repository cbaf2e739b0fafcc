#include <array>
#include <filesystem>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "dataset_files.h"
#include "sim/model/dataset.h"

namespace faultline::model {
namespace {

using model_test::big_endian;
using model_test::gzip;
using model_test::idx_images;
using model_test::idx_labels;
using model_test::message_of;

constexpr const char* kImages = "t10k-images-idx3-ubyte";
constexpr const char* kLabels = "t10k-labels-idx1-ubyte";
const std::string kThreeLabels("\x07\x02\x09", 3);

class IdxDataset : public testing::Test {
 protected:
  std::string source() const { return "mnist:" + directory_.string(); }
  std::string load_message(size_t limit = 0) const {
    return message_of([&] { load_dataset(source(), Split::kTest, limit); });
  }

  model_test::TemporaryDirectory directory_;
};

TEST_F(IdxDataset, ReadsPlainFiles) {
  directory_.write(kImages, idx_images(3, 2, 4));
  directory_.write(kLabels, idx_labels(kThreeLabels));
  const Dataset dataset = load_dataset(source(), Split::kTest, 0);
  EXPECT_EQ(dataset.source, source());
  EXPECT_EQ(dataset.shape, (Shape{1, 2, 4}));
  EXPECT_EQ(dataset.classes, 10);
  EXPECT_EQ(dataset.labels, (std::vector<uint8_t>{7, 2, 9}));
  std::vector<uint8_t> pixels(24);
  std::iota(pixels.begin(), pixels.end(), uint8_t{0});
  EXPECT_EQ(dataset.pixels, pixels);
  EXPECT_EQ(*dataset.image(2), 16);
}

TEST_F(IdxDataset, DigestCoversPixelsThenLabels) {
  directory_.write(kImages, big_endian(0x803) + big_endian(1) + big_endian(1) + big_endian(2) + "ab");
  directory_.write(kLabels, idx_labels(std::string("\x03", 1)));
  // printf 'ab\003' | sha256sum
  EXPECT_EQ(load_dataset(source(), Split::kTest, 0).sha256,
            "f171c0e798e5a6cbe46ffd129dc490bdeca892425a65cd73d4559b9339a2aadc");
}

TEST_F(IdxDataset, ReadsTheTrainingSplitFromFilesOfItsOwn) {
  directory_.write("train-images-idx3-ubyte", idx_images(1, 2, 2));
  directory_.write("train-labels-idx1-ubyte", idx_labels(std::string("\x05", 1)));
  EXPECT_EQ(load_dataset(source(), Split::kTrain, 0).labels, (std::vector<uint8_t>{5}));
}

TEST_F(IdxDataset, GzippedFilesGiveTheSame) {
  directory_.write(kImages, idx_images(3, 2, 4));
  directory_.write(kLabels, idx_labels(kThreeLabels));
  const Dataset plain = load_dataset(source(), Split::kTest, 0);
  std::filesystem::remove(std::filesystem::path(directory_.string()) / kImages);
  directory_.write(std::string(kImages) + ".gz", gzip(idx_images(3, 2, 4)));
  EXPECT_EQ(load_dataset(source(), Split::kTest, 0).sha256, plain.sha256);
}

TEST_F(IdxDataset, LimitKeepsTheFirstImages) {
  directory_.write(kImages, idx_images(3, 2, 4));
  directory_.write(kLabels, idx_labels(kThreeLabels));
  const Dataset dataset = load_dataset(source(), Split::kTest, 2);
  EXPECT_EQ(dataset.labels, (std::vector<uint8_t>{7, 2}));
  EXPECT_EQ(dataset.pixels.size(), 16U);
}

TEST_F(IdxDataset, TooFewImages) {
  directory_.write(kImages, idx_images(3, 2, 4));
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(4),
            "data source '" + source() + "': has 3 test images but 4 were asked for; ask for at most 3");
}

TEST_F(IdxDataset, MissingFiles) {
  EXPECT_EQ(load_message(), directory_.string() + ": holds neither " + kImages + " nor " + kImages +
                                ".gz; name the directory that does");
}

TEST_F(IdxDataset, MissingDirectory) {
  EXPECT_EQ(
      message_of([] { load_dataset("mnist:/nonexistent", Split::kTest, 0); }),
      std::string("/nonexistent: holds neither ") + kImages + " nor " + kImages + ".gz; name the directory that does");
}

TEST_F(IdxDataset, DirectoryInPlaceOfAFile) {
  std::filesystem::create_directory(std::filesystem::path(directory_.string()) / kImages);
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(), directory_.string() + "/" + kImages + ": no such file; name a file that exists");
}

TEST_F(IdxDataset, WrongMagicNumber) {
  const std::string images = directory_.write(kImages, idx_labels(std::string(100, '\0')));
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(), images + ": magic number 0x00000801; an IDX file of images begins with 0x00000803");
}

TEST_F(IdxDataset, SwappedLabelsFile) {
  directory_.write(kImages, idx_images(3, 2, 4));
  const std::string labels = directory_.write(kLabels, idx_images(3, 2, 4));
  EXPECT_EQ(load_message(), labels + ": magic number 0x00000803; an IDX file of labels begins with 0x00000801");
}

TEST_F(IdxDataset, TruncatedHeader) {
  const std::string images = directory_.write(kImages, idx_images(3, 2, 4).substr(0, 9));
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(), images + ": ends after 9 bytes; an IDX file of images has a header of 16 bytes");
}

TEST_F(IdxDataset, EmptyFile) {
  const std::string images = directory_.write(kImages, "");
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(), images + ": ends after 0 bytes; an IDX file of images has a header of 16 bytes");
}

TEST_F(IdxDataset, TruncatedData) {
  const std::string whole = idx_images(3, 2, 4);
  const std::string images = directory_.write(kImages, whole.substr(0, whole.size() - 1));
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(), images + ": holds 23 bytes of data; its header says 24");
}

TEST_F(IdxDataset, TrailingData) {
  const std::string images = directory_.write(kImages, idx_images(3, 2, 4) + "x");
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(), images + ": goes on after its data; its header says 24");
}

TEST_F(IdxDataset, AbsurdCountCostsNoMemory) {
  const std::string images =
      directory_.write(kImages, big_endian(0x803) + big_endian(0xffffffff) + big_endian(4096) + big_endian(4096) + "x");
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(), images + ": holds 1 bytes of data; its header says 72057594021150720");
}

TEST_F(IdxDataset, AbsurdExtents) {
  const std::string images =
      directory_.write(kImages, big_endian(0x803) + big_endian(1) + big_endian(0) + big_endian(70000));
  directory_.write(kLabels, idx_labels(kThreeLabels));
  EXPECT_EQ(load_message(), images + ": images of 0x70000 pixels; both extents are between 1 and 4096");
}

TEST_F(IdxDataset, TruncatedGzipAtAnyByte) {
  directory_.write(kLabels, idx_labels(kThreeLabels));
  const std::string packed = gzip(idx_images(3, 2, 4));
  for (size_t length = 2; length < packed.size(); ++length) {
    const std::string images = directory_.write(std::string(kImages) + ".gz", packed.substr(0, length));
    EXPECT_EQ(load_message(), images + ": the gzip data is damaged or ends early; fetch the file again")
        << "cut to " << length << " of " << packed.size() << " bytes";
  }
}

TEST_F(IdxDataset, DamagedGzip) {
  directory_.write(kLabels, idx_labels(kThreeLabels));
  std::string packed = gzip(idx_images(3, 2, 4));
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // in the checksum
  const std::string images = directory_.write(std::string(kImages) + ".gz", packed);
  EXPECT_EQ(load_message(), images + ": the gzip data is damaged or ends early; fetch the file again");
}

TEST_F(IdxDataset, LabelOutOfRange) {
  directory_.write(kImages, idx_images(3, 2, 4));
  const std::string labels = directory_.write(kLabels, idx_labels("\x01\x0a\x02"));
  EXPECT_EQ(load_message(), labels + ": label 10 of image 1; labels are between 0 and 9");
}

TEST_F(IdxDataset, CountsThatDiffer) {
  const std::string images = directory_.write(kImages, idx_images(3, 2, 4));
  const std::string labels = directory_.write(kLabels, idx_labels("\x01\x02"));
  EXPECT_EQ(load_message(), labels + ": has 2 labels but " + images + " has 3 images; take both from the same set");
}

TEST_F(IdxDataset, ReadsTheRealSets) {
  for (const char* name : {"mnist", "fashion-mnist"}) {
    const std::string real = std::string(FAULTLINE_SOURCE_DIR) + "/../shared/data/" + name;
    if (!std::filesystem::exists(real)) {
      GTEST_SKIP() << real << " is not there";
    }
    const Dataset test = load_dataset("mnist:" + real, Split::kTest, 0);
    EXPECT_EQ(test.size(), 10000U);
    EXPECT_EQ(test.shape, (Shape{1, 28, 28}));
    const Dataset train = load_dataset("mnist:" + real, Split::kTrain, 0);
    EXPECT_EQ(train.size(), 60000U);
    std::array<int, 10> counts{};
    for (const uint8_t label : train.labels) {
      ++counts.at(label);
    }
    if (std::string(name) == "mnist") {
      // The first test image shows a seven; the counts are those that the literature gives for the training set.
      EXPECT_EQ(test.labels.front(), 7);
      EXPECT_EQ(counts, (std::array<int, 10>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
    } else {
      EXPECT_EQ(counts, (std::array<int, 10>{6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000}));
    }
  }
}

}  // namespace
}  // namespace faultline::model
