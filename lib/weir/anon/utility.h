// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_UTILITY_H_
#define WEIR_ANON_UTILITY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/anon/tuple_table.h"

namespace weir::anon {

// A quasi-identifier as it is published, by tuple.
struct PublishedColumn {
  std::span<const std::string> labels;
  std::span<const uint32_t> codes;  // n, places in `labels`
};

// A table and what became of it. What it points to must outlive it.
struct PublishedTable {
  const TupleTable* table = nullptr;
  std::span<const Hierarchy* const> hierarchies = {};  // one an attribute of the table
  std::vector<PublishedColumn> columns = {};           // as many
  std::vector<bool> suppressed = {};                   // by tuple
};

// How many rows a published label stands for.
struct LabelCount {
  std::string label;
  uint64_t rows_before = 0;  // all rows, suppressed ones too
  uint64_t rows_after = 0;   // those that are not suppressed
};
inline constexpr size_t kMostShownLabels = 20;

// How far the values of one attribute tell rows apart.
struct TellingApart {
  uint64_t values = 0;     // different ones that occur
  double distinction = 0;  // values / rows
  double separation = 0;   // share of the pairs of rows that differ
};

// What is left of one quasi-identifier. Suppressed rows do not count as "after".
struct AttributeUtility {
  // The middle value of rows that are not suppressed, in the hierarchy's order, and its label.
  std::string example_value;
  std::string example_label;
  TellingApart before = {};
  TellingApart after = {};
  // The published labels that most rows have, in the order of their numbers, else of their texts.
  std::vector<LabelCount> labels = {};
  // The rest, and what only suppressed rows would have: `label` is empty.
  uint64_t other_labels = 0;
  LabelCount others = {};
};

// Shapes:  one entry an attribute.
// Reveals: exact facts about the rows; for the owner.
// Cost:    O(tuples * attributes) and the labels.
// Source:  distinction and separation: Motwani, Xu, "Efficient algorithms for masking and finding
//          quasi-identifiers", VLDB 2007, section 2.
std::vector<AttributeUtility> UtilityOf(const PublishedTable& published);

}  // namespace weir::anon

#endif  // WEIR_ANON_UTILITY_H_
