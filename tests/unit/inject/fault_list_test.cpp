#include "sim/inject/fault_list.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

using testing::HasSubstr;

class FaultListTest : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const std::string path = testing::TempDir() + "fault_list_test_" +
                             testing::UnitTest::GetInstance()->current_test_info()->name() + "_" + name;
    std::ofstream(path) << text;
    return path;
  }
  FaultList csv(const std::string& rows) {
    return read_fault_list(file("list.csv", "path,mask,model,start,duration,period\n" + rows));
  }
  std::string message(const std::string& name, const std::string& text) {
    const std::string path = file(name, text);
    try {
      FaultListExperiments(read_fault_list(path), small.table, 1000, 1);
    } catch (const UserError& error) {
      return std::string(error.what()).substr(path.size());
    }
    return "";
  }
  SmallTable small;
};

TEST_F(FaultListTest, ReadsCsv) {
  const FaultList list =
      csv("# a comment\narray.pe[1][2].psum, 0x40 ,flip,12,,\r\n\nbuffer.weight,255,stuck_at_1,0,5,9\n");
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[0], (FaultListEntry{"array.pe[1][2].psum", 0x40, hw::FaultModel::kFlip, 12, 1, 0, "", 0}));
  EXPECT_EQ(list.entries[1], (FaultListEntry{"buffer.weight", 255, hw::FaultModel::kStuckAt1, 0, 5, 9, "", 0}));
  EXPECT_EQ(list.entries[1].line, 5);
}

TEST_F(FaultListTest, StuckAtLastsToTheEndWhereNoDurationIsGiven) {
  EXPECT_EQ(read_fault_list(file("short.csv", "path,mask,model\nbuffer.weight,1,stuck_at_0\n")).entries[0].duration,
            0u);
}

TEST_F(FaultListTest, ReadsJsonLines) {
  const FaultList list = read_fault_list(
      file("list.jsonl",
           "{\"path\": \"controller.phase\", \"mask\": \"0x3\", \"model\": \"flip\", \"start\": 7}\n\n"
           "{\"model\": \"stuck_at_0\", \"mask\": 1, \"path\": \"buffer.weight[3]\", \"experiment\": \"x\"}\n"));
  ASSERT_EQ(list.entries.size(), 2u);
  EXPECT_EQ(list.entries[0], (FaultListEntry{"controller.phase", 3, hw::FaultModel::kFlip, 7, 1, 0, "", 0}));
  EXPECT_EQ(list.entries[1], (FaultListEntry{"buffer.weight[3]", 1, hw::FaultModel::kStuckAt0, 0, 0, 0, "x", 0}));
}

TEST_F(FaultListTest, WhatIsWrittenReadsTheSame) {
  const std::vector<FaultListEntry> entries = {
      {"array.pe[*][0:2].psum", 0x80000001, hw::FaultModel::kFlip, 3, 1, 0, "", 0},
      {"buffer.weight", 1, hw::FaultModel::kStuckAt1, 0, 0, 0, "two, together", 0},
      {"controller.phase", 2, hw::FaultModel::kStuckAt0, 9, 4, 100, "two, together", 0},
  };
  for (const std::string name : {"out.csv", "out.jsonl"}) {
    const std::string path = file(name, "");
    write_fault_list(entries, path, path);
    EXPECT_EQ(read_fault_list(path).entries, entries) << name;
  }
}

TEST_F(FaultListTest, WildcardsGiveOneExperimentPerSiteOnEveryImage) {
  const FaultListExperiments experiments(csv("array.pe[*][*].psum,1,flip,4,1,0\ncontroller.phase,2,flip,5,1,0\n"),
                                         small.table, 1000, 3);
  ASSERT_EQ(experiments.size(), 13u);
  EXPECT_EQ(experiments.at(5).images, (std::vector<size_t>{0, 1, 2}));
  EXPECT_EQ(experiments.images_of(5), (std::vector<size_t>{0, 1, 2}));
  ASSERT_EQ(experiments.at(5).faults.size(), 1u);
  EXPECT_EQ(experiments.at(5).faults[0].site, (hw::Site{0, 5}));
  EXPECT_EQ(experiments.at(12).faults[0].site, (hw::Site{6, 0}));
}

TEST_F(FaultListTest, EntriesOfOneExperimentStrikeTogether) {
  const FaultListExperiments experiments(
      read_fault_list(file("group.csv",
                           "experiment,path,mask,model\na,array.pe[0][*].psum,1,flip\n,controller.phase,1,flip\n"
                           "a,buffer.weight[7],2,flip\nb,controller.phase,4,flip\n")),
      small.table, 1000, 1);
  ASSERT_EQ(experiments.size(), 3u);
  EXPECT_EQ(experiments.at(0).faults.size(), 4u);
  EXPECT_EQ(experiments.at(0).faults[3].site, (hw::Site{4, 7}));
  EXPECT_EQ(experiments.at(1).faults.size(), 1u);
  EXPECT_EQ(experiments.at(2).faults[0].mask, 4u);
}

