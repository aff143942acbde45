// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_RECORD_LINKAGE_H_
#define WEIR_ANON_RISK_RECORD_LINKAGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/base/status.h"

namespace weir::anon {

// One quasi-identifier before and after.
//
// Shapes: a code a row, row i of both about the same person; codes of `original` and `published`
//         need not be of one kind.
struct LinkageColumn {
  std::span<const uint32_t> original = {};
  std::span<const uint32_t> published = {};
  // How far a published cell is from a known value, in [0, 1]. Pure.
  std::function<double(uint32_t original, uint32_t published)> distance = {};
};

// 0 where the label at `level` covers the value, else 1. The published code of a suppressed cell is
// the number of labels: it covers everything.
std::function<double(uint32_t, uint32_t)> CoverDistance(const Hierarchy& hierarchy, size_t level);
// |a - b| / range, at most 1; numbers by code. The distance of Gower, "A general coefficient of
// similarity and some of its properties", Biometrics 27, 1971.
std::function<double(uint32_t, uint32_t)> NumberDistance(std::vector<double> original,
                                                         std::vector<double> published);

struct LinkageOptions {
  // Rows that the attacker looks for: all, or so many at equal distances.
  size_t most_targets = 1000;
};

struct LinkageRisk {
  uint64_t targets = 0;
  // Expected number of right links, and their share of the targets.
  double right_links = 0;
  double share = 0;
  // Targets for which one published row alone is nearest and is theirs.
  uint64_t certain_links = 0;
};

// An attacker who knows the original quasi-identifiers of a person takes the nearest published row,
// a random one of several that are equally near: how often is it that person's?
//
// Shapes:   m columns of n rows; `is_published` by row, or empty if all are. A row that is left out
//           cannot be found.
// Assumes:  the attacker weighs all columns alike and knows the original values exactly. Others may
//           do better: this is an estimate from below, where prosecutor risk is one for any attack
//           on unchanged classes.
// Reveals:  facts about the rows: for their owner.
// Errors:   INVALID_ARGUMENT  no column, columns of unequal length, no distance, no target.
// Cost:     O(targets * distinct published rows * m).
// Source:   Domingo-Ferrer, Torra, "Disclosure risk assessment in statistical data protection", J.
//           Comput. Appl. Math. 164, 2004 (distance-based record linkage).
StatusOr<LinkageRisk> LinkRecords(std::span<const LinkageColumn> columns,
                                  const std::vector<bool>& is_published,
                                  const LinkageOptions& options);

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_RECORD_LINKAGE_H_
