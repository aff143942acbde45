// SPDX-License-Identifier: Apache-2.0
// Hierarchy files: what is read and written again, every cell in quotes, reads back the same, and
// what the check of the owner finds no error in is a hierarchy.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/anon/hierarchy.h"
#include "weir/anon/hierarchy_file.h"
#include "weir/anon/hierarchy_lint.h"
#include "weir/base/status.h"

namespace weir::anon {
namespace {

constexpr char kDelimiter = ';';

std::string Write(const HierarchyFile& file) {
  std::string text;
  for (const GroundPath& path : file.paths) {
    for (size_t i = 0; i < path.size(); ++i) {
      if (i > 0) text += kDelimiter;
      text += '"';
      for (const char c : path[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace
}  // namespace weir::anon

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::anon;  // NOLINT(google-build-using-namespace)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = ParseHierarchyFile(text, "h.csv", kDelimiter);
  if (!file.ok()) return 0;
  WEIR_CHECK(!file->paths.empty() && file->lines.size() == file->paths.size());
  const auto again = ParseHierarchyFile(Write(*file), "h.csv", kDelimiter);
  WEIR_CHECK(again.ok() && again->paths == file->paths);
  const auto findings = LintHierarchyFile(*file);
  const bool has_error = std::any_of(findings.begin(), findings.end(),
                                     [](const Finding& finding) { return finding.is_error; });
  const auto hierarchy = Hierarchy::Create(file->paths);
  WEIR_CHECK(hierarchy.ok() == !has_error);
  if (hierarchy.ok()) WEIR_CHECK(hierarchy->levels() == file->paths.front().size());
  return 0;
}
