// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/t_closeness.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "weir/anon/internal/closeness.h"
#include "weir/anon/internal/kept_shares.h"
#include "weir/anon/internal/least_rows.h"

namespace weir::anon {
namespace {

using internal::ClosenessLimit;

class EqualModel final : public ClassModel {
 public:
  EqualModel(const SensitiveAttribute& attribute, ClosenessLimit limit)
      : attribute_(attribute), limit_(std::move(limit)) {
    const double scale = 1 / static_cast<double>(attribute.total);
    shares_ = internal::KeptShares(
        attribute.rows, [scale](uint64_t rows) { return static_cast<double>(rows) * scale; });
    least_rows_ = internal::LeastRows(attribute.rows.size(), attribute.total, [&](uint64_t rows) {
      return limit_.Admits(internal::LeastExcess(attribute_.rows, attribute_.total, rows), rows);
    });
  }

  bool Holds(const ClassView& view) const override {
    if (view.rows < least_rows_) return false;
    return limit_.is_narrow(view.rows) ? IsClose<int64_t>(view) : IsClose<int128>(view);
  }
  Merging merging() const override { return Merging::kBothNeeded; }
  std::string name() const override {
    return limit_.text() + "-closeness (equal distance) of " + attribute_.name;
  }
  uint64_t least_rows() const override { return least_rows_; }
  // What is kept of a value is at most its rows; and 1 - t of all that is kept lies within the
  // table's shares.
  uint64_t LeastSuppressed(const ClassView& view) const override {
    const double close = 1 - limit_.t();
    const auto counts = view.sensitive[attribute_.place];
    const internal::PartRows own(counts);
    const auto most_kept = [&](double kept) {
      const internal::KeptBound within = shares_.Within(own, kept);
      return internal::KeptBound{.most = within.most / close, .slope = within.slope / close};
    };
    const uint64_t most = internal::MostKeptRows(view.rows, least_rows_, most_kept);
    return std::max<uint64_t>(1, view.rows - most);
  }

 private:
  // The distance is the part of the class that is in excess of the table's shares.
  template <class Int>
  bool IsClose(const ClassView& view) const {
    const auto rows = static_cast<Int>(view.rows);
    const auto total = static_cast<Int>(attribute_.total);
    const auto counts = view.sensitive[attribute_.place];
    const auto most = static_cast<Int>(limit_.Most(view.rows));
    Int excess = 0;
    for (size_t value = 0; value < counts.size(); ++value) {
      const Int difference =
          static_cast<Int>(counts[value]) * total - static_cast<Int>(attribute_.rows[value]) * rows;
      excess += std::max<Int>(difference, 0);
      if (excess > most) return false;
    }
    return true;
  }

  SensitiveAttribute attribute_;
  ClosenessLimit limit_;
  internal::KeptShares shares_;  // of the table
  uint64_t least_rows_ = 1;
};

class OrderedModel final : public ClassModel {
 public:
  OrderedModel(const SensitiveAttribute& attribute, std::vector<uint32_t> order,
               ClosenessLimit limit)
      : attribute_(attribute), order_(std::move(order)), limit_(std::move(limit)) {
    least_rows_ = internal::LeastRows(order_.size(), attribute.total, [&](uint64_t rows) {
      return limit_.Admits(LeastWork(rows), rows);
    });
  }

  bool Holds(const ClassView& view) const override {
    if (view.rows < least_rows_) return false;
    return limit_.is_narrow(view.rows) ? IsClose<int64_t>(view) : IsClose<int128>(view);
  }
  Merging merging() const override { return Merging::kBothNeeded; }
  std::string name() const override {
    return limit_.text() + "-closeness (ordered distance) of " + attribute_.name;
  }
  uint64_t least_rows() const override { return least_rows_; }

 private:
  // What lies below a value in excess of the table's share must be moved past it.
  template <class Int>
  bool IsClose(const ClassView& view) const {
    const auto rows = static_cast<Int>(view.rows);
    const auto total = static_cast<Int>(attribute_.total);
    const auto counts = view.sensitive[attribute_.place];
    const auto most = static_cast<Int>(limit_.Most(view.rows));
    Int carried = 0;
    Int work = 0;
    for (const uint32_t value : order_) {
      carried +=
          static_cast<Int>(counts[value]) * total - static_cast<Int>(attribute_.rows[value]) * rows;
      work += carried < 0 ? -carried : carried;
      if (work > most) return false;
    }
    return true;
  }

  // Of any class of so many rows: rounding each cumulative share to a multiple of 1 / rows is best
  // for each and, being monotone, a distribution.
  uint128 LeastWork(uint64_t rows) const {
    uint128 below = 0;
    uint128 work = 0;
    for (const uint32_t value : order_) {
      below += static_cast<uint128>(attribute_.rows[value]) * rows;
      const uint128 rest = below % attribute_.total;
      work += std::min(rest, attribute_.total - rest);
    }
    return work;
  }

  SensitiveAttribute attribute_;
  std::vector<uint32_t> order_;
  ClosenessLimit limit_;
  uint64_t least_rows_ = 1;
};

Status CheckOrder(const SensitiveAttribute& attribute, std::span<const uint32_t> order) {
  std::vector<bool> seen(attribute.rows.size(), false);
  for (const uint32_t value : order) {
    if (value >= seen.size() || seen[value]) {
      return InvalidArgument("the order of %s names a value twice or one outside the domain",
                             QuoteText(attribute.name).c_str());
    }
    seen[value] = true;
  }
  if (order.size() != seen.size()) {
    return InvalidArgument("the order of %s must name all of its values",
                           QuoteText(attribute.name).c_str());
  }
  return OkStatus();
}

}  // namespace

StatusOr<ClassModelPtr> MakeEqualCloseness(const SensitiveAttribute& attribute, const Decimal& t) {
  WEIR_ASSIGN_OR_RETURN(ClosenessLimit limit, ClosenessLimit::Create(t, attribute, 1));
  return std::make_shared<const EqualModel>(attribute, std::move(limit));
}

StatusOr<ClassModelPtr> MakeOrderedCloseness(const SensitiveAttribute& attribute, const Decimal& t,
                                             std::span<const uint32_t> order) {
  std::vector<uint32_t> values(order.begin(), order.end());
  if (values.empty()) {
    values.resize(attribute.rows.size());
    std::iota(values.begin(), values.end(), 0);
  }
  WEIR_RETURN_IF_ERROR(CheckOrder(attribute, values));
  const uint64_t unit = std::max<uint64_t>(1, values.size() - 1);
  WEIR_ASSIGN_OR_RETURN(ClosenessLimit limit, ClosenessLimit::Create(t, attribute, unit));
  return std::make_shared<const OrderedModel>(attribute, std::move(values), std::move(limit));
}

}  // namespace weir::anon
