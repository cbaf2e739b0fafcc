#include "sim/report/page_frame.h"

#include <fstream>

#include "sim/campaign/pending_file.h"
#include "sim/config/user_error.h"
#include "sim/report/markup.h"
#include "sim/report/outcome_bar.h"
#include "sim/report/page_style.h"

namespace faultline::report {
namespace {

/// Sorts by the cells' data-value, or by their text. Written without the characters that XML would want escaped.
constexpr const char* kScript = R"js(
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') !== 'descending';
      heads.forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = row => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const order = (a, b) => key(a).localeCompare(key(b), 'en', {numeric: true});
      const byNumber = (a, b) => Number(key(a)) - Number(key(b));
      const body = table.tBodies[0];
      const rows = Array.from(body.rows);
      const numeric = rows.every(row => 'value' in row.cells[column].dataset);
      rows.sort(numeric ? byNumber : order);
      if (down) rows.reverse();
      body.append(...rows);
    });
  });
}
)js";

}  // namespace

std::string page(const std::string& title, const std::string& content) {
  Markup markup;
  markup.append("<!DOCTYPE html>\n");
  {
    const auto html = markup.scope("html", {{"lang", "en"}, {"xmlns", "http://www.w3.org/1999/xhtml"}});
    {
      const auto head = markup.scope("head");
      markup.empty("meta", {{"charset", "utf-8"}});
      markup.element("title", title);
      markup.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
      markup.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
      // An empty icon: without one, a browser asks the server for /favicon.ico.
      markup.empty("link", {{"rel", "icon"}, {"href", "data:,"}});
      const auto style = markup.scope("style");
      markup.append(page_style());
    }
    const auto body = markup.scope("body");
    markup.append(outcome_patterns());
    markup.append(content);
    const auto script = markup.scope("script");
    markup.append(kScript);
  }
  return markup.str();
}

void write_page(const std::string& path, const std::string& page) {
  campaign::PendingFile file(path);
  std::ofstream stream(file.temporary(), std::ios::binary);
  stream << page;
  stream.close();
  if (!stream) {
    throw UserError(path, 0, "cannot be written", "give a path in a folder that exists and may be written to");
  }
  file.publish();
}

}  // namespace faultline::report
