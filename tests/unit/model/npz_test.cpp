#include "sim/model/npz.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "sim/process/child_process.h"
#include "tests/support/temporary_folder.h"

namespace faultline::model {
namespace {

using testing::HasSubstr;

NpzArrays sample_arrays() {
  NpzArrays arrays;
  arrays["counts"] = {{2, 3}, std::vector<int32_t>{1, -2, 3, 4, 5, 6}};
  arrays["shares"] = {{2}, std::vector<float>{0.5F, -0.25F}};
  arrays["empty"] = {{0}, std::vector<uint8_t>{}};
  return arrays;
}

std::string npz_refusal(const std::string& path) {
  try {
    read_npz(path);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Npz, SurvivesItsFile) {
  const test::TemporaryFolder folder;
  const std::string path = (folder.path() / "a.npz").string();
  write_npz(path, sample_arrays());
  const NpzArrays read = read_npz(path);
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(read.at("counts").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(read.at("counts").data, sample_arrays()["counts"].data);
  EXPECT_EQ(read.at("shares").data, sample_arrays()["shares"].data);
  EXPECT_EQ(read.at("empty").shape, std::vector<int64_t>{0});
  const std::string bytes = test::read_file(path);
  write_npz(path, sample_arrays());
  EXPECT_EQ(test::read_file(path), bytes) << "equal arrays give equal files";
}

TEST(Npz, OpensInNumpy) {
  const test::TemporaryFolder folder;
  std::string interpreter;
  const auto python = [&](const std::string& program) {
    return process::run_child({interpreter, "-c", program}, folder.path(), std::chrono::seconds(60));
  };
  // The first on PATH need not be the distribution's, for which NumPy is packaged.
  for (const char* candidate : {"/usr/bin/python3", "python3"}) {
    interpreter = candidate;
    const bool there = std::filesystem::exists(interpreter) || process::on_path(interpreter);
    if (there && python("import numpy").status == 0) {
      break;
    }
    interpreter.clear();
  }
  if (interpreter.empty()) {
    GTEST_SKIP() << "there is no Python with NumPy";
  }
  write_npz((folder.path() / "a.npz").string(), sample_arrays());
  const process::ChildResult result = python(
      "import numpy\na = numpy.load('a.npz')\n"
      "print(sorted(a.files), a['counts'].dtype, a['counts'].tolist(), a['shares'].tolist(), a['empty'].shape)\n"
      "numpy.savez_compressed('b.npz', counts=a['counts'])");
  EXPECT_EQ(result.output, "['counts', 'empty', 'shares'] int32 [[1, -2, 3], [4, 5, 6]] [0.5, -0.25] (0,)\n");
  EXPECT_EQ(read_npz((folder.path() / "b.npz").string()).at("counts").data, sample_arrays()["counts"].data);
}

TEST(Npz, RefusesWhatIsNoArchiveOfArrays) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(npz_refusal((folder.path() / "none.npz").string()), HasSubstr("cannot be read (No such file"));
  EXPECT_THAT(npz_refusal(folder.write("text.npz", "no archive")), HasSubstr("cannot be read (Not a zip archive)"));
  const std::string path = (folder.path() / "a.npz").string();
  write_npz(path, sample_arrays());
  const std::string bytes = test::read_file(path);
  std::string renamed = bytes;
  for (size_t at = renamed.find("counts.npy"); at != std::string::npos; at = renamed.find("counts.npy", at)) {
    renamed.replace(at, 10, "counts.txt");
  }
  EXPECT_THAT(npz_refusal(folder.write("renamed.npz", renamed)), HasSubstr("member counts.txt is no array"));
  std::string damaged = bytes;
  damaged[bytes.find("counts.npy") + 20] ^= 0x55;  // in the first member's data
  EXPECT_THAT(npz_refusal(folder.write("damaged.npz", damaged)), HasSubstr("member counts.npy is damaged"));
}

}  // namespace
}  // namespace faultline::model
