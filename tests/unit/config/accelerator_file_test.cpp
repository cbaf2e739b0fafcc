#include "sim/config/accelerator_file.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "sim/config/gpu_file.h"
#include "sim/config/user_error.h"

namespace faultline::config {
namespace {

hw::AcceleratorConfig build(const std::string& text) {
  return read_accelerator(parse_yaml(text, "a.yaml")).build();
}

/// The message of the UserError that `action` throws, or what it did instead.
template <typename Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(AcceleratorFile, ReadsEveryKey) {
  const auto config = build(
      "array: 8x24\ndataflow: is\nmultiplier: exact\ninput_buffer_bytes: 2 KiB\nweight_buffer_bytes: 1 MiB\n"
      "output_buffer_bytes: 300\npsum_rows: 77\nparameter_entries: 99\nbus_bytes: 4\ndram_latency: 5\n"
      "dram_bytes: 65536\n");
  EXPECT_EQ(config.grid.rows, 8);
  EXPECT_EQ(config.grid.columns, 24);
  EXPECT_EQ(config.grid.dataflow, hw::Dataflow::kInputStationary);
  EXPECT_EQ(config.input_buffer_bytes, 2048);
  EXPECT_EQ(config.weight_buffer_bytes, 1048576);
  EXPECT_EQ(config.output_buffer_bytes, 300);
  EXPECT_EQ(config.psum_rows, 77);
  EXPECT_EQ(config.parameter_entries, 99);
  EXPECT_EQ(config.bus_bytes, 4);
  EXPECT_EQ(config.dram_latency, 5);
  EXPECT_EQ(config.dram_bytes, 65536);
}

TEST(AcceleratorFile, ProtectsMemories) {
  const std::vector<hw::MemoryProtection> wanted = {{"input", "secded", hw::ErrorAction::kFlag},
                                                    {"weight", "secded", hw::ErrorAction::kFlag},
                                                    {"output", "parity", hw::ErrorAction::kZero}};
  const std::string list =
      "protection:\n  - unit: secded\n    memories: [input, weight]\n"
      "  - {unit: parity, memories: output, on_error: zero}\n";
  const std::string texts = "protection: [secded:memories=input+weight, 'parity:memories=output,on_error=zero']\n";
  EXPECT_EQ(build(list).protection.memories, wanted);
  EXPECT_EQ(build(texts).protection.memories, wanted);
  EXPECT_EQ(build("protection: [secded]").protection.memories.size(), hw::protectable_memories().size());
  EXPECT_TRUE(build("array: 8x8").protection.empty());
}

TEST(AcceleratorFile, BypassesElements) {
  const auto listed = build("protection:\n  - unit: bypass\n    elements: [3/5, 0-7/2]\n");
  const hw::ElementBypass wanted{{{3, 3, 5, 5}, {0, 7, 2, 2}}};
  EXPECT_EQ(listed.protection.bypass, wanted);
  EXPECT_EQ(listed.grid.bypass, wanted);
  EXPECT_TRUE(listed.grid.bypassed(6, 2));
  EXPECT_FALSE(listed.grid.bypassed(8, 2));
  const auto none = build("protection: [bypass]");
  ASSERT_TRUE(none.grid.bypass);
  EXPECT_TRUE(none.grid.bypass->elements.empty());
  EXPECT_FALSE(build("array: 8x8").grid.bypass);
}

TEST(AcceleratorFile, ChecksSumsOfTheArray) {
  EXPECT_EQ(build("protection: [checksum]").protection.checksum, hw::ArrayChecksum{false});
  EXPECT_EQ(build("protection:\n  - unit: checksum\n    mode: correct\n").protection.checksum, hw::ArrayChecksum{true});
  EXPECT_EQ(build("protection: ['checksum:mode=correct', bypass]\noperand_bits: 16\n").protection.checksum,
            hw::ArrayChecksum{true});
  EXPECT_FALSE(build("array: 8x8").protection.checksum);
}

TEST(AcceleratorFile, ChecksWeights) {
  using Mode = hw::WeightCheck::Mode;
  EXPECT_EQ(build("protection: [weight_check]").protection.weight_check, hw::WeightCheck{Mode::kRange});
  EXPECT_EQ(build("protection:\n  - {unit: weight_check, mode: bits}\noperand_bits: 16\n").protection.weight_check,
            hw::WeightCheck{Mode::kBits});
  EXPECT_FALSE(build("array: 8x8").protection.weight_check);
}

TEST(AcceleratorFile, ReadsBoundsOfChannels) {
  EXPECT_EQ(build("protection: [channel_bounds]").protection.channel_bounds, hw::ChannelBounds{false});
  EXPECT_EQ(build("protection:\n  - unit: channel_bounds\n    outside: zero\n").protection.channel_bounds,
            hw::ChannelBounds{true});
  EXPECT_EQ(build("protection: ['channel_bounds:outside=clamp']").protection.channel_bounds, hw::ChannelBounds{false});
  EXPECT_FALSE(build("array: 8x8").protection.channel_bounds);
}

TEST(AcceleratorFile, RepeatsLayersBeforeAnAlarm) {
  EXPECT_EQ(build("protection: ['dmr:on_error=recompute']").protection.neuron_repeats, 1);
  const auto listed = build("protection:\n  - {unit: dmr, on_error: recompute, repeats: 3, entries: 20}\n").protection;
  EXPECT_EQ(listed.neuron_repeats, 3);
  EXPECT_EQ(listed.neuron_entries, 20);
  EXPECT_EQ(listed.neuron_on_error, hw::ErrorAction::kFlag);
  EXPECT_FALSE(build("protection: ['dmr:on_error=zero']").protection.neuron_repeats);
}

TEST(AcceleratorFile, AddsSpareColumnsToTheArray) {
  const auto listed = build("array: 4x8\nprotection:\n  - unit: spare_columns\n    count: 3\n    skip: [2, 10]\n");
  EXPECT_EQ(listed.protection.spare_columns, (hw::SpareColumns{3, {2, 10}}));
  EXPECT_EQ(listed.grid.columns, 11);
  EXPECT_EQ(listed.grid.used_columns(), 8);
  EXPECT_EQ(listed.grid.column_map.physical(2), 3);
  EXPECT_EQ(std::get<std::string>(effective_settings(listed).front().second), "4x8");
  EXPECT_EQ(build("protection: ['spare_columns:skip=3']").protection.spare_columns, (hw::SpareColumns{1, {3}}));
  EXPECT_EQ(build("array: 2x8\nmultipliers:\n  - {rows: 0, columns: 8, multiplier: drum:k=4}\n"
                  "protection: [spare_columns]\n")
                .grid.regions.size(),
            1U)
      << "elements of a spare column";
  EXPECT_FALSE(build("array: 8x8").grid.spare_columns);
}

TEST(AcceleratorFile, ProtectionIsReadFromTheEffectiveSettings) {
  for (const std::string units :
       {"bypass:elements=1/2+3-4/0", "'checksum:mode=correct'", "checksum", "'weight_check:mode=bits'", "weight_check",
        "'channel_bounds:outside=zero'", "'dmr:on_error=recompute,repeats=7'", "'spare_columns:count=2,skip=3+1'",
        "spare_columns"}) {
    const auto config = build("protection: [parity:memories=output+input, secded:memories=weight, " + units + "]");
    const auto settings = effective_settings(config);
    ASSERT_EQ(settings.back().first, "protection");
    const auto again = build("protection: '" + std::get<std::string>(settings.back().second) + "'");
    EXPECT_EQ(effective_settings(again), settings);
  }
  EXPECT_NE(effective_settings(build("array: 8x8")).back().first, "protection");
}

TEST(AcceleratorFile, PresetsAreValid) {
  for (const auto& entry : std::filesystem::directory_iterator(FAULTLINE_SOURCE_DIR "/testbenches/accelerators")) {
    const YamlValue section = read_yaml(entry.path().string());
    if (describes_gpu(section)) {
      EXPECT_NO_THROW(read_gpu(section).build()) << entry.path();
    } else {
      EXPECT_NO_THROW(read_accelerator(section).build()) << entry.path();
    }
  }
}

TEST(AcceleratorFile, MistakesNameTheirLine) {
  EXPECT_EQ(message_of([] { build("array: 8x8\ncolour: red\n"); }).substr(0, 53),
            "a.yaml:2: unknown key 'colour' in accelerator; the ke");
  EXPECT_EQ(message_of([] { build("array: 8x8\n\narray: 4x4\n"); }),
            "a.yaml:3: key 'array' appears twice (first on line 1); keep one of them");
  EXPECT_EQ(message_of([] { build("array: 8x257\n"); }),
            "a.yaml:1: array '8x257' is no array shape; write ROWSxCOLUMNS, each 1 to 256, for example 16x16");
  EXPECT_EQ(message_of([] { build("dataflow: xs\n"); }),
            "a.yaml:1: dataflow 'xs' is unknown; give ws (weight-stationary), os (output-stationary) or is "
            "(input-stationary)");
  EXPECT_EQ(message_of([] { build("array: 4x4\nbus_bytes: 65\n"); }),
            "a.yaml:2: bus_bytes 65 is out of range; it must be 1 to 64");
  EXPECT_EQ(message_of([] { build("psum_rows: many\n"); }),
            "a.yaml:1: psum_rows is 'many'; give a whole number from 0 to 2147483648");
  EXPECT_EQ(message_of([] { build("array: 64x4\npsum_rows: 63\n"); }),
            "a.yaml:1: psum_rows 63 is out of range; it must be 64 to 65536");
  EXPECT_EQ(message_of([] { build("array: 4x4\nprotection: [chipkill]\n"); }),
            "a.yaml:2: there is no protection unit 'chipkill'; give one of bypass, channel_bounds, checksum, dmr, "
            "edac, lcu, parity, secded, spare_columns, tmr, weight_check");
  EXPECT_EQ(message_of([] { build("protection:\n  - unit: secded\n    memories: [cache]\n"); }),
            "a.yaml:2: there is no memory 'cache' to protect; give input, weight, partial_sum or output");
  EXPECT_EQ(message_of([] { build("protection: [secded, parity:memories=input]\n"); }),
            "a.yaml:1: memory 'input' is protected twice; give it one code");
  EXPECT_EQ(message_of([] { build("protection: [parity:width=3]\n"); }),
            "a.yaml:1: unknown key 'width' of protection unit 'parity'; use memories, on_error");
  EXPECT_EQ(message_of([] { build("protection: ['parity:on_error=zero,on_error=flag']\n"); }),
            "a.yaml:1: key 'on_error' of protection unit 'parity' is given twice; keep one");
  EXPECT_EQ(message_of([] { build("protection: [parity:on_error=stop]\n"); }),
            "a.yaml:1: 'on_error' of protection unit 'parity' is 'stop'; give flag or zero");
  EXPECT_EQ(message_of([] { build("protection: [parity:output]\n"); }),
            "a.yaml:1: 'output' of protection unit 'parity' is no KEY=VALUE; give KEY=VALUE");
  EXPECT_EQ(message_of([] { build("array: 4x4\n\nprotection: [bypass:elements=3/4]\n"); }),
            "a.yaml:3: rows 3-3, columns 4-4 are no part of the array; rows must be 0 to 3, columns 0 to 3");
  EXPECT_EQ(message_of([] { build("protection:\n  - unit: bypass\n    elements: [3/4, 5]\n"); }),
            "a.yaml:2: '5' of protection unit 'bypass' names no processing elements; write ROW/COLUMN, each a number "
            "from 0 on or FIRST-LAST, such as 3/5 or 0-7/2");
  EXPECT_EQ(message_of([] { build("protection: [bypass:elements=4-3/1]\n"); }).substr(0, 16), "a.yaml:1: '4-3/1");
  EXPECT_EQ(message_of([] { build("protection: [bypass:elements=-1/1]\n"); }).substr(0, 15), "a.yaml:1: '-1/1");
  EXPECT_EQ(message_of([] { build("protection: [bypass, bypass:elements=0/0]\n"); }),
            "a.yaml:1: protection unit 'bypass' is given twice; list all elements in one");
  EXPECT_EQ(message_of([] { build("array: [4, 4\n"); }).substr(0, 20), "a.yaml:2: not YAML: ");
  EXPECT_EQ(message_of([] { build("- 1\n"); }).substr(0, 55),
            "a.yaml:1: accelerator is not a list of keys and values;");
  EXPECT_EQ(message_of([] { build("array: &a [*a]\n"); }).substr(0, 9), "a.yaml:1:");
  EXPECT_EQ(message_of([] { read_accelerator_file("/nonexistent.yaml"); }),
            "/nonexistent.yaml: cannot be read; give the path of a readable YAML file");
}

TEST(AcceleratorFile, LayersAndElementsHaveMultipliersOfTheirOwn) {
  const hw::AcceleratorConfig config = build(
      "array: 4x6\nmultiplier: truncated:k=4\n"
      "layer_multipliers:\n  - {layer: conv1, multiplier: exact}\n  - {layer: fc1, multiplier: {family: drum, k: 5}}\n"
      "  - {layer: fc2, multiplier: exact}\n  - {layer: fc3, multiplier: truncated:k=4}\n"
      "multipliers:\n  - {rows: 1-2, columns: 0-5, multiplier: roba}\n  - {rows: 2, columns: 3, multiplier: exact}\n");
  EXPECT_EQ(config.grid.alternatives.size(), 2U);
  EXPECT_EQ(config.grid.selected(config.selection_of("conv1")).name(), "exact");
  EXPECT_EQ(config.selection_of("conv1"), config.selection_of("fc2"));
  EXPECT_EQ(config.grid.selected(config.selection_of("fc1")).name(), "drum:k=5");
  EXPECT_EQ(config.selection_of("fc3"), 0);
  EXPECT_EQ(config.selection_of("conv2"), 0);
  EXPECT_EQ(config.grid.multiplier_at(0, 3, 0).name(), "truncated:k=4");
  EXPECT_EQ(config.grid.multiplier_at(2, 2, 1).name(), "roba");
  EXPECT_EQ(config.grid.multiplier_at(2, 3, 2).name(), "exact");
  EXPECT_EQ(config.grid.multiplier_at(3, 3, 2).name(), "drum:k=5");
}

TEST(AcceleratorFile, EffectiveMultiplierListsAreReadBack) {
  const hw::AcceleratorConfig config = build(
      "array: 4x6\nlayer_multipliers: [{layer: conv1, multiplier: roba}]\n"
      "multipliers: [{rows: 1-2, columns: 5, multiplier: drum:k=5}]\n");
  std::string text;
  for (const auto& [key, value] : effective_settings(config)) {
    if (const auto* rows = std::get_if<std::vector<std::map<std::string, std::string>>>(&value)) {
      text += key + ":\n";
      for (const auto& row : *rows) {
        text += "  -\n";
        for (const auto& [name, held] : row) {
          text += "    " + name + ": " + held + "\n";
        }
      }
    }
  }
  EXPECT_EQ(effective_settings(build("array: 4x6\n" + text)), effective_settings(config)) << text;
  EXPECT_NE(text, "");
}

TEST(AcceleratorFile, MistakesInMultiplierListsAreNamed) {
  EXPECT_EQ(message_of([] { build("array: 4x6\nmultipliers:\n  - {rows: 0-4, columns: 0, multiplier: exact}\n"); }),
            "a.yaml:3: rows 0-4, columns 0-0 are no part of the array; rows must be 0 to 3, columns 0 to 5");
  EXPECT_EQ(message_of([] { build("multipliers:\n  - {rows: 3-1, columns: 0, multiplier: exact}\n"); }),
            "a.yaml:2: rows '3-1' is no range; write a number from 0 on, or FIRST-LAST such as 0-7");
  EXPECT_EQ(message_of([] {
              build("layer_multipliers:\n  - {layer: a, multiplier: exact}\n  - {layer: a, multiplier: roba}\n");
            }),
            "a.yaml:3: layer_multipliers: 'a' is given twice; keep one of them");
  EXPECT_EQ(message_of([] { parse_layer_multiplier("exact", "--layer-multiplier"); }),
            "--layer-multiplier: 'exact' names no layer; write LAYER=MULTIPLIER, such as conv1=exact");
}

class MultiplierFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ =
        testing::TempDir() + "faultline_multiplier_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void TearDown() override { std::filesystem::remove(path_); }

