// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_CLOSENESS_H_
#define WEIR_ANON_INTERNAL_CLOSENESS_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "weir/anon/internal/ratio.h"
#include "weir/anon/sensitive_attribute.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// t as a limit on work: a distance d between a class of `rows` rows and a table of `total` is the
// integer d * unit * rows * total.
class ClosenessLimit {
 public:
  static StatusOr<ClosenessLimit> Create(const Decimal& t, const SensitiveAttribute& attribute,
                                         uint64_t unit);

  // The largest integer work that a class of so many rows may need.
  uint128 Most(uint64_t rows) const {
    const uint128 product = scale_ * rows;
    if (product >> 64 == 0) return static_cast<uint64_t>(product) / t_.denominator;
    return product / t_.denominator;
  }
  bool Admits(uint128 work, uint64_t rows) const { return work <= Most(rows); }
  // Whether 64 bits hold every sum over the domain for a class of so many rows.
  bool is_narrow(uint64_t rows) const { return is_narrow_ && rows <= total_; }
  const std::string& text() const { return text_; }
  double t() const {
    return static_cast<double>(t_.numerator) / static_cast<double>(t_.denominator);
  }

 private:
  ClosenessLimit(Ratio t, std::string text, uint128 scale, uint64_t total, bool is_narrow)
      : t_(t), text_(std::move(text)), scale_(scale), total_(total), is_narrow_(is_narrow) {}

  Ratio t_;
  std::string text_;
  uint128 scale_;  // numerator of t * unit * total
  uint64_t total_;
  bool is_narrow_;
};

// The least sum over values of max(0, count * total - global * rows) that any class of `rows` rows
// can have: counts nearest to the table's shares.
uint128 LeastExcess(std::span<const uint64_t> global, uint64_t total, uint64_t rows);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_CLOSENESS_H_
