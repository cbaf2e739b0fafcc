#include "hw/systolic/neuron_unit_core.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/common/counter_random.h"

namespace faultline::hw {
namespace {

constexpr uint64_t kSeed = 7;
constexpr int kBytes = 300;
constexpr int kZero = -100;

/// A unit beside a memory that answers its requests one cycle later, as post-processing does.
class NeuronUnitCoreTest : public testing::TestWithParam<const char*> {
 protected:
  NeuronUnitCoreTest() {
    CounterRandom random(kSeed, 0);
    for (int i = 0; i < kBytes; ++i) {
      memory_.push_back(static_cast<uint8_t>(random.uniform(100)));
    }
  }

  static ProtectionConfig configuration(ErrorAction on_error) {
    ProtectionConfig config;
    config.neuron_unit = GetParam();
    config.neuron_entries = 60;
    config.neuron_on_error = on_error;
    return config;
  }

  /// Of each neuron, where its kind has some: memory_ holds codes on both sides.
  static constexpr CodeInterval kInterval = {10, 80};

  /// Loads addresses into the table, with kInterval where there are bounds, a beat of up to 16 bytes at a time.
  void load_table(const std::vector<uint32_t>& addresses) {
    std::vector<uint8_t> bytes;
    for (size_t entry = 0; entry < addresses.size(); ++entry) {
      for (int shift = 0; shift < 24; shift += 8) {
        bytes.push_back(static_cast<uint8_t>(addresses[entry] >> shift));
      }
      if (kind_.has_intervals()) {
        bytes.push_back(static_cast<uint8_t>(entry % kind_.words == 0 ? kInterval.low : kInterval.high));
      }
    }
    for (size_t first = 0; first < bytes.size(); first += 16) {
      BufferWrite write;
      write.valid = true;
      write.target = static_cast<uint8_t>(LoadTarget::kTable);
      write.address = kNeuronTableBase + static_cast<uint32_t>(first);
      write.count = static_cast<uint8_t>(std::min<size_t>(16, bytes.size() - first));
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(first), write.count, write.data.bytes);
      core_.step({false, command_, write, 0}, cycle_++);
    }
  }

  /// Steps until the unit is done; returns the edges from the one that sees `start` to the one that raises `done`.
  int run(int words) {
    command_.opcode = static_cast<int32_t>(Opcode::kCorrect);
    command_.rows = words;
    command_.pad_value = kZero;
    int edges = 0;
    uint8_t word = 0;
    do {
      const NeuronRequest request = core_.request();
      const NeuronWrite write = core_.write();
      core_.step({edges == 0, command_, {}, word}, cycle_++);
      if (request.valid) {
        word = memory_.at(request.address);
      }
      if (write.valid) {
        memory_.at(write.address) = static_cast<uint8_t>(write.code);
      }
      ++edges;
    } while (!core_.status().done && edges < 1000);
    return edges;
  }
  uint64_t report(const std::string& name) const {
    return table_.peek({table_.field_index("protection." + kind_.name + ".report." + name), 0});
  }

