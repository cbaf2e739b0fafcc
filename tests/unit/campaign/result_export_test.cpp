#include "sim/campaign/result_export.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "tests/support/random_rows.h"
#include "tests/support/temporary_folder.h"

namespace faultline::campaign {
namespace {

namespace fs = std::filesystem;

/// Comma-separated values as RFC 4180 has them.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '"' && text[i + 1] == '"') {
      lines.back().back() += text[++i];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ',') {
      lines.back().emplace_back();
    } else if (!quoted && text[i] == '\n') {
      lines.push_back({""});
    } else {
      lines.back().back() += text[i];
    }
  }
  lines.pop_back();
  return lines;
}

const char* const kColumns =
    "experiment,image,site,mask,model,start,duration,outcome,golden_class,faulty_class,golden_confidence,"
    "faulty_confidence,period,structure,layer,bit,faults,stratum,weight,label,exact_class,sdc_1,sdc_5,sdc_10_percent,"
    "sdc_20_percent,latent,extent,masked_in,cycles,golden_cycles,detected_by,corrected,detection_cycle,tool_error";

class ResultExportTest : public testing::Test {
 protected:
  ResultExportTest() {
    for (uint64_t number = 300; number-- > 0;) {
      rows.insert(rows.begin(), source.row(number, number % 3));
      store.append({rows.front()});
    }
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }

  test::TemporaryFolder folder;
  CampaignDescription description = test::small_description();
  uint64_t seed = std::random_device()();
  test::RandomRows source{seed, description};
  testing::ScopedTrace trace{__FILE__, __LINE__, "seed " + std::to_string(seed)};
  ResultStore store = ResultStore::create(path("r.db"), description);
  std::vector<ExperimentRow> rows;
};

TEST_F(ResultExportTest, CsvHoldsEveryRowInOrder) {
  export_csv(store, path("r.csv"));
  const std::string text = test::read_file(path("r.csv"));
  EXPECT_EQ(text.substr(0, text.find('\n')), kColumns);
  const auto lines = parse_csv(text);
  ASSERT_EQ(lines.size(), rows.size() + 1);
  const auto column = [&](const std::string& name) {
    return static_cast<size_t>(std::find(lines[0].begin(), lines[0].end(), name) - lines[0].begin());
  };
  for (size_t i = 0; i < rows.size(); ++i) {
    const ExperimentRow& row = rows[i];
    const auto& line = lines[i + 1];
    ASSERT_EQ(line.size(), lines[0].size());
    EXPECT_EQ(line[column("experiment")], std::to_string(row.number));
    EXPECT_EQ(line[column("image")], std::to_string(row.image));
    EXPECT_EQ(line[column("site")], site_path(description, row.site));
    EXPECT_EQ(line[column("layer")], layer_name(description, row.layer));
    EXPECT_EQ(line[column("faults")], std::to_string(row.faults.size()));
    EXPECT_EQ(line[column("tool_error")], row.tool_error);
    EXPECT_EQ(line[column("detected_by")], row.detection.by);
    EXPECT_EQ(std::stoull(line[column("mask")], nullptr, 16), row.faults.first_to_act().mask);
    EXPECT_EQ(std::strtod(line[column("weight")].c_str(), nullptr), row.weight);
    if (row.tool_error.empty()) {
      EXPECT_EQ(line[column("outcome")], to_string(row.judgement.outcome));
      EXPECT_EQ(std::strtod(line[column("golden_confidence")].c_str(), nullptr), row.judgement.golden_confidence);
      EXPECT_EQ(line[column("faulty_class")],
                row.judgement.faulty_class < 0 ? "" : std::to_string(row.judgement.faulty_class));
      EXPECT_EQ(line[column("sdc_5")], !row.judgement.sdc_5 ? "" : *row.judgement.sdc_5 ? "1" : "0");
    } else {
      EXPECT_EQ(line[column("outcome")], "");
      EXPECT_EQ(line[column("latent")], "");
    }
  }
}

TEST_F(ResultExportTest, JsonLinesHoldTheSame) {
  export_csv(store, path("r.csv"));
  export_json_lines(store, path("r.jsonl"));
  const auto lines = parse_csv(test::read_file(path("r.csv")));
  std::istringstream in(test::read_file(path("r.jsonl")));
  size_t number = 0;
  for (std::string text; std::getline(in, text); ++number) {
    const auto object = nlohmann::ordered_json::parse(text);
    const auto& line = lines.at(number + 1);
    size_t column = 0;
    for (const auto& [key, value] : object.items()) {
      if (key == "all_faults") {
        EXPECT_EQ(value.size(), rows[number].faults.size());
        EXPECT_EQ(value[1]["site"], site_path(description, rows[number].faults.list()[1].site));
        continue;
      }
      EXPECT_EQ(key, lines[0].at(column));
      const std::string& cell = line[column++];
      if (value.is_string()) {
        EXPECT_EQ(value, cell);
      } else if (value.is_boolean()) {
        EXPECT_EQ(value.get<bool>() ? "1" : "0", cell);
      } else if (value.is_number()) {
        EXPECT_EQ(value.get<double>(), std::strtod(cell.c_str(), nullptr)) << key;
      } else {
        EXPECT_TRUE(value.is_null() && (cell.empty() || cell == "inf")) << key << ' ' << cell;
      }
    }
    EXPECT_EQ(column, lines[0].size());
    EXPECT_EQ(object.contains("all_faults"), rows[number].faults.size() > 1);
  }
  EXPECT_EQ(number, rows.size());
}

TEST_F(ResultExportTest, ReplacesAFileOnlyWithAWholeOne) {
  folder.write("r.csv", "old");
  export_csv(store, path("r.csv"));
  EXPECT_GT(fs::file_size(path("r.csv")), 1000u);
  EXPECT_THROW(export_csv(store, path("r.db")), UserError);
  EXPECT_THROW(export_csv(store, path("no/r.csv")), UserError);
  EXPECT_THROW(export_csv(store, "/dev/full"), UserError);
  EXPECT_EQ(store.row_count(), rows.size());
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

}  // namespace
}  // namespace faultline::campaign
