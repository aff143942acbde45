// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_MODEL_SUPPORT_H_
#define WEIR_TESTS_ANON_MODEL_SUPPORT_H_

#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/anon/model.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/base/decimal.h"

namespace weir::anon::test {

using Counts = std::vector<uint64_t>;

// A decimal that the test writes itself.
inline Decimal Dec(std::string_view text) { return *ParseDecimal(text); }

// The only sensitive attribute of a table with so many rows of each value.
inline SensitiveAttribute Disease(Counts rows) {
  const uint64_t total = std::accumulate(rows.begin(), rows.end(), uint64_t{0});
  return {.name = "disease", .place = 0, .rows = std::move(rows), .total = total};
}

// Whether a class with so many rows of each value holds.
inline bool Holds(const ClassModel& model, const Counts& counts) {
  const uint64_t rows = std::accumulate(counts.begin(), counts.end(), uint64_t{0});
  const std::span<const uint64_t> values = counts;
  return model.Holds({.rows = rows, .units = rows, .population = rows, .sensitive = {&values, 1}});
}

inline Counts Together(const Counts& a, const Counts& b) {
  Counts sum = a;
  for (size_t i = 0; i < b.size(); ++i) sum[i] += b[i];
  return sum;
}

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_MODEL_SUPPORT_H_
