// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/beta_likeness.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/anon/internal/least_rows.h"
#include "weir/anon/internal/ratio.h"
#include "weir/anon/internal/share_limit.h"

namespace weir::anon {
namespace {

using internal::Ratio;
using internal::Side;

enum class Likeness { kBasic, kEnhanced };

struct ShareLimit {
  double highest = 0;     // share of the class
  bool is_basic = false;  // whether beta is what limits it
};

class LikenessModel final : public ClassModel {
 public:
  LikenessModel(const SensitiveAttribute& attribute, const Decimal& beta, Ratio ratio,
                Likeness kind)
      : attribute_(attribute), text_(FormatDecimal(beta)), ratio_(ratio), kind_(kind) {
    limits_.reserve(attribute.rows.size());
    for (const uint64_t rows : attribute.rows) limits_.push_back(LimitOf(rows, ToDouble(beta)));
    highest_ = internal::KeptShares(limits_, [](const ShareLimit& limit) { return limit.highest; });
    least_rows_ = internal::LeastRows(limits_.size(), attribute.total, [&](uint64_t rows) {
      uint64_t most = 0;
      for (const ShareLimit& limit : limits_) most += internal::MostRows(limit.highest, rows);
      return most >= rows;
    });
  }

  bool Holds(const ClassView& view) const override {
    if (view.rows < least_rows_) return false;
    const auto counts = view.sensitive[attribute_.place];
    for (size_t value = 0; value < counts.size(); ++value) {
      if (counts[value] == 0) continue;
      const Side side = internal::SideOf(counts[value], limits_[value].highest, view.rows);
      if (side == Side::kAbove) return false;
      if (side == Side::kNear && !IsAtMost(value, counts[value], view.rows)) return false;
    }
    return true;
  }
  Merging merging() const override { return Merging::kBothNeeded; }
  std::string name() const override {
    return std::string(kind_ == Likeness::kBasic ? "basic " : "enhanced ") + text_ +
           "-likeness of " + attribute_.name;
  }
  uint64_t least_rows() const override { return least_rows_; }
  // No value may have more than its highest share of what is kept.
  uint64_t LeastSuppressed(const ClassView& view) const override {
    return std::max<uint64_t>(
        1, internal::LeastSuppressedByShares(view.sensitive[attribute_.place], view.rows,
                                             least_rows_, highest_));
  }

 private:
  ShareLimit LimitOf(uint64_t rows, double beta) const {
    const double share = static_cast<double>(rows) / static_cast<double>(attribute_.total);
    if (kind_ == Likeness::kBasic || rows == 0 || -std::log(share) >= beta) {
      return {.highest = share * (1 + beta), .is_basic = true};
    }
    return {.highest = share * (1 - std::log(share)), .is_basic = false};
  }

  // p <= q (1 + beta), which is count * total * den <= global * rows * (den + num).
  bool IsAtMost(size_t value, uint64_t count, uint64_t rows) const {
    if (!limits_[value].is_basic) {
      return static_cast<double>(count) <= limits_[value].highest * static_cast<double>(rows);
    }
    const uint128 in_class = static_cast<uint128>(count) * attribute_.total;
    const uint128 in_table = static_cast<uint128>(attribute_.rows[value]) * rows;
    return in_class * ratio_.denominator <= in_table * (ratio_.denominator + ratio_.numerator);
  }

  SensitiveAttribute attribute_;
  std::string text_;
  Ratio ratio_;
  Likeness kind_;
  std::vector<ShareLimit> limits_;
  internal::KeptShares highest_;  // of limits_
  uint64_t least_rows_ = 1;
};

StatusOr<ClassModelPtr> MakeLikeness(const SensitiveAttribute& attribute, const Decimal& beta,
                                     Likeness kind) {
  WEIR_ASSIGN_OR_RETURN(const Ratio ratio,
                        internal::CheckedRatio("beta", beta, internal::PositiveFactor()));
  return std::make_shared<const LikenessModel>(attribute, beta, ratio, kind);
}

}  // namespace

StatusOr<ClassModelPtr> MakeBasicLikeness(const SensitiveAttribute& attribute,
                                          const Decimal& beta) {
  return MakeLikeness(attribute, beta, Likeness::kBasic);
}

StatusOr<ClassModelPtr> MakeEnhancedLikeness(const SensitiveAttribute& attribute,
                                             const Decimal& beta) {
  return MakeLikeness(attribute, beta, Likeness::kEnhanced);
}

}  // namespace weir::anon
