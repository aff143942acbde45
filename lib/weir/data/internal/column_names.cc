// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/column_names.h"

#include <algorithm>

#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

Status NotUtf8(const std::string& name) {
  return InvalidArgument(
      "no column \"%s\", and its header is not UTF-8: it may be compressed, or in another encoding",
      name.c_str());
}

// Whether the first line of a text file has one of the names that are asked for: then it is a
// header. Else it may be a row of values, which no message may show.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as in FindInHeader
bool IsHeader(const std::vector<std::string>& line, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&line](const std::string& name) {
    return std::find(line.begin(), line.end(), name) != line.end();
  });
}

Status NoHeader(const std::string& name, const std::vector<std::string>& line) {
  if (!std::all_of(line.begin(), line.end(), IsUtf8)) return NotUtf8(name);
  return InvalidArgument(
      "no column \"%s\", nor any other that is asked for: the first line must be a header, and the "
      "delimiter the file's",
      name.c_str());
}

}  // namespace

// The names come from the file: they must not steer a terminal.
Status NoColumn(const std::string& name, const std::vector<std::string>& found) {
  constexpr size_t kMostShown = 50;
  std::string list;
  for (size_t i = 0; i < std::min(found.size(), kMostShown); ++i) {
    list += (list.empty() ? "" : ", ") + found[i];
  }
  if (found.size() > kMostShown) list += ", ...";
  if (!IsUtf8(list)) return NotUtf8(name);
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  std::replace_if(list.begin(), list.end(), is_control, '?');
  return InvalidArgument("no column \"%s\"; it has: %s", name.c_str(), list.c_str());
}

StatusOr<size_t> FindName(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return NoColumn(name, names);
  if (std::find(found + 1, names.end(), name) != names.end()) {
    return InvalidArgument("two columns \"%s\"", name.c_str());
  }
  return static_cast<size_t>(found - names.begin());
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): what is there, then what is wanted
StatusOr<std::vector<size_t>> FindInHeader(const std::vector<std::string>& line,
                                           const std::vector<std::string>& names) {
  if (!names.empty() && !IsHeader(line, names)) return NoHeader(names.front(), line);
  std::vector<size_t> positions;
  positions.reserve(names.size());
  for (const std::string& name : names) {
    WEIR_ASSIGN_OR_RETURN(const size_t position, FindName(line, name));
    positions.push_back(position);
  }
  return positions;
}

}  // namespace weir::data::internal
