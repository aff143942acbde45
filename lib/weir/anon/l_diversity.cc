// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/l_diversity.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weir/anon/internal/ratio.h"

namespace weir::anon {
namespace {

using internal::Ratio;

class DistinctModel final : public ClassModel {
 public:
  DistinctModel(const SensitiveAttribute& attribute, uint64_t l)
      : place_(attribute.place), attribute_(attribute.name), l_(l) {}

  bool Holds(const ClassView& view) const override {
    if (view.rows < l_) return false;
    uint64_t values = 0;
    for (const uint64_t rows : view.sensitive[place_]) {
      values += rows > 0 ? 1 : 0;
      if (values >= l_) return true;
    }
    return false;
  }
  Merging merging() const override { return Merging::kOneIsEnough; }
  std::string name() const override {
    return "distinct " + std::to_string(l_) + "-diversity of " + attribute_;
  }
  uint64_t least_rows() const override { return l_; }

 private:
  size_t place_;
  std::string attribute_;
  uint64_t l_;
};

// The largest counts of a class, descending. Recursive diversity asks for the sum of the l - 1
// largest; for the usual small l they need no memory of their own.
class LargestCounts {
 public:
  explicit LargestCounts(size_t size) : size_(size) {
    if (size > kInline) more_.resize(size);
  }
  void Add(uint64_t rows) {
    uint64_t* const counts = begin();
    if (rows <= counts[size_ - 1]) return;
    size_t place = size_ - 1;
    for (; place > 0 && counts[place - 1] < rows; --place) counts[place] = counts[place - 1];
    counts[place] = rows;
  }
  uint64_t Largest() { return *begin(); }
  uint64_t Sum(size_t first) {
    uint64_t sum = 0;
    for (size_t i = 0; i < first; ++i) sum += begin()[i];
    return sum;
  }

 private:
  static constexpr size_t kInline = 32;
  uint64_t* begin() { return size_ > kInline ? more_.data() : few_.data(); }

  size_t size_;
  std::array<uint64_t, kInline> few_ = {};
  std::vector<uint64_t> more_ = {};
};

class RecursiveModel final : public ClassModel {
 public:
  RecursiveModel(const SensitiveAttribute& attribute, Ratio c, std::string c_text, uint64_t l)
      : place_(attribute.place),
        attribute_(attribute.name),
        c_(c),
        c_text_(std::move(c_text)),
        l_(l) {}

  bool Holds(const ClassView& view) const override {
    if (view.rows < l_) return false;
    LargestCounts largest(std::max<uint64_t>(1, l_ - 1));
    for (const uint64_t rows : view.sensitive[place_]) largest.Add(rows);
    const uint64_t rest = view.rows - largest.Sum(l_ - 1);
    return static_cast<uint128>(largest.Largest()) * c_.denominator <
           static_cast<uint128>(rest) * c_.numerator;
  }
  Merging merging() const override { return Merging::kBothNeeded; }
  std::string name() const override {
    return "recursive (" + c_text_ + ", " + std::to_string(l_) + ")-diversity of " + attribute_;
  }
  uint64_t least_rows() const override { return l_; }

 private:
  size_t place_;
  std::string attribute_;
  Ratio c_;
  std::string c_text_;
  uint64_t l_;
};

Status CheckL(const SensitiveAttribute& attribute, uint64_t l) {
  if (l < 1) return InvalidArgument("l must be at least 1, got 0");
  if (l > attribute.values_in_use()) {
    return InvalidArgument("l must not be above the number of values of %s, got %llu",
                           QuoteText(attribute.name).c_str(), static_cast<unsigned long long>(l));
  }
  return OkStatus();
}

}  // namespace

StatusOr<ClassModelPtr> MakeDistinctDiversity(const SensitiveAttribute& attribute, uint64_t l) {
  WEIR_RETURN_IF_ERROR(CheckL(attribute, l));
  return std::make_shared<const DistinctModel>(attribute, l);
}

StatusOr<ClassModelPtr> MakeRecursiveDiversity(const SensitiveAttribute& attribute,
                                               const Decimal& c, uint64_t l) {
  WEIR_RETURN_IF_ERROR(CheckL(attribute, l));
  WEIR_ASSIGN_OR_RETURN(const Ratio ratio,
                        internal::CheckedRatio("c", c, internal::PositiveFactor()));
  return std::make_shared<const RecursiveModel>(attribute, ratio, FormatDecimal(c), l);
}

}  // namespace weir::anon
