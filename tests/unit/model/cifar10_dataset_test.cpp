#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "dataset_files.h"
#include "sim/model/dataset.h"

namespace faultline::model {
namespace {

using model_test::gzip;
using model_test::message_of;

/// A record whose red, green and blue planes hold one value each.
std::string record(int label, int red, int green, int blue) {
  return static_cast<char>(label) + std::string(1024, static_cast<char>(red)) +
         std::string(1024, static_cast<char>(green)) + std::string(1024, static_cast<char>(blue));
}

class Cifar10Dataset : public testing::Test {
 protected:
  std::string source() const { return "cifar10:" + directory_.string(); }
  Dataset load(Split split, size_t limit = 0) const { return load_dataset(source(), split, limit); }
  std::string load_message(Split split = Split::kTest) const {
    return message_of([&] { load(split); });
  }

  model_test::TemporaryDirectory directory_;
};

TEST_F(Cifar10Dataset, ReadsRecordsPlaneByPlane) {
  directory_.write("test_batch.bin", record(3, 10, 20, 30) + record(9, 40, 50, 250));
  const Dataset dataset = load(Split::kTest);
  EXPECT_EQ(dataset.shape, (Shape{3, 32, 32}));
  EXPECT_EQ(dataset.classes, 10);
  EXPECT_EQ(dataset.labels, (std::vector<uint8_t>{3, 9}));
  ASSERT_EQ(dataset.pixels.size(), 2U * 3072U);
  EXPECT_EQ(dataset.image(0)[1023], 10);
  EXPECT_EQ(dataset.image(0)[1024], 20);
  EXPECT_EQ(dataset.image(1)[3071], 250);
}

TEST_F(Cifar10Dataset, JoinsTheTrainingBatchesInOrder) {
  for (int batch = 5; batch >= 1; --batch) {
    const std::string name = "data_batch_" + std::to_string(batch) + ".bin";
    const std::string bytes = record(batch, 0, 0, 0);
    directory_.write(batch % 2 == 0 ? name + ".gz" : name, batch % 2 == 0 ? gzip(bytes) : bytes);
  }
  EXPECT_EQ(load(Split::kTrain).labels, (std::vector<uint8_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(load(Split::kTrain, 3).labels, (std::vector<uint8_t>{1, 2, 3}));
}

TEST_F(Cifar10Dataset, ReadsPartialFilesWhereCompleteOnesAreMissing) {
  directory_.write("data_batch_1_first4000.bin.gz", gzip(record(1, 0, 0, 0)));
  directory_.write("test_exact_subset.bin.gz", gzip(record(2, 0, 0, 0)));
  directory_.write("test_labels_10000.u8.gz", gzip("not records"));
  EXPECT_EQ(load(Split::kTrain).labels, (std::vector<uint8_t>{1}));
  EXPECT_EQ(load(Split::kTest).labels, (std::vector<uint8_t>{2}));
}

TEST_F(Cifar10Dataset, CompleteFilesHidePartialOnes) {
  directory_.write("data_batch_1_first4000.bin.gz", gzip(record(1, 0, 0, 0)));
  directory_.write("data_batch_1.bin", record(4, 0, 0, 0));
  EXPECT_EQ(load(Split::kTrain).labels, (std::vector<uint8_t>{4}));
}

TEST_F(Cifar10Dataset, NoFiles) {
  EXPECT_EQ(
      load_message(),
      directory_.string() + ": holds no test_*.bin, gzipped or not; name the directory of CIFAR-10's binary version");
  EXPECT_EQ(load_message(Split::kTrain),
            directory_.string() +
                ": holds no data_batch_*.bin, gzipped or not; name the directory of CIFAR-10's binary version");
}

TEST_F(Cifar10Dataset, TruncatedRecord) {
  const std::string path = directory_.write("test_batch.bin", record(3, 1, 2, 3) + record(4, 1, 2, 3).substr(0, 100));
  EXPECT_EQ(load_message(), path + ": holds 3173 bytes; CIFAR-10 has whole records of 3073 bytes, at least one");
}

TEST_F(Cifar10Dataset, EmptyFile) {
  const std::string path = directory_.write("test_batch.bin", "");
  EXPECT_EQ(load_message(), path + ": holds 0 bytes; CIFAR-10 has whole records of 3073 bytes, at least one");
}

TEST_F(Cifar10Dataset, TruncatedGzip) {
  const std::string packed = gzip(record(3, 1, 2, 3));
  const std::string path = directory_.write("test_batch.bin.gz", packed.substr(0, packed.size() / 2));
  EXPECT_EQ(load_message(), path + ": the gzip data is damaged or ends early; fetch the file again");
}

TEST_F(Cifar10Dataset, LabelOutOfRange) {
  const std::string path = directory_.write("test_batch.bin", record(3, 1, 2, 3) + record(77, 1, 2, 3));
  EXPECT_EQ(load_message(), path + ": label 77 of record 1; labels are between 0 and 9");
}

TEST_F(Cifar10Dataset, ReadsThePartsOfTheRealSet) {
  const std::string real = std::string(FAULTLINE_SOURCE_DIR) + "/../shared/data/cifar10";
  if (!std::filesystem::exists(real)) {
    GTEST_SKIP() << real << " is not there";
  }
  EXPECT_EQ(load_dataset("cifar10:" + real, Split::kTrain, 0).size(), 4000U);
  const Dataset test = load_dataset("cifar10:" + real, Split::kTest, 0);
  EXPECT_EQ(test.size(), 249U);
  EXPECT_EQ(test.labels[1], 3);  // record 1 is a domestic cat, says the index beside the file
}

}  // namespace
}  // namespace faultline::model
