#include "sim/campaign/result_store_schema.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sim/campaign/experiment_row.h"
#include "sim/inject/fault_text.h"

namespace faultline::campaign {
namespace {

/// A column of a table. Columns of real numbers have no type: SQLite would store a real -0.0 as the integer 0.
struct Column {
  const char* name;
  const char* type;
};

constexpr std::array kExperimentColumns = {
    Column{"number", "INTEGER PRIMARY KEY"},
    Column{"stratum", "INTEGER NOT NULL"},
    Column{"weight", ""},
    Column{"field", "INTEGER NOT NULL"},
    Column{"element", "INTEGER NOT NULL"},
    Column{"bit", "INTEGER NOT NULL"},
    Column{"mask", "INTEGER NOT NULL"},
    Column{"model", "INTEGER NOT NULL"},
    Column{"start", "INTEGER NOT NULL"},
    Column{"duration", "INTEGER NOT NULL"},
    Column{"period", "INTEGER NOT NULL"},
    Column{"fault_count", "INTEGER NOT NULL"},
    Column{"faults", "TEXT"},
};

constexpr std::array kRunColumns = {
    Column{"experiment", "INTEGER NOT NULL"},
    Column{"image", "INTEGER NOT NULL"},
    Column{"outcome", "INTEGER NOT NULL"},
    Column{"flags", "INTEGER NOT NULL"},
    Column{"golden_class", "INTEGER NOT NULL"},
    Column{"faulty_class", "INTEGER NOT NULL"},
    Column{"golden_confidence", ""},
    Column{"faulty_confidence", ""},
    Column{"label", "INTEGER NOT NULL"},
    Column{"exact_class", "INTEGER NOT NULL"},
    Column{"layer", "INTEGER NOT NULL"},
    Column{"extent", "INTEGER NOT NULL"},
    Column{"masked_in", "INTEGER NOT NULL"},
    Column{"cycles", "INTEGER NOT NULL"},
    Column{"golden_cycles", "INTEGER NOT NULL"},
    Column{"detected_by", "TEXT"},
    Column{"detection_cycle", "INTEGER"},
    Column{"tool_error", "TEXT"},
};

template <typename Columns>
std::vector<std::string> names_of(const Columns& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    names.emplace_back(column.name);
  }
  return names;
}

template <typename Columns>
std::string definitions_of(const Columns& columns) {
  std::vector<std::string> definitions;
  for (const Column& column : columns) {
    definitions.push_back(fmt::format("{} {}", column.name, column.type));
  }
  return fmt::format("{}", fmt::join(definitions, ", "));
}

/// A text in SQL's quotes.
std::string quoted(const std::string& text) {
  std::string made = "'";
  for (const char letter : text) {
    made += letter;
    if (letter == '\'') {
      made += '\'';
    }
  }
  return made + "'";
}

/// A format for SQLite's printf() that makes a site's path of its indices: "array.pe[%lld][%lld].psum".
std::string path_format(const std::string& path) {
  std::string format;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path.compare(i, 3, "[*]") == 0) {
      format += "[%lld]";
      i += 2;
    } else {
      format += path[i] == '%' ? "%%" : std::string(1, path[i]);
    }
  }
  return format;
}

size_t most_dimensions(const CampaignDescription& description) {
  size_t most = 0;
  for (const hw::StateField& field : description.fields) {
    most = std::max(most, field.dimensions.size());
  }
  return most;
}

/// Table `field`: path, format and, per dimension, how many elements one step skips and how many steps there are.
std::string field_table(const CampaignDescription& description) {
  const size_t most = most_dimensions(description);
  std::string sql =
      "CREATE TABLE field (field INTEGER PRIMARY KEY, path TEXT NOT NULL, kind TEXT NOT NULL, "
      "bits INTEGER NOT NULL, format TEXT NOT NULL";
  for (size_t d = 0; d < most; ++d) {
    sql += fmt::format(", stride_{0} INTEGER, extent_{0} INTEGER", d);
  }
  sql += ");\n";
  for (size_t index = 0; index < description.fields.size(); ++index) {
    const hw::StateField& field = description.fields[index];
    sql += fmt::format("INSERT INTO field VALUES ({}, {}, {}, {}, {}", index, quoted(field.path),
                       quoted(to_string(field.kind)), field.bits, quoted(path_format(field.path)));
    size_t stride = field.element_count();
    for (size_t d = 0; d < most; ++d) {
      if (d < field.dimensions.size()) {
        stride /= static_cast<size_t>(field.dimensions[d]);
        sql += fmt::format(", {}, {}", stride, field.dimensions[d]);
      } else {
        sql += ", NULL, NULL";
      }
    }
    sql += ");\n";
  }
  return sql;
}

std::string layer_table(const CampaignDescription& description) {
  std::string sql = "CREATE TABLE layer (layer INTEGER PRIMARY KEY, name TEXT NOT NULL);\n";
  for (int layer = kWholeRunLayer; layer < static_cast<int>(description.layers.size()); ++layer) {
    sql += fmt::format("INSERT INTO layer VALUES ({}, {});\n", layer, quoted(layer_name(description, layer)));
  }
  return sql;
}

