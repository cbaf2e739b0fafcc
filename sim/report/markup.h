#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::report {

/// Text as it stands between tags or in a quoted attribute: & < > " ' as entities; bytes that are no UTF-8 and control
/// characters that XML does not allow as U+FFFD.
std::string escape(std::string_view text);

/// Writes markup that is both HTML 5 and well-formed XML: every element is closed, every value quoted and escaped.
class Markup {
 public:
  using Attributes = std::vector<std::pair<std::string_view, std::string>>;

  /// Closes its element at the end of its life.
  class Scope {
   public:
    Scope(Markup& markup, std::string tag) : markup_(&markup), tag_(std::move(tag)) {}
    Scope(Scope&& other) noexcept : markup_(std::exchange(other.markup_, nullptr)), tag_(std::move(other.tag_)) {}
    Scope& operator=(Scope&&) = delete;
    ~Scope();

   private:
    Markup* markup_;  ///< null when another one closes the element
    std::string tag_;
  };

  /// Opens an element that encloses what is written during the life of the result.
  [[nodiscard]] Scope scope(std::string_view tag, const Attributes& attributes = {});
  /// An element that holds text.
  Markup& element(std::string_view tag, std::string_view text, const Attributes& attributes = {});
  /// An element without content: HTML's void elements (meta, link ...) and SVG's shapes.
  Markup& empty(std::string_view tag, const Attributes& attributes = {});
  Markup& text(std::string_view text);
  /// Markup that is finished: another writer's, a chart's.
  Markup& append(std::string_view markup);

  const std::string& str() const { return out_; }

 private:
  void open(std::string_view tag, const Attributes& attributes, std::string_view end);

  std::string out_;
};

/// What a chart says to those who do not see it. `id` is unique in the page.
struct ChartText {
  std::string id;
  std::string title;
  std::string description;
};

/// Begins a chart: <svg role="img"> named by its title and described. `attributes`: width, height, viewBox, class.
[[nodiscard]] Markup::Scope chart_scope(Markup& markup, const ChartText& text, const Markup::Attributes& attributes);

}  // namespace faultline::report
