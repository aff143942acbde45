// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_TUPLE_COUNTER_H_
#define WEIR_ANON_INTERNAL_TUPLE_COUNTER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/anon/model.h"
#include "weir/anon/tuple_table.h"

namespace weir::anon::internal {

// Counts what some tuples of a table hold together, plainly: each time from the tuples themselves.
// `table` must outlive it. Not thread-safe.
class TupleCounter {
 public:
  explicit TupleCounter(const TupleTable& table);

  uint64_t RowsOf(std::span<const uint32_t> tuples) const;
  // Distinct ones, exact up to the table's cap; rows if the table names no privacy unit.
  uint64_t UnitsOf(std::span<const uint32_t> tuples) const;
  // 0 without a population table.
  uint64_t PopulationOf(std::span<const uint32_t> tuples) const;
  // As a class. Valid until the next call.
  ClassView ViewOf(std::span<const uint32_t> tuples);

 private:
  const TupleTable& table_;
  std::vector<std::vector<uint64_t>> counts_;  // by sensitive attribute: rows by value
  std::vector<std::span<const uint64_t>> views_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_TUPLE_COUNTER_H_