std::string stratum_table(const CampaignDescription& description) {
  std::string sql = "CREATE TABLE stratum (stratum INTEGER PRIMARY KEY, name TEXT NOT NULL, share);\n";
  for (size_t index = 0; index < description.strata.size(); ++index) {
    const StratumDescription& stratum = description.strata[index];
    sql += fmt::format("INSERT INTO stratum VALUES ({}, {}, {});\n", index, quoted(stratum.name), stratum.share);
  }
  return sql;
}

/// The name of an enumerator that a column holds.
template <typename Values>
std::string name_of(const std::string& column, const Values& values) {
  std::string sql = "CASE " + column;
  for (const auto value : values) {
    sql += fmt::format(" WHEN {} THEN {}", static_cast<int>(value), quoted(to_string(value)));
  }
  return sql + " END";
}

std::string model_name(const std::string& column) {
  std::string sql = "CASE " + column;
  for (const hw::FaultModel model : {hw::FaultModel::kFlip, hw::FaultModel::kStuckAt0, hw::FaultModel::kStuckAt1}) {
    sql += fmt::format(" WHEN {} THEN {}", static_cast<int>(model), quoted(inject::to_string(model)));
  }
  return sql + " END";
}

std::string flag(RunFlag which) {
  return fmt::format("run.flags >> {} & 1", static_cast<int>(which));
}

/// View `results`: a row per run with names instead of numbers, in the columns that `faultline export` writes.
std::string results_view(const CampaignDescription& description) {
  std::string site = "printf(field.format";
  for (size_t d = 0; d < most_dimensions(description); ++d) {
    site += fmt::format(", experiment.element / field.stride_{0} % field.extent_{0}", d);
  }
  site += ")";
  const std::vector<std::pair<std::string, std::string>> columns = {
      {"experiment", "run.experiment"},
      {"image", "run.image"},
      {"site", site},
      {"mask", "printf('0x%llx', experiment.mask)"},
      {"model", model_name("experiment.model")},
      {"start", "experiment.start"},
      {"duration", "experiment.duration"},
      {"outcome", "iif(run.tool_error IS NULL, " + name_of("run.outcome", kOutcomes) + ", NULL)"},
      {"golden_class", "nullif(run.golden_class, -1)"},
      {"faulty_class", "nullif(run.faulty_class, -1)"},
      {"golden_confidence", "run.golden_confidence"},
      {"faulty_confidence", "run.faulty_confidence"},
      {"period", "experiment.period"},
      {"structure", "field.path"},
      {"layer", "layer.name"},
      {"bit", "experiment.bit"},
      {"faults", "experiment.fault_count"},
      {"stratum", "stratum.name"},
      {"weight", "experiment.weight"},
      {"label", "run.label"},
      {"exact_class", "run.exact_class"},
      {"sdc_1", flag(RunFlag::kSdc1)},
      {"sdc_5", "iif(" + flag(RunFlag::kSdc5Applies) + ", " + flag(RunFlag::kSdc5) + ", NULL)"},
      {"sdc_10_percent", flag(RunFlag::kSdc10Percent)},
      {"sdc_20_percent", flag(RunFlag::kSdc20Percent)},
      {"latent", flag(RunFlag::kLatent)},
      {"extent", name_of("run.extent", kExtents)},
      {"masked_in", "nullif(" + name_of("run.masked_in", kMaskedPlaces) + ", '')"},
      {"cycles", "run.cycles"},
      {"golden_cycles", "run.golden_cycles"},
      {"detected_by", "run.detected_by"},
      {"corrected", flag(RunFlag::kCorrected)},
      {"detection_cycle", "run.detection_cycle"},
      {"tool_error", "run.tool_error"},
  };
  std::vector<std::string> selected;
  for (const auto& [name, expression] : columns) {
    selected.push_back(expression + " AS " + name);
  }
  return fmt::format(
      "CREATE VIEW results AS SELECT {}\n"
      "FROM run JOIN experiment ON experiment.number = run.experiment JOIN field USING (field)\n"
      "JOIN layer USING (layer) JOIN stratum USING (stratum);\n",
      fmt::join(selected, ",\n"));
}

}  // namespace

const std::vector<std::string>& experiment_columns() {
  static const std::vector<std::string> kNames = names_of(kExperimentColumns);
  return kNames;
}

const std::vector<std::string>& run_columns() {
  static const std::vector<std::string> kNames = names_of(kRunColumns);
  return kNames;
}

std::string schema_sql(const CampaignDescription& description) {
  return fmt::format("PRAGMA application_id = {};\nPRAGMA user_version = {};\n", kStoreApplication, kStoreFormat) +
         "CREATE TABLE campaign (description TEXT NOT NULL);\n" + field_table(description) + layer_table(description) +
         stratum_table(description) +
         fmt::format("CREATE TABLE experiment ({});\n", definitions_of(kExperimentColumns)) +
         fmt::format("CREATE TABLE run ({}, PRIMARY KEY (experiment, image)) WITHOUT ROWID;\n",
                     definitions_of(kRunColumns)) +
         results_view(description);
}

}  // namespace faultline::campaign