  StateTable table_;
  FaultTaps taps_{&table_};
  const NeuronUnitKind& kind_ = *find_neuron_unit_kind(GetParam());
  NeuronUnitCore core_{configuration(ErrorAction::kFlag), table_, taps_};
  CommandDescriptor command_;
  std::vector<uint8_t> memory_;
  uint64_t cycle_ = 0;
};

TEST_P(NeuronUnitCoreTest, MakesOneCodeOfTheWordsThatTheTableNames) {
  CounterRandom random(kSeed, 1);
  const auto words = static_cast<uint32_t>(kind_.words);
  std::vector<uint32_t> addresses;
  for (uint32_t neuron = 0; neuron < 15; ++neuron) {
    for (uint32_t word = 0; word < words; ++word) {
      addresses.push_back(word * 100 + neuron * 6 + static_cast<uint32_t>(random.uniform(6)));
    }
  }
  std::vector<uint8_t> expected = memory_;
  int wrong = 0;
  for (size_t entry = 0; entry < addresses.size(); entry += words) {
    NeuronWords neuron = {};
    for (size_t word = 0; word < words; ++word) {
      neuron[word] = memory_[addresses[entry + word]];
    }
    const CombinedNeuron combined = kind_.combined(neuron, kZero, kInterval);
    expected[addresses[entry]] = static_cast<uint8_t>(combined.code);
    wrong += combined.verdict != NeuronVerdict::kRight ? 1 : 0;
  }
  ASSERT_GT(wrong, 0);
  load_table(addresses);
  EXPECT_EQ(run(static_cast<int>(addresses.size())), static_cast<int>(addresses.size()) + 4);
  EXPECT_EQ(memory_, expected);
  EXPECT_EQ(report("corrected") + report("errors"), static_cast<uint64_t>(wrong));
}

TEST_P(NeuronUnitCoreTest, NoWordsAreDoneAtOnceAndEntriesOutOfRangeAreAddressZero) {
  EXPECT_EQ(run(0), 1);
  const uint8_t first = memory_[0];
  NeuronWords neuron = {};
  std::fill_n(neuron.begin(), kind_.words, first);
  EXPECT_GT(run(static_cast<int>(kind_.words)), 1);
  const CombinedNeuron expected = kind_.combined(neuron, kZero, {0, 0});
  EXPECT_EQ(memory_[0], static_cast<uint8_t>(expected.code));
  EXPECT_EQ(report("flags") == 0, expected.verdict == NeuronVerdict::kRight);
}

TEST_P(NeuronUnitCoreTest, ItsTableAndRegistersCanBeStruck) {
  std::vector<uint32_t> addresses(kind_.words);
  for (size_t word = 0; word < kind_.words; ++word) {
    addresses[word] = 20 + static_cast<uint32_t>(word);
    memory_[20 + word] = 0x30;
  }
  load_table(addresses);
  // The first entry becomes 20 + 2^6: another word, which is not what the others are.
  memory_[84] = 0x11;
  taps_.arm(
      {{table_.field_index("protection." + kind_.name + ".table[*]"), 0}, 1 << 6, FaultModel::kFlip, cycle_, 1, 0});
  run(static_cast<int>(kind_.words));
  EXPECT_NE(report("flags"), 0U);
  EXPECT_EQ(memory_[20], 0x30) << "the code went to the place that the struck entry names";
  NeuronWords neuron = {};
  std::fill_n(neuron.begin(), kind_.words, uint8_t{0x30});
  neuron[0] = 0x11;
  EXPECT_EQ(memory_[84], static_cast<uint8_t>(kind_.combined(neuron, kZero, kInterval).code));
}

INSTANTIATE_TEST_SUITE_P(Kinds, NeuronUnitCoreTest, testing::Values("lcu", "tmr", "dmr", "edac"));

TEST(NeuronUnitCore, ComparatorMayZeroInsteadOfAlarming) {
  ProtectionConfig config;
  config.neuron_unit = "dmr";
  config.neuron_on_error = ErrorAction::kZero;
  StateTable table;
  FaultTaps taps{&table};
  NeuronUnitCore core(config, table, taps);
  CommandDescriptor command;
  command.rows = 2;
  command.pad_value = kZero;
  NeuronWrite write;
  for (uint64_t cycle = 0; cycle < 10 && !write.valid; ++cycle) {
    core.step({cycle == 0, command, {}, static_cast<uint8_t>(cycle)}, cycle);  // two words that differ
    write = core.write();
  }
  EXPECT_TRUE(write.valid);
  EXPECT_EQ(write.code, kZero);
  EXPECT_EQ(table.peek({table.field_index("protection.dmr.report.flags"), 0}), ReportRegisters::kReplaced);
}

/// A comparator of two copies that may have a layer repeated.
class RepeatingComparator : public testing::Test {
 protected:
  static constexpr int kRepeats = 2;

