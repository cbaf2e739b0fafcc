#include "rtl/generator/text_template.h"

namespace faultline::rtl {

std::string fill_template(std::string text, const TemplateValues& values) {
  for (const auto& [name, value] : values) {
    const std::string mark = "@" + name + "@";
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

}  // namespace faultline::rtl
