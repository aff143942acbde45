// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/hierarchy_rules.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "weir/anon/internal/rule_makers.h"

namespace weir::anon {
namespace {

RuleResult ApplyFile(const HierarchyFile& file, std::span<const std::string_view> values) {
  RuleResult result = {.paths = file.paths, .weights = {}, .unplaced = {}};
  std::unordered_set<std::string_view> known;
  known.reserve(file.paths.size());
  for (const GroundPath& path : file.paths) known.insert(path[0]);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty() || known.contains(values[i])) continue;
    result.unplaced.push_back(static_cast<uint32_t>(i));
  }
  return result;
}

RuleResult KeepOrSuppress(std::span<const std::string_view> values) {
  RuleResult result;
  result.paths.reserve(values.size());
  for (const std::string_view value : values) {
    if (!value.empty()) result.paths.push_back({std::string(value), std::string(kSuppressed)});
  }
  return result;
}

StatusOr<RuleResult> ApplyToPresent(const RecipeColumn& column,
                                    std::span<const std::string_view> values,
                                    const HierarchyFile* file) {
  if (!column.hierarchy.has_value()) return KeepOrSuppress(values);
  const v1::HierarchyRule& rule = *column.hierarchy;
  if (!rule.csv().empty()) {
    if (file == nullptr) {
      return Internal("the hierarchy file of %s was not read", column.name.c_str());
    }
    return ApplyFile(*file, values);
  }
  if (rule.has_interval()) return internal::ApplyInterval(rule.interval(), column.type, values);
  if (rule.has_order()) return internal::ApplyOrder(rule.order(), values);
  if (rule.has_prefix()) return internal::ApplyPrefix(rule.prefix(), values);
  if (rule.has_date()) return internal::ApplyDate(rule.date(), values);
  if (rule.has_grid()) return internal::ApplyGrid(rule.grid(), values);
  return internal::ApplyArea(rule.area(), values);
}

// The missing value lies under no label but the root.
void AddMissing(std::span<const std::string_view> values, RuleResult& result) {
  const bool occurs =
      std::any_of(values.begin(), values.end(), [](std::string_view v) { return v.empty(); });
  if (!occurs) return;
  for (const GroundPath& path : result.paths) {
    if (path[0].empty()) return;
  }
  if (result.paths.empty()) {
    result.paths.push_back({"", std::string(kSuppressed)});
    return;
  }
  const GroundPath& first = result.paths[0];
  GroundPath missing(first.size());
  const bool has_root =
      std::all_of(result.paths.begin(), result.paths.end(),
                  [&first](const GroundPath& path) { return path.back() == first.back(); });
  if (has_root && first.size() > 1) missing.back() = first.back();
  result.paths.push_back(std::move(missing));
  if (!result.weights.empty()) result.weights.push_back(1.0);
}

}  // namespace

StatusOr<RuleResult> ApplyRule(const RecipeColumn& column, std::span<const std::string_view> values,
                               const HierarchyFile* file) {
  WEIR_ASSIGN_OR_RETURN(RuleResult result, ApplyToPresent(column, values, file));
  AddMissing(values, result);
  return result;
}

StatusOr<Hierarchy> BuildHierarchy(const RecipeColumn& column,
                                   std::span<const std::string_view> values,
                                   const HierarchyFile* file) {
  WEIR_ASSIGN_OR_RETURN(const RuleResult result, ApplyRule(column, values, file));
  if (!result.unplaced.empty()) {
    return InvalidArgument(
        "%zu of the %zu different values of %s have no place in %s; add them, or declare them as "
        "missing (`weir recipe check --show-values` shows which)",
        result.unplaced.size(), values.size(), column.name.c_str(),
        file != nullptr ? file->name.c_str() : "its hierarchy");
  }
  StatusOr<Hierarchy> hierarchy = Hierarchy::Create(result.paths, result.weights);
  if (!hierarchy.ok() && file != nullptr) return Annotate(hierarchy.status(), file->name);
  return hierarchy;
}

}  // namespace weir::anon
