#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;

const std::string kSmall = " --accelerator '" FAULTLINE_SOURCE_DIR "/testbenches/accelerators/sm_small.yaml' ";
const std::string kVolta = " --accelerator '" FAULTLINE_SOURCE_DIR "/testbenches/accelerators/sm_volta.yaml' ";

json run_json(const std::string& arguments, const test::TemporaryFolder& folder) {
  const test::RunResult run = test::run_faultline(arguments + " --json", folder.path());
  EXPECT_EQ(run.status, 0) << run.err;
  return json::parse(run.out, nullptr, false);
}

TEST(GpuCommands, GemmAgreesWithTheArrayAndCounts) {
  const test::TemporaryFolder folder;
  const json array = run_json("gemm --m 20 --k 37 --n 30 --engine functional", folder);
  for (const std::string& machine : {kSmall, kVolta}) {
    const json result = run_json("gemm --m 20 --k 37 --n 30" + machine, folder);
    EXPECT_EQ(result["output_sha256"], array["output_sha256"]);
    EXPECT_GT(result["cycles"], 0);
    EXPECT_EQ(result["cycles"], result["total_cycles"]);
    EXPECT_GT(result["ipc"], 0.0);
    EXPECT_GT(result["occupancy"], 0.0);
    EXPECT_LE(result["occupancy"], 1.0);
    EXPECT_TRUE(result["bank_conflicts"].is_number_unsigned());
    EXPECT_EQ(result["accelerator"]["architecture"], "gpu");
  }
}

TEST(GpuCommands, LeNet5IsBitIdenticalToTheFunctionalEngine) {
  const test::TemporaryFolder folder;
  const std::string common =
      "run --model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' --data builtin:digits --images 1" + kSmall;
  const json functional = run_json(common + "--engine functional", folder);
  const json cycle = run_json(common + "--engine cycle", folder);
  EXPECT_EQ(cycle["logits_sha256"], functional["logits_sha256"]);
  uint64_t cycles = 0;
  for (const json& layer : cycle["layers"]) {
    cycles += layer["cycles"].get<uint64_t>();
  }
  EXPECT_EQ(cycle["total_cycles"], cycles);
}

TEST(GpuCommands, SitesListTheMultiprocessor) {
  const test::TemporaryFolder folder;
  const json sites = run_json("sites" + kSmall, folder);
  for (const char* path :
       {"register_file.entry[*].lane[*]", "shared_memory.word[*]", "instruction_memory[*]",
        "partition[*].collector[*].operand[*].lane[*]", "warp[*].thread[*].program_counter", "warp[*].predicate[*]",
        "scoreboard.warp[*].registers", "scheduler[*].last_issued", "warp[*].waiting",
        "global_queue.transaction[*].address", "partition[*].mac_lane[*].product[*]", "partition[*].mac_lane[*].sum"}) {
    const auto& all = sites["structures"];
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const json& site) { return site["path"] == path; })) << path;
  }
  EXPECT_EQ(sites["wire_bits"], 8 * (4 * 16 + 64 + 32 + 32));
}

TEST(GpuCommands, AssembledKernelsDisassemble) {
  const test::TemporaryFolder folder;
  const std::string kernels = "'" FAULTLINE_SOURCE_DIR "/sim/gpu/kernels/gemm.s'";
  ASSERT_EQ(test::run_faultline("asm " + kernels + " -o gemm.bin", folder.path()).status, 0);
  const test::RunResult text = test::run_faultline("disasm gemm.bin > gemm.s && cat gemm.s", folder.path());
  ASSERT_EQ(text.status, 0);
  EXPECT_NE(text.out.find("dp4a r6, r26, r27, r6"), std::string::npos);
  ASSERT_EQ(test::run_faultline("asm gemm.s -o again.bin", folder.path()).status, 0);
  EXPECT_EQ(test::read_file(folder.path() / "again.bin"), test::read_file(folder.path() / "gemm.bin"));
}

/// One line on stderr, status 2, nothing written.
TEST(GpuCommands, BadInputIsOneLine) {
  const auto refuse = [](const std::string& file, const std::string& content, const std::string& arguments,
                         const std::string& message) {
    const test::TemporaryFolder folder;
    folder.write(file, content);
    const test::RunResult run = test::run_faultline(arguments, folder.path());
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_EQ(run.err, "faultline: " + message + "\n");
    EXPECT_EQ(run.out, "");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.bin"));
  };
  refuse("k.s", ".kernel k\n mov r1\n", "asm k.s -o out.bin",
         "k.s:2: r1 is not among the kernel's 1 registers; raise "
         ".registers or use a lower one");
  refuse("k.bin", "abcdef", "disasm k.bin", "k.bin: is no program; give a program that `faultline asm` wrote");
  refuse("a.yaml", "architecture: gpu\nscheduler: fifo\n", "gemm --accelerator a.yaml",
         "a.yaml:2: scheduler 'fifo' is unknown; choose one of gto, lrr");
  refuse("a.yaml", "architecture: gpu\nwarps: 4\nwarp_size: 24\n", "gemm --accelerator a.yaml",
         "a.yaml:3: warp_size 24 is no power of two; choose 1, 2, 4, 8 ...");
  refuse("a.yaml", "architecture: dataflow\n", "gemm --accelerator a.yaml",
         "a.yaml:1: architecture 'dataflow' is unknown; give gpu, or systolic (the default)");
  refuse("a.yaml", "architecture: gpu\n", "gemm --accelerator a.yaml --array 4x4",
         "--array: does not apply to the GPU that a.yaml describes; leave it out");
  refuse("a.yaml", "architecture: gpu\n", "gemm --accelerator a.yaml --engine rtl",
         "--engine: engine 'rtl' does not exist for a GPU; give functional or cycle");
  refuse("a.yaml", "architecture: gpu\n", "where --accelerator a.yaml --model m.onnx --pe 0,0 --cycle 1",
         "a.yaml:1: describes a GPU; give a systolic accelerator to this command");
  refuse("a.yaml", "architecture: gpu\nglobal_bytes: 4 KiB\n", "gemm --m 64 --accelerator a.yaml",
         "gemm: needs 9728 bytes of global memory, 4096 are there; raise global_bytes in the accelerator file");
}

}  // namespace
}  // namespace faultline
