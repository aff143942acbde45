// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/column_names.h"

#include <algorithm>

#include "weir/data/internal/value_text.h"

namespace weir::data::internal {

// The names come from the file: they must not steer a terminal.
Status NoColumn(const std::string& name, const std::vector<std::string>& found) {
  constexpr size_t kMostShown = 50;
  std::string list;
  for (size_t i = 0; i < std::min(found.size(), kMostShown); ++i) {
    list += (list.empty() ? "" : ", ") + found[i];
  }
  if (found.size() > kMostShown) list += ", ...";
  if (!IsUtf8(list)) {
    return InvalidArgument(
        "no column \"%s\", and its header is not UTF-8: it may be compressed, or "
        "in another encoding",
        name.c_str());
  }
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

}  // namespace weir::data::internal
