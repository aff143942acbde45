// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/delta_disclosure.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "weir/anon/internal/least_rows.h"
#include "weir/anon/internal/share_limit.h"

namespace weir::anon {
namespace {

using internal::Side;

// With counts below 2^44 a factor of 2^40 leaves every product below 2^128.
constexpr double kMostExactDelta = 40;

// The open interval of shares that a value may have in a class.
struct Interval {
  double low = 0;
  double high = 0;
};

class DisclosureModel final : public ClassModel {
 public:
  DisclosureModel(const SensitiveAttribute& attribute, const Decimal& delta)
      : attribute_(attribute), delta_(ToDouble(delta)), text_(FormatDecimal(delta)) {
    is_whole_ =
        std::floor(delta_) == delta_ && delta_ <= kMostExactDelta && attribute.total >> 44 == 0;
    intervals_.reserve(attribute.rows.size());
    for (const uint64_t rows : attribute.rows) {
      const double share = static_cast<double>(rows) / static_cast<double>(attribute.total);
      intervals_.push_back({.low = share * std::exp2(-delta_), .high = share * std::exp2(delta_)});
    }
    highest_ =
        internal::KeptShares(intervals_, [](const Interval& interval) { return interval.high; });
    least_rows_ = internal::LeastRows(intervals_.size(), attribute.total,
                                      [&](uint64_t rows) { return IsPossible(rows); });
  }

  bool Holds(const ClassView& view) const override {
    if (view.rows < least_rows_) return false;
    const auto counts = view.sensitive[attribute_.place];
    for (size_t value = 0; value < counts.size(); ++value) {
      if (counts[value] > 0 && !IsInside(value, counts[value], view.rows)) return false;
    }
    return true;
  }
  Merging merging() const override { return Merging::kNothing; }
  std::string name() const override { return text_ + "-disclosure privacy of " + attribute_.name; }
  uint64_t least_rows() const override { return least_rows_; }
  // No value may have more than its highest share of what is kept. That half of the condition, by
  // itself, needs both; the lower half says nothing.
  uint64_t LeastSuppressed(const ClassView& view) const override {
    return internal::LeastSuppressedByShares(view.sensitive[attribute_.place], view.rows,
                                             least_rows_, highest_);
  }

 private:
  bool IsInside(size_t value, uint64_t count, uint64_t rows) const {
    const Side high = internal::SideOf(count, intervals_[value].high, rows);
    const Side low = internal::SideOf(count, intervals_[value].low, rows);
    if (high == Side::kAbove || low == Side::kBelow) return false;
    return high == Side::kBelow && low == Side::kAbove ? true : IsInsideExactly(value, count, rows);
  }

  bool IsInsideExactly(size_t value, uint64_t count, uint64_t rows) const {
    if (!is_whole_) {
      const auto share = static_cast<double>(count) / static_cast<double>(rows);
      return share > intervals_[value].low && share < intervals_[value].high;
    }
    const auto shift = static_cast<unsigned>(delta_);
    const uint128 in_class = static_cast<uint128>(count) * attribute_.total;
    const uint128 in_table = static_cast<uint128>(attribute_.rows[value]) * rows;
    return in_class < (in_table << shift) && (in_class << shift) > in_table;
  }

  // Whether the largest counts allowed, each by itself, add up to so many rows.
  bool IsPossible(uint64_t rows) const {
    uint64_t most = 0;
    for (size_t value = 0; value < intervals_.size(); ++value) {
      uint64_t count = internal::MostRows(intervals_[value].high, rows);
      if (count > 0 && !IsInside(value, count, rows)) --count;
      if (count > 0 && IsInside(value, count, rows)) most += count;
      if (most >= rows) return true;
    }
    return false;
  }

  SensitiveAttribute attribute_;
  double delta_;
  std::string text_;
  bool is_whole_ = false;
  std::vector<Interval> intervals_;
  internal::KeptShares highest_;  // of intervals_
  uint64_t least_rows_ = 1;
};

}  // namespace

StatusOr<ClassModelPtr> MakeDeltaDisclosure(const SensitiveAttribute& attribute,
                                            const Decimal& delta) {
  if (Compare(delta, MakeDecimal(0, 0)) <= 0 || Compare(delta, MakeDecimal(1000, 0)) > 0) {
    return InvalidArgument("delta must be in (0, 1000], got %s", FormatDecimal(delta).c_str());
  }
  return std::make_shared<const DisclosureModel>(attribute, delta);
}

}  // namespace weir::anon