TEST_F(FaultListTest, MessagesNameTheLine) {
  const std::string header = "path,mask,model,start,duration,period\n";
  EXPECT_THAT(message("a.csv", "path,mask,modell\n"), HasSubstr(":1: unknown column 'modell'"));
  EXPECT_THAT(message("b.csv", "path,mask,path\n"), HasSubstr(":1: column 'path' appears twice"));
  EXPECT_THAT(message("c.csv", header + "buffer.weight[0],1,flip\n"), HasSubstr(":2: 3 values for 6 columns"));
  EXPECT_THAT(message("d.csv", header + "buffer.weight[0],0xZ,flip,0,1,0\n"),
              HasSubstr(":2: mask '0xZ' is not a number"));
  EXPECT_THAT(message("e.csv", header + "buffer.weight[0],1,flop,0,1,0\n"),
              HasSubstr(":2: unknown fault model 'flop'"));
  EXPECT_THAT(message("f.csv", header + "buffer.weight[0],0,flip,0,1,0\n"), HasSubstr(":2: mask 0 selects no bit"));
  EXPECT_THAT(message("g.csv", header + "buffer.weight[0],0x100,flip,0,1,0\n"),
              HasSubstr(":2: mask 0x100 has bits outside the width of buffer.weight[*]; it has 8 bits"));
  EXPECT_THAT(message("h.csv", header + "buffer.weights[0],1,flip,0,1,0\n"), HasSubstr(":2: no site matches"));
  EXPECT_THAT(
      message("i.csv", header + "buffer.weight[0],1,flip,1000,1,0\n"),
      HasSubstr(
          ":2: the window starts at cycle 1000, after the end of the run; the fault-free run has cycles 0 to 999"));
  EXPECT_THAT(message("j.csv", header), HasSubstr("holds no fault"));
  EXPECT_THAT(message("k.csv", ""), HasSubstr("cannot be read or is empty"));
  EXPECT_THAT(message("l.csv", header + ",1,flip,0,1,0\n"), HasSubstr(":2: path is missing"));
  EXPECT_THAT(message("m.csv", header + "buffer.weight[0],1,flip,-1,1,0\n"),
              HasSubstr(":2: start '-1' is not a number"));
  EXPECT_THAT(message("n.csv", header + "\"buffer.weight[0],1,flip,0,1,0\n"), HasSubstr(":2: "));
  EXPECT_THAT(message("o.jsonl", "{\"path\": \"buffer.weight\"\n"), HasSubstr(":1: not a JSON object"));
  EXPECT_THAT(message("p.jsonl", "[1]\n"), HasSubstr(":1: not a JSON object"));
  EXPECT_THAT(message("q.jsonl", "\n{\"paths\": \"buffer.weight\"}\n"), HasSubstr(":2: unknown key 'paths'"));
  EXPECT_THAT(message("r.jsonl", "{\"path\": \"buffer.weight\", \"mask\": 1.5, \"model\": \"flip\"}\n"),
              HasSubstr(":1: mask is neither a text nor a whole number"));
  EXPECT_THAT(message("s.jsonl", "{\"path\": \"buffer.weight\", \"mask\": 1}\n"), HasSubstr(":1: model is missing"));
  EXPECT_THAT(message("t.txt", "x"), HasSubstr("is no fault list by its name; use the ending .csv or .jsonl"));
}

TEST_F(FaultListTest, EveryTruncationReadsOrIsAnError) {
  const std::string csv_text = "path,mask,model,start,duration,period,experiment\nbuffer.weight[3],0x10,flip,1,1,0,a\n";
  const std::string json_text =
      "{\"path\": \"buffer.weight[3]\", \"mask\": \"0x10\", \"model\": \"flip\", \"start\": 4}\n";
  for (const auto& [name, text] : {std::pair{"cut.csv", csv_text}, std::pair{"cut.jsonl", json_text}}) {
    int errors = 0;
    for (size_t length = 0; length < text.size(); ++length) {
      errors += message(name, text.substr(0, length)).empty() ? 0 : 1;
    }
    EXPECT_GE(errors, static_cast<int>(text.size()) - 30) << name;
    EXPECT_EQ(message(name, text), "");
  }
}

}  // namespace
}  // namespace faultline::inject
