// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/hierarchy.h"

#include <cmath>
#include <limits>
#include <utility>

namespace weir::anon {
namespace {

// The labels of one level, coded in the order in which they first occur.
struct CodedLevel {
  std::vector<uint32_t> codes;
  std::vector<std::string> labels;
};

CodedLevel CodeLevel(const std::vector<GroundPath>& paths, size_t level) {
  CodedLevel coded;
  coded.codes.reserve(paths.size());
  std::unordered_map<std::string_view, uint32_t> seen;
  for (const GroundPath& path : paths) {
    const auto [entry, added] =
        seen.try_emplace(path[level], static_cast<uint32_t>(coded.labels.size()));
    if (added) coded.labels.push_back(path[level]);
    coded.codes.push_back(entry->second);
  }
  return coded;
}

Status CheckShape(const std::vector<GroundPath>& paths, std::span<const double> weights) {
  if (paths.empty()) return InvalidArgument("a hierarchy needs at least one value");
  if (paths.size() >= std::numeric_limits<uint32_t>::max()) {
    return InvalidArgument("a hierarchy has at most 2^32 - 2 values");
  }
  if (paths[0].empty()) return InvalidArgument("a hierarchy needs at least one level");
  for (size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].size() == paths[0].size()) continue;
    return InvalidArgument("value %zu of the hierarchy has %zu levels, the first has %zu", i + 1,
                           paths[i].size(), paths[0].size());
  }
  if (!weights.empty() && weights.size() != paths.size()) {
    return InvalidArgument("a hierarchy of %zu values has %zu weights", paths.size(),
                           weights.size());
  }
  for (const double weight : weights) {
    if (!(weight > 0) || !std::isfinite(weight)) {
      return InvalidArgument("weights of values must be positive, got %g", weight);
    }
  }
  return OkStatus();
}

// Whether every label of `low` lies under one label of `high`.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): two levels of one kind
Status CheckNested(const CodedLevel& low, const CodedLevel& high, size_t level) {
  constexpr uint32_t kUnset = std::numeric_limits<uint32_t>::max();
  std::vector<uint32_t> parent(low.labels.size(), kUnset);
  for (size_t i = 0; i < low.codes.size(); ++i) {
    uint32_t& known = parent[low.codes[i]];
    if (known == kUnset) known = high.codes[i];
    if (known == high.codes[i]) continue;
    return InvalidArgument(
        "the label \"%s\" of level %zu lies under both \"%s\" and \"%s\" of level %zu",
        low.labels[low.codes[i]].c_str(), level, high.labels[known].c_str(),
        high.labels[high.codes[i]].c_str(), level + 1);
  }
  return OkStatus();
}

}  // namespace

StatusOr<Hierarchy> Hierarchy::Create(const std::vector<GroundPath>& paths,
                                      std::span<const double> weights) {
  WEIR_RETURN_IF_ERROR(CheckShape(paths, weights));
  Hierarchy hierarchy;
  CodedLevel below;
  for (size_t level = 0; level < paths[0].size(); ++level) {
    CodedLevel coded = CodeLevel(paths, level);
    if (level == 0 && coded.labels.size() != paths.size()) {
      return InvalidArgument("a value stands twice in the hierarchy: %zu values, %zu different",
                             paths.size(), coded.labels.size());
    }
    if (level > 0) WEIR_RETURN_IF_ERROR(CheckNested(below, coded, level - 1));
    below = coded;
    hierarchy.codes_.push_back(std::move(coded.codes));
    hierarchy.labels_.push_back(std::move(coded.labels));
  }
  for (size_t i = 0; i < paths.size(); ++i) {
    hierarchy.domain_size_ += weights.empty() ? 1.0 : weights[i];
    hierarchy.ground_.emplace(paths[i][0], static_cast<uint32_t>(i));
  }
  for (size_t level = 0; level < hierarchy.codes_.size(); ++level) {
    std::vector<double> sums(hierarchy.labels_[level].size(), 0.0);
    for (size_t i = 0; i < paths.size(); ++i) {
      sums[hierarchy.codes_[level][i]] += weights.empty() ? 1.0 : weights[i];
    }
    for (double& sum : sums) sum /= hierarchy.domain_size_;
    hierarchy.shares_.push_back(std::move(sums));
  }
  return hierarchy;
}

std::optional<uint32_t> Hierarchy::Find(std::string_view ground) const {
  const auto found = ground_.find(std::string(ground));
  if (found == ground_.end()) return std::nullopt;
  return found->second;
}

}  // namespace weir::anon
