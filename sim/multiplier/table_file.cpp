#include "sim/multiplier/table_file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/config/user_error.h"
#include "sim/multiplier/metrics_json.h"
#include "sim/multiplier/published_figures.h"
#include "sim/process/child_process.h"

namespace faultline::multiplier {

nlohmann::ordered_json table_description(const ProductTable& table, const std::string& circuit_file) {
  nlohmann::ordered_json published = nlohmann::ordered_json::object();
  const std::vector<PublishedFigure> figures = published_figures(process::read_text(circuit_file));
  for (const PublishedFigure& figure : figures) {
    published[figure.key] = figure.value;
  }
  const ErrorMetrics measured = error_metrics(table);
  return {{"name", table.name},
          {"signed", table.is_signed},
          {"entries", "16 bits, little-endian, row-major [a][b]"},
          {"source", std::filesystem::path(circuit_file).filename().string()},
          {"published", published},
          {"disagreeing", disagreeing_figures(figures, measured)},
          {"measured", to_json(measured)}};
}

void write_whole_file(const std::string& path, const std::string& content) {
  const std::string temporary = path + fmt::format(".tmp{}", getpid());
  std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
  stream << content;
  stream.close();
  if (!stream || std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
    throw UserError(path, 0, "cannot be written", "give a path in a folder that you may write to");
  }
}

void write_table_file(const std::string& path, const ProductTable& table, const nlohmann::ordered_json& description) {
  std::string bytes;
  for (const int32_t product : table.products) {
    bytes += static_cast<char>(product & 0xff);
    bytes += static_cast<char>((product >> 8) & 0xff);
  }
  const std::string description_file = path + ".json";
  write_whole_file(description_file,
                   description.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  try {
    write_whole_file(path, bytes);
  } catch (const UserError&) {
    std::remove(description_file.c_str());
    throw;
  }
}

}  // namespace faultline::multiplier