  static ProtectionConfig configuration(std::optional<int> repeats) {
    ProtectionConfig config;
    config.neuron_unit = "dmr";
    config.neuron_repeats = repeats;
    return config;
  }

  /// One neuron, whose words are equal or not.
  void walk(bool first_of_layer, bool equal) {
    command_.rows = 2;
    command_.accumulate = first_of_layer ? 0 : 1;
    const uint64_t end = cycle_ + 8;
    for (bool start = true; cycle_ < end; ++cycle_, start = false) {
      core_.step({start, command_, {}, equal ? uint8_t{9} : static_cast<uint8_t>(cycle_)}, cycle_);
    }
  }
  uint64_t value(const std::string& name) const {
    return table_.peek({table_.field_index("protection.dmr." + name), 0});
  }

  StateTable table_;
  FaultTaps taps_{&table_};
  NeuronUnitCore core_{configuration(kRepeats), table_, taps_};
  CommandDescriptor command_;
  uint64_t cycle_ = 0;
};

TEST_F(RepeatingComparator, AsksAsOftenAsItMayAndThenAlarms) {
  for (uint64_t attempt = 0; attempt < kRepeats; ++attempt) {
    walk(true, false);
    EXPECT_TRUE(core_.asks_to_repeat());
    EXPECT_EQ(value("repeats"), attempt);
    EXPECT_EQ(value("report.flags"), ReportRegisters::kCorrected);
    EXPECT_EQ(value("report.corrected"), attempt + 1);
  }
  walk(true, false);
  EXPECT_FALSE(core_.asks_to_repeat());
  EXPECT_EQ(value("repeats"), uint64_t{kRepeats});
  EXPECT_EQ(value("report.flags"), uint64_t{ReportRegisters::kCorrected | ReportRegisters::kAlarm});
  EXPECT_EQ(value("report.errors"), 1U);
  walk(true, false);
  EXPECT_TRUE(core_.asks_to_repeat()) << "the next layer has its own repeats";
  EXPECT_EQ(value("repeats"), 0U);
}

TEST_F(RepeatingComparator, RemembersADifferenceUntilTheLayerBeginsAgain) {
  walk(true, false);
  walk(false, true);
  EXPECT_TRUE(core_.asks_to_repeat());
  walk(true, true);
  EXPECT_FALSE(core_.asks_to_repeat());
  EXPECT_EQ(value("repeats"), 1U);
  walk(false, true);
  EXPECT_EQ(value("repeats"), 1U) << "the layer goes on";
  walk(true, true);
  EXPECT_EQ(value("repeats"), 0U);
  EXPECT_EQ(value("report.errors"), 0U);
}

/// Edge by edge, as long as no words differ.
TEST_F(RepeatingComparator, IsTheComparatorWhereNothingDiffers) {
  StateTable table;
  FaultTaps taps{&table};
  NeuronUnitCore plain(configuration(std::nullopt), table, taps);
  const size_t fields = table.fields().size();
  ASSERT_EQ(table_.fields().size(), fields + 2);
  constexpr uint8_t kWord = 9;
  CounterRandom random(kSeed, 3);
  for (; cycle_ < 500; ++cycle_) {
    const bool start = random.uniform(4) == 0;
    command_.rows = static_cast<int32_t>(2 * random.uniform(4));
    command_.accumulate = static_cast<int32_t>(random.uniform(2));
    core_.step({start, command_, {}, kWord}, cycle_);
    plain.step({start, command_, {}, kWord}, cycle_);
    for (size_t field = 0; field < fields; ++field) {
      const StateField& same = table.fields()[field];
      ASSERT_EQ(table_.fields()[field].path, same.path);
      if (same.kind == StateKind::kRegister) {
        ASSERT_EQ(table_.peek({field, 0}), table.peek({field, 0})) << same.path << " in cycle " << cycle_;
      }
    }
  }
}

}  // namespace
}  // namespace faultline::hw
