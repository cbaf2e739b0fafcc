#include "sim/inject/vcd_writer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "sim/config/user_error.h"

namespace faultline::inject {
namespace {

/// Short names of printable characters: "!", "\"", ... "~", "!!" ...
std::string identifier(size_t number) {
  constexpr size_t kFirst = '!';
  constexpr size_t kCount = '~' - '!' + 1;
  std::string made;
  do {
    made += static_cast<char>(kFirst + number % kCount);
    number /= kCount;
  } while (number > 0);
  return made;
}

std::vector<std::string> parts_of(const std::string& scope) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin < scope.size()) {
    const size_t dot = std::min(scope.find('.', begin), scope.size());
    parts.push_back(scope.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return parts;
}

std::string binary(uint64_t value, int bits) {
  std::string digits;
  for (int bit = bits; bit-- > 0;) {
    digits += ((value >> bit) & 1) != 0 ? '1' : '0';
  }
  return digits;
}

}  // namespace

VcdWriter::VcdWriter(const std::string& path, const hw::StateTable& table, const std::vector<hw::Site>& sites,
                     uint64_t period_ns)
    : path_(path), out_(path), table_(table), period_ns_(period_ns) {
  for (const hw::Site& site : sites) {
    const hw::StateField& field = table.fields()[site.field];
    const std::string full = hw::element_path(field, site.element);
    const size_t dot = full.rfind('.');
    Signal signal;
    signal.site = site;
    signal.scope = dot == std::string::npos ? "" : full.substr(0, dot);
    signal.name = full.substr(dot == std::string::npos ? 0 : dot + 1);
    signal.identifier = identifier(signals_.size());
    signal.bits = field.bits;
    signals_.push_back(std::move(signal));
  }
  std::stable_sort(signals_.begin(), signals_.end(),
                   [](const Signal& a, const Signal& b) { return a.scope < b.scope; });
  write_header();
  finish();
}

void VcdWriter::finish() {
  if (!out_.flush()) {
    throw UserError(path_, 0, "cannot be written", "give a path in a writable folder, with room on its disk");
  }
}

void VcdWriter::write_header() {
  out_ << "$timescale 1ns $end\n";
  std::vector<std::string> open;
  const auto close_to = [&](size_t depth) {
    for (; open.size() > depth; open.pop_back()) {
      out_ << "$upscope $end\n";
    }
  };
  for (const Signal& signal : signals_) {
    const std::vector<std::string> parts = parts_of(signal.scope);
    const auto [here, there] = std::mismatch(open.begin(), open.end(), parts.begin(), parts.end());
    close_to(static_cast<size_t>(here - open.begin()));
    for (auto part = there; part != parts.end(); ++part) {
      fmt::print(out_, "$scope module {} $end\n", *part);
      open.push_back(*part);
    }
    const std::string range = signal.bits > 1 ? fmt::format(" [{}:0]", signal.bits - 1) : "";
    fmt::print(out_, "$var wire {} {} {}{} $end\n", signal.bits, signal.identifier, signal.name, range);
  }
  close_to(0);
  out_ << "$enddefinitions $end\n";
}

void VcdWriter::sample(uint64_t cycle) {
  fmt::print(out_, "#{}\n", cycle * period_ns_);
  for (Signal& signal : signals_) {
    const uint64_t value = table_.peek(signal.site);
    if (!first_ && value == signal.value) {
      continue;
    }
    signal.value = value;
    const std::string digits = binary(value, signal.bits);
    out_ << (signal.bits == 1 ? digits : 'b' + digits + ' ') << signal.identifier << '\n';
  }
  first_ = false;
}

}  // namespace faultline::inject
