// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/hierarchy_lint.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "weir/anon/internal/edit_distance.h"

namespace weir::anon {
namespace {

constexpr size_t kMostComparedLabels = 2000;
constexpr size_t kShortestCompared = 5;

// A part may hold %s itself: it is not looked at again.
std::string Text(const char* format, const std::string& a, const std::string& b,
                 const std::string& c) {
  std::string text = format;
  size_t at = 0;
  for (const std::string& part : {a, b, c}) {
    at = text.find("%s", at);
    if (at == std::string::npos) break;
    text.replace(at, 2, part);
    at += part.size();
  }
  return text;
}

bool HasDigit(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos;
}

class Linter {
 public:
  explicit Linter(const HierarchyFile& file) : file_(file) {}

  std::vector<Finding> Lint() && {
    if (file_.has_byte_order_mark) {
      Warn(FindingKind::kByteOrderMark, 1,
           "the file begins with a byte order mark; it is passed over here, but other programs "
           "take it for a part of the first value: save the file without");
    }
    CheckDepth();
    CheckGround();
    for (size_t level = 0; level < depth_; ++level) CheckLevel(level);
    if (!file_.has_final_newline) {
      Warn(FindingKind::kNoFinalNewline, file_.lines.back(),
           "the last line does not end with a newline; a line that is appended would become a part "
           "of it: add one");
    }
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Finding> findings;
    findings.reserve(findings_.size());
    for (auto& [line, finding] : findings_) findings.push_back(std::move(finding));
    return findings;
  }

 private:
  void Add(FindingKind kind, bool is_error, size_t line, std::string what) {
    findings_.emplace_back(line, Finding{.kind = kind,
                                         .is_error = is_error,
                                         .place = file_.name + ":" + std::to_string(line),
                                         .what = std::move(what)});
  }
  void Warn(FindingKind kind, size_t line, std::string what) {
    Add(kind, /*is_error=*/false, line, std::move(what));
  }
  void Fail(FindingKind kind, size_t line, std::string what) {
    Add(kind, /*is_error=*/true, line, std::move(what));
  }
  size_t Line(size_t path) const { return file_.lines[path]; }

  void CheckDepth() {
    const size_t depth = file_.paths[0].size();
    depth_ = depth;
    for (size_t i = 1; i < file_.paths.size(); ++i) {
      depth_ = std::min(depth_, file_.paths[i].size());
      if (file_.paths[i].size() == depth) continue;
      Fail(FindingKind::kUnequalDepth, Line(i),
           Text("the line has %s cells and the first line has %s; give each value a label at each "
                "level",
                std::to_string(file_.paths[i].size()), std::to_string(depth), ""));
    }
  }

  void CheckGround() {
    std::unordered_map<std::string_view, size_t> first;
    for (size_t i = 0; i < file_.paths.size(); ++i) {
      const auto [entry, is_new] = first.try_emplace(file_.paths[i][0], i);
      if (is_new) continue;
      Fail(FindingKind::kValueTwice, Line(i),
           Text("the value %s stands in line %s too; keep one of the lines",
                QuoteText(file_.paths[i][0]), std::to_string(Line(entry->second)), ""));
    }
  }

  // Labels of a level in the order of their first lines.
  std::vector<std::pair<std::string_view, size_t>> LabelsOf(size_t level) const {
    std::vector<std::pair<std::string_view, size_t>> labels;
    std::unordered_map<std::string_view, size_t> seen;
    for (size_t i = 0; i < file_.paths.size(); ++i) {
      if (seen.try_emplace(file_.paths[i][level], i).second) {
        labels.emplace_back(file_.paths[i][level], i);
      }
    }
    return labels;
  }

  void CheckLevel(size_t level) {
    const auto labels = LabelsOf(level);
    for (const auto& [label, path] : labels) {
      if (label.empty() || (label.front() != ' ' && label.back() != ' ')) continue;
      Warn(FindingKind::kSpaceAround, Line(path),
           Text("%s at level %s begins or ends with a space; remove it unless the data has it too",
                QuoteText(label), std::to_string(level), ""));
    }
    CheckSpelling(level, labels);
    if (level + 1 < depth_) CheckNesting(level);
    const bool is_highest = level + 1 == file_.paths[0].size();
    if (is_highest && labels.size() > 1) {
      Warn(FindingKind::kNoRoot, Line(labels[1].second),
           Text("the highest level has %s labels, so that it does not join all values; add a level "
                "of * to every line if it may be suppressed",
                std::to_string(labels.size()), "", ""));
    }
  }

  void CheckNesting(size_t level) {
    std::unordered_map<std::string_view, size_t> parent;
    for (size_t i = 0; i < file_.paths.size(); ++i) {
      const GroundPath& path = file_.paths[i];
      const auto [entry, is_new] = parent.try_emplace(path[level], i);
      const GroundPath& other = file_.paths[entry->second];
      if (is_new || other[level + 1] == path[level + 1] || (level == 0)) continue;
      Fail(FindingKind::kNotMonotone, Line(i),
           Text("the label %s lies under %s here and under %s", QuoteText(path[level]),
                QuoteText(path[level + 1]), QuoteText(other[level + 1])) +
               " in line " + std::to_string(Line(entry->second)) +
               "; what is together at a level stays together above it");
    }
  }

  void CheckSpelling(size_t level, const std::vector<std::pair<std::string_view, size_t>>& labels) {
    std::unordered_map<std::string, size_t> folded;
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto [entry, is_new] = folded.try_emplace(internal::FoldLabel(labels[i].first), i);
      if (!is_new) Report(level, labels[entry->second], labels[i]);
    }
    if (level == 0 || labels.size() > kMostComparedLabels) return;
    for (size_t i = 0; i < labels.size(); ++i) {
      for (size_t j = i + 1; j < labels.size(); ++j) {
        if (IsNear(labels[i].first, labels[j].first)) Report(level, labels[i], labels[j]);
      }
    }
  }

  static bool IsNear(std::string_view a, std::string_view b) {
    const size_t length = std::min(a.size(), b.size());
    if (length < kShortestCompared || HasDigit(a) || HasDigit(b)) return false;
    if (internal::FoldLabel(a) == internal::FoldLabel(b)) return false;  // reported already
    return internal::EditDistance(a, b, 1) <= 1;
  }

  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): in the order of the lines
  void Report(size_t level, const std::pair<std::string_view, size_t>& first,
              const std::pair<std::string_view, size_t>& second) {
    Warn(FindingKind::kNearDuplicate, Line(second.second),
         Text("%s at level %s looks like %s", QuoteText(second.first), std::to_string(level),
              QuoteText(first.first)) +
             " of line " + std::to_string(Line(first.second)) +
             "; if they are the same, write them alike");
  }

  const HierarchyFile& file_;
  size_t depth_ = 0;  // that all lines have
  std::vector<std::pair<size_t, Finding>> findings_;
};

}  // namespace

std::vector<Finding> LintHierarchyFile(const HierarchyFile& file) { return Linter(file).Lint(); }

std::vector<Finding> LintCoverage(const RecipeColumn& column, const RuleResult& result,
                                  size_t different_values, std::string_view place) {
  if (result.unplaced.empty()) return {};
  return {{.kind = FindingKind::kNotCovered,
           .is_error = true,
           .place = std::string(place),
           .what = std::to_string(result.unplaced.size()) + " of the " +
                   std::to_string(different_values) + " different values of " + column.name +
                   " have no place here; add them, or declare them as missing (--show-values "
                   "shows which)"}};
}

}  // namespace weir::anon
