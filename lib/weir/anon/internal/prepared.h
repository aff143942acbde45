// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_PREPARED_H_
#define WEIR_ANON_INTERNAL_PREPARED_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "weir/anon/internal/lattice.h"
#include "weir/anon/internal/measure.h"
#include "weir/anon/internal/packing.h"
#include "weir/anon/search.h"

namespace weir::anon::internal {

// A rule of k on some of the attributes. The others are generalized to one label in a packing of
// its own, whose keys are those of the whole table.
struct PartialRule {
  uint64_t k = 1;
  bool count_units = false;
  std::vector<uint8_t> is_used = {};  // by attribute
  std::vector<Hierarchy> others = {};
  std::unique_ptr<Packing> packing = nullptr;

  Levels Restrict(const Levels& levels) const;
};

// A search problem after validation, with what is computed once.
struct Prepared {
  const SearchProblem* problem = nullptr;
  std::unique_ptr<Packing> packing = nullptr;
  std::vector<uint64_t> keys = {};
  std::vector<uint64_t> squares =
      {};  // of each tuple's rows (SquareScale), if the measure needs them
  KeyList tuples = {};
  // By sensitive attribute, if uses_sensitive: the tuple of each entry of its counts.
  std::vector<std::vector<uint32_t>> tuple_of_count = {};
  // Without the levels that no node within the limit has.
  std::unique_ptr<Lattice> lattice = nullptr;
  uint64_t nodes_total = 0;                        // with them
  std::unique_ptr<Marginals> marginals = nullptr;  // of the tuples
  std::unique_ptr<Measure> measure = nullptr;

  uint64_t limit_rows = 0;

  // Rules on all attributes.
  uint64_t least_rows = 1;  // no class of fewer rows can be kept
  uint64_t least_units = 0;
  uint64_t least_population = 0;
  std::vector<PartialRule> partial_rules = {};
  // Class models in the order of use: those of Merging::kOneIsEnough first.
  std::vector<const ClassModel*> monotone_models = {};
  std::vector<const ClassModel*> other_models = {};
  bool judges_empty_classes = false;
  bool uses_sensitive = false;
  bool uses_units = false;

  const TupleTable& table() const { return *problem->table; }
  // The rows that may be suppressed: the problem's limit, or 0 where nothing is gained by any.
  uint64_t limit() const { return limit_rows; }
  bool has_population() const { return !problem->table->population.empty(); }
  // Whether the lattice leaves out the ground values of some attribute.
  bool is_above_ground() const;
  // Whether class sizes in rows decide what is suppressed.
  bool is_by_rows_alone() const;
  // Whether they decide everything.
  bool is_of_sizes() const { return measure->needs() == ClassNeeds::kSizes && is_by_rows_alone(); }
};

// Errors: INVALID_ARGUMENT  the parts of the problem do not fit together.
StatusOr<std::unique_ptr<Prepared>> Prepare(const SearchProblem& problem);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_PREPARED_H_
