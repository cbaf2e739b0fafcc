#include "sim/inject/site_listing.h"

#include <iterator>

#include <fmt/format.h>

namespace faultline::inject {
namespace {

uint64_t total_bits(const hw::StateTable& table, bool wires) {
  uint64_t bits = 0;
  for (const hw::StateField& field : table.fields()) {
    bits += field.injectable() && (field.kind == hw::StateKind::kWire) == wires ? field.bit_count() : 0;
  }
  return bits;
}

}  // namespace

nlohmann::ordered_json site_listing_json(const hw::StateTable& table) {
  nlohmann::ordered_json listing;
  listing["structures"] = nlohmann::ordered_json::array();
  for (const hw::StateField& field : table.fields()) {
    if (field.injectable()) {
      listing["structures"].push_back({{"path", field.path},
                                       {"kind", to_string(field.kind)},
                                       {"bits", field.bits},
                                       {"count", field.element_count()}});
    }
  }
  listing["total_bits"] = total_bits(table, false);
  listing["wire_bits"] = total_bits(table, true);
  return listing;
}

std::string site_listing_text(const hw::StateTable& table) {
  std::string text = fmt::format("{:<44}{:<10}{:>5}{:>12}{:>14}\n", "path", "kind", "bits", "count", "total bits");
  for (const hw::StateField& field : table.fields()) {
    if (field.injectable()) {
      fmt::format_to(std::back_inserter(text), "{:<44}{:<10}{:>5}{:>12}{:>14}\n", field.path, to_string(field.kind),
                     field.bits, field.element_count(), field.bit_count());
    }
  }
  fmt::format_to(std::back_inserter(text), "registers and memories: {} bits; wires: {} bits\n",
                 total_bits(table, false), total_bits(table, true));
  return text;
}

}  // namespace faultline::inject
