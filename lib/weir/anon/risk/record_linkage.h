// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_RECORD_LINKAGE_H_
#define WEIR_ANON_RISK_RECORD_LINKAGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/base/status.h"

namespace weir::anon {

// Nobody that the other file knows.
inline constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();

// The rows of a file that is to be linked with another one.
//
// Shapes: codes by column, then record; a record stands for rows[record] equal rows. Codes and
//         persons need not be of one kind in both files, except that equal persons are one.
struct LinkageTable {
  std::vector<std::vector<uint32_t>> codes;
  std::vector<uint64_t> rows;
  // Who a record is about, or kNobody; empty: not known.
  std::vector<uint32_t> persons = {};
};

struct LinkageTables {
  LinkageTable known;
  LinkageTable published;
};

// The texts of a column, by code.
struct LinkageTexts {
  std::vector<std::string> known;
  std::vector<std::string> published;
};

// How far a published cell is from a known value, in [0, 1]. Pure.
using CellDistance = std::function<double(uint32_t known, uint32_t published)>;

// 0 where the published text is the known one, is `suppressed_text`, or is a label of the known
// value at any level of `hierarchy` (null: there is none). Else, where both are numbers, |a - b|
// divided by the range of the known ones, at most 1. Else 1.
//
// Shapes: the hierarchy must outlive the distance.
// Source: Gower, "A general coefficient of similarity and some of its properties", Biometrics 27,
//         1971.
CellDistance DistanceOfTexts(const LinkageTexts& texts, const Hierarchy* hierarchy,
                             std::string_view suppressed_text);

struct LinkageOptions {
  // All known rows are looked for if that takes at most so many comparisons of two cells, else as
  // many as that allows, at equal distances, but never less than `fewest_targets`.
  uint64_t most_comparisons = 200'000'000;
  uint64_t fewest_targets = 1000;
};

struct LinkageRisk {
  uint64_t known_rows = 0;
  uint64_t published_rows = 0;
  uint64_t targets = 0;
  bool knows_persons = false;
  // Expected number of right links, and their share of the targets. Without persons, that number if
  // the right row is always among the nearest: no attacker of this kind does better.
  double right_links = 0;
  double share = 0;
  // Targets for which all nearest published rows are right; without persons, those for which one
  // published row alone is nearest.
  uint64_t certain_links = 0;
};

// An attacker who knows quasi-identifiers of people takes the nearest published row for each, a
// random one of several that are equally near: how often is it that person's?
//
// Shapes:   m columns in both tables, m distances.
// Assumes:  the attacker weighs all columns alike. Others may do better: with persons this is an
//           estimate from below, where prosecutor risk is one for any attack on unchanged classes.
// Reveals:  facts about the rows: for their owner.
// Errors:   INVALID_ARGUMENT  no column, columns of unequal length, no distance, no target, persons
//                             in one table only.
// Cost:     O(distinct targets * distinct published rows * m).
// Source:   Domingo-Ferrer, Torra, "Disclosure risk assessment in statistical data protection", J.
//           Comput. Appl. Math. 164, 2004 (distance-based record linkage).
StatusOr<LinkageRisk> LinkRecords(const LinkageTables& tables,
                                  std::span<const CellDistance> distances,
                                  const LinkageOptions& options);

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_RECORD_LINKAGE_H_
