// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/report_sections.h"
#include "weir/anon/report/html.h"

namespace weir::anon::internal {
namespace {

constexpr size_t kMostLabelCharacters = 120;

std::string ClassOf(const std::string& kind) {
  return kind.empty() ? "" : " class=\"" + kind + "\"";
}

}  // namespace

std::string Section(const std::string& id, const std::string& heading, const std::string& body) {
  return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-heading\">\n<h2 id=\"" + id +
         "-heading\">" + heading + "</h2>\n" + body + "</section>\n";
}

std::string Paragraph(const std::string& escaped) { return "<p>" + escaped + "</p>\n"; }
std::string Soft(const std::string& escaped) { return "<p class=\"soft\">" + escaped + "</p>\n"; }

std::string Cell(const std::string& escaped, const std::string& kind) {
  return "<td" + ClassOf(kind) + ">" + escaped + "</td>";
}

std::string RowHead(const std::string& escaped) {
  return "<tr><th scope=\"row\">" + escaped + "</th>";
}

std::string Head(const std::string& escaped, const std::string& kind) {
  return "<th scope=\"col\"" + ClassOf(kind) + ">" + escaped + "</th>";
}

std::string Table(const std::string& caption, const std::string& heads, const std::string& rows,
                  const std::string& kind) {
  const std::string name = caption.empty() ? "" : "<caption>" + caption + "</caption>";
  return "<div class=\"scroll\" tabindex=\"0\"><table" + ClassOf(kind) + ">" + name +
         "<thead><tr>" + heads + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string Label(const std::string& text) {
  if (text.empty()) return "<i>no value</i>";
  return "<bdi>" + html::EscapeShort(text, kMostLabelCharacters) + "</bdi>";
}

}  // namespace weir::anon::internal
