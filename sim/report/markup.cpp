#include "sim/report/markup.h"

#include <algorithm>
#include <cstdint>

namespace faultline::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes of the UTF-8 character that begins here (RFC 3629, table of section 4); 0 when none does.
size_t character_bytes(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return follows(1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

/// What stands for one valid character.
std::string_view escaped(std::string_view character) {
  switch (character.front()) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
    case '\n':
    case '\r':
      return character;
    default:
      return static_cast<uint8_t>(character.front()) < 0x20 || character == "\x7F" || character == "\xEF\xBF\xBE" ||
                     character == "\xEF\xBF\xBF"
                 ? kReplacement
                 : character;
  }
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t bytes = character_bytes(text);
    out += bytes == 0 ? kReplacement : escaped(text.substr(0, bytes));
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return out;
}

Markup::Scope::~Scope() {
  if (markup_ != nullptr) {
    markup_->out_ += "</" + tag_ + ">\n";
  }
}

void Markup::open(std::string_view tag, const Attributes& attributes, std::string_view end) {
  out_ += '<';
  out_ += tag;
  for (const auto& [name, value] : attributes) {
    out_ += ' ';
    out_ += name;
    out_ += "=\"" + escape(value) + '"';
  }
  out_ += end;
}

Markup::Scope Markup::scope(std::string_view tag, const Attributes& attributes) {
  open(tag, attributes, ">");
  return {*this, std::string(tag)};
}

Markup& Markup::element(std::string_view tag, std::string_view text, const Attributes& attributes) {
  open(tag, attributes, ">");
  out_ += escape(text);
  out_ += "</";
  out_ += tag;
  out_ += '>';
  return *this;
}

Markup& Markup::empty(std::string_view tag, const Attributes& attributes) {
  open(tag, attributes, "/>");
  return *this;
}

Markup& Markup::text(std::string_view text) {
  out_ += escape(text);
  return *this;
}

Markup& Markup::append(std::string_view markup) {
  out_ += markup;
  return *this;
}

Markup::Scope chart_scope(Markup& markup, const ChartText& text, const Markup::Attributes& attributes) {
  Markup::Attributes all = {{"xmlns", "http://www.w3.org/2000/svg"},
                            {"role", "img"},
                            {"aria-labelledby", text.id + "-title"},
                            {"aria-describedby", text.id + "-desc"}};
  all.insert(all.end(), attributes.begin(), attributes.end());
  Markup::Scope chart = markup.scope("svg", all);
  markup.element("title", text.title, {{"id", text.id + "-title"}});
  markup.element("desc", text.description, {{"id", text.id + "-desc"}});
  return chart;
}

}  // namespace faultline::report