  /// Writes entry(a, b) for operand bytes a, b in `bytes` bytes each.
  template <typename Entry>
  void write(int bytes, Entry entry) {
    std::ofstream file(path_, std::ios::binary);
    for (int a = 0; a < 256; ++a) {
      for (int b = 0; b < 256; ++b) {
        const auto value = static_cast<uint32_t>(entry(a, b));
        for (int i = 0; i < bytes; ++i) {
          file.put(static_cast<char>(value >> (8 * i)));
        }
      }
    }
  }

  std::string path_;
};

int as_signed(int byte) {
  return byte < 128 ? byte : byte - 256;
}

TEST_F(MultiplierFile, FirstIndexIsTheActivationUnlessSwapped) {
  for (const int bytes : {2, 4}) {
    write(bytes, [](int a, int b) { return as_signed(a) * 100 + as_signed(b); });
    EXPECT_EQ(load_multiplier(parse_multiplier("table:" + path_, "test")).product(-3, 7), -293);
    EXPECT_EQ(load_multiplier(parse_multiplier("table:" + path_ + ",swap", "test")).product(-3, 7), 697);
  }
}

TEST_F(MultiplierFile, UnsignedTablesKeepTheirValueAtZero) {
  write(2, [](int a, int b) { return a * b + (a == 0 ? 5 : 0); });
  const auto multiplier = load_multiplier(parse_multiplier("table:" + path_ + ",unsigned", "test"));
  EXPECT_EQ(multiplier.product(0, 9), 5);
  EXPECT_EQ(multiplier.product(0, -9), -5);
  EXPECT_EQ(multiplier.product(-128, -128), 16384);
  EXPECT_EQ(multiplier.product(-128, 127), -16256);
}

TEST_F(MultiplierFile, MistakesAreNamed) {
  write(4, [](int a, int b) { return a == 255 && b == 1 ? 40000 : 0; });
  EXPECT_EQ(message_of([this] {
              load_multiplier({path_, false, false});
            }),
            path_ +
                ": the product of activation -1 and weight 1 is 40000; products must fit 16 bits; unsigned tables "
                "need ',unsigned'");
  std::filesystem::resize_file(path_, 1000);
  EXPECT_EQ(message_of([this] {
              load_multiplier({path_, false, false});
            }),
            path_ +
                ": is 1000 bytes; a table of 65,536 products is 131,072 bytes (16-bit entries) or 262,144 bytes "
                "(32-bit entries)");
  EXPECT_EQ(
      message_of([] { parse_multiplier("fast", "--multiplier"); }),
      "--multiplier: multiplier 'fast' is unknown; give booth, broken_array, dadda_momeni, dadda_yang, drum, exact, "
      "iterative_log, lower_or, mitchell, perforated, roba, self_checking_log, shifted_drum, shifted_mitchell, "
      "shifted_truncated, truncated or underdesigned, or "
      "table:FILE with ,unsigned or ,swap after it where needed");
}

TEST(MultiplierOption, FamiliesAreNamedWithAllTheirParameters) {
  EXPECT_EQ(to_string(parse_multiplier("drum", "test")), "drum:k=4");
  EXPECT_EQ(to_string(parse_multiplier("broken_array:v=7", "test")), "broken_array:h=2,v=7");
  EXPECT_EQ(parse_multiplier("broken_array:v=7,h=2", "test"), parse_multiplier("broken_array:v=7", "test"));
  for (const char* text : {"multiplier: broken_array:v=7", "multiplier: {family: broken_array, v: 7}"}) {
    const auto multiplier = build(text).grid.multiplier;
    EXPECT_EQ(multiplier.name(), "broken_array:h=2,v=7");
    EXPECT_FALSE(multiplier.exact());
    EXPECT_EQ(multiplier.product(3, -100), -128);  // of 3 x 100 = (2 + 1)(64 + 32 + 4) only 2 x 64 reaches column 7
  }
  EXPECT_TRUE(build("multiplier: {family: exact}").grid.multiplier.exact());
}

TEST(MultiplierOption, RoundTrips) {
  for (const char* text : {"exact", "drum:k=5", "broken_array:h=1,v=6", "table:a.lut", "table:a.lut,unsigned",
                           "table:a.lut,unsigned,swap"}) {
    EXPECT_EQ(to_string(parse_multiplier(text, "test")), text);
  }
}

}  // namespace
}  // namespace faultline::config
