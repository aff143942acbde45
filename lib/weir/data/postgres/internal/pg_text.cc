// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/pg_text.h"

#include <optional>
#include <vector>

namespace weir::data::internal {
namespace {

std::string Quote(std::string_view text, std::string_view doubled, char quote) {
  WEIR_CHECK(text.find('\0') == std::string_view::npos);
  std::string quoted(1, quote);
  for (const char c : text) {
    if (doubled.find(c) != std::string_view::npos) quoted += c;
    quoted += c;
  }
  return quoted + quote;
}

// Takes one part off the front.
std::optional<std::string> TakePart(std::string_view& text) {
  std::string part;
  if (!text.starts_with('"')) {
    const size_t end = std::min(text.find('.'), text.size());
    part = text.substr(0, end);
    text.remove_prefix(end);
    if (part.find('"') != std::string::npos) return std::nullopt;
    return part;
  }
  text.remove_prefix(1);
  while (true) {
    const size_t end = text.find('"');
    if (end == std::string_view::npos) return std::nullopt;
    part += text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!text.starts_with('"')) return part;
    part += '"';
    text.remove_prefix(1);
  }
}

}  // namespace

std::string PgIdentifier(std::string_view name) { return Quote(name, "\"", '"'); }

std::string PgLiteral(std::string_view text) {
  const bool has_backslash = text.find('\\') != std::string_view::npos;
  return (has_backslash ? " E" : "") + Quote(text, has_backslash ? "'\\" : "'", '\'');
}

StatusOr<PgRelation> ParseRelation(std::string_view text) {
  std::vector<std::string> parts;
  std::string_view rest = text;
  bool is_whole = rest.find('\0') == std::string_view::npos;
  while (is_whole) {
    const auto part = TakePart(rest);
    is_whole = part.has_value() && !part->empty() && parts.size() < 2;
    if (!is_whole) break;
    parts.push_back(*part);
    if (rest.empty()) break;
    is_whole = rest.starts_with('.');
    rest.remove_prefix(1);
  }
  if (!is_whole) {
    return InvalidArgument("%s is not the name of a table or view: name or schema.name",
                           QuoteText(text).c_str());
  }
  if (parts.size() == 1) return PgRelation{.schema = "public", .name = parts[0]};
  return PgRelation{.schema = parts[0], .name = parts[1]};
}

}  // namespace weir::data::internal
