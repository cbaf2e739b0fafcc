#include "sim/model/npy.h"

#include <filesystem>
#include <fstream>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/config/user_error.h"

namespace faultline::model {
namespace {

std::string path_of_test() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return testing::TempDir() + "faultline_" + test->name() + ".npy";
}

std::string file_bytes(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string npy_refusal(const std::string& bytes) {
  const std::string path = path_of_test();
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  try {
    read_npy(path);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

/// A file of the given format version.
std::string npy_file(int version, const std::string& header, const std::string& data) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    bytes += static_cast<char>(header.size() >> (8 * i) & 0xff);
  }
  return bytes + header + data;
}

template <typename Element>
class NpyRoundTrip : public testing::Test {};
using Elements = testing::Types<int8_t, uint8_t, int32_t, int64_t, float>;
TYPED_TEST_SUITE(NpyRoundTrip, Elements);

TYPED_TEST(NpyRoundTrip, KeepsShapeTypeAndValues) {
  const std::string path = testing::TempDir() + "faultline_round_trip.npy";
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{}, {3}, {2, 3}, {2, 0, 3}, {1, 2, 1, 4}}) {
    NpyArray array;
    array.shape = shape;
    std::vector<TypeParam> values;
    int64_t count = 1;
    for (const int64_t extent : shape) {
      count *= extent;
    }
    for (int64_t i = 0; i < count; ++i) {
      values.push_back(static_cast<TypeParam>(i * 37 - 20));
    }
    array.data = values;
    write_npy(path, array);
    const NpyArray read = read_npy(path);
    EXPECT_EQ(read.shape, shape);
    EXPECT_EQ(std::get<std::vector<TypeParam>>(read.data), values);
    EXPECT_EQ((file_bytes(path).size() - values.size() * sizeof(TypeParam)) % 64, 0U);
  }
  std::filesystem::remove(path);
}

TEST(Npy, ReadsAllFormatVersions) {
  const std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }\n";
  for (const int version : {1, 2, 3}) {
    const std::string path = path_of_test();
    std::ofstream(path, std::ios::binary | std::ios::trunc) << npy_file(version, header, "\x05\xff");
    EXPECT_EQ(std::get<std::vector<int8_t>>(read_npy(path).data), (std::vector<int8_t>{5, -1}));
  }
}

TEST(Npy, RefusesWhatItCannotRead) {
  using testing::HasSubstr;
  const auto with = [](const std::string& descr, const std::string& order, const std::string& shape) {
    return npy_file(1, "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }\n",
                    "\x01\x02");
  };
  EXPECT_EQ(npy_refusal(with("|i1", "False", "2,")), "no error");
  EXPECT_THAT(npy_refusal("text"), HasSubstr("is not a NumPy array"));
  EXPECT_THAT(npy_refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(npy_refusal(with("<f8", "False", "2,")), HasSubstr("elements of type '<f8'"));
  EXPECT_THAT(npy_refusal(with(">i4", "False", "2,")), HasSubstr("elements of type '>i4'"));
  EXPECT_THAT(npy_refusal(with("|i1", "True", "2,")), HasSubstr("Fortran order"));
  EXPECT_THAT(npy_refusal(with("|i1", "False", "3,")), HasSubstr("holds 2 bytes of data where its header says 3"));
  EXPECT_THAT(npy_refusal(with("|i1", "False", "99999999999,")), HasSubstr("absurd shape"));
  EXPECT_THAT(npy_refusal(with("|i1", "False", "99999999, 99999999")), HasSubstr("absurd shape"));
  EXPECT_THAT(npy_refusal(npy_file(9, "{}", "")), HasSubstr("format version 9"));
  EXPECT_THAT(npy_refusal(npy_file(1, "{'descr': '|i1'}", "")), HasSubstr("has no fortran_order"));
}

TEST(Npy, DamagedFilesAreAnErrorOrAnArray) {
  const std::string bytes =
      npy_file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n", std::string(8, 'x'));
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(npy_refusal(bytes.substr(0, length)), "no error");
  }
  constexpr unsigned kSeed = 22;
  std::mt19937 random(kSeed);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    npy_refusal(damaged);
  }
}

TEST(Npy, FailedWritesLeaveNothing) {
  NpyArray array;
  array.data = std::vector<float>{1.0F};
  EXPECT_THROW(write_npy("/nonexistent/folder/out.npy", array), UserError);
  const std::string folder = testing::TempDir() + "faultline_write_into_folder.npy";
  std::filesystem::create_directories(folder + "/occupied");
  EXPECT_THROW(write_npy(folder, array), UserError);  // a folder cannot be replaced by a file
  size_t left = 0;
  for (const auto& entry : std::filesystem::directory_iterator(testing::TempDir())) {
    left += entry.path().string().find("faultline_write_into_folder.npy.tmp") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(left, 0U);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace faultline::model
