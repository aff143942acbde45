// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/attribute_risk.h"

#include <algorithm>
#include <utility>

#include "weir/anon/internal/tuple_index.h"
#include "weir/base/decimal.h"

namespace weir::anon {
namespace {

// Splits the classes of a subset by one more attribute, for all subsets depth first.
class SubsetWalker {
 public:
  SubsetWalker(const TupleTable& table, size_t largest) : table_(table), largest_(largest) {
    for (size_t i = 0; i < table.tuples(); ++i) {
      if (table.rows[i] > 0) tuples_.push_back(i);
    }
    for (const std::vector<uint32_t>& codes : table.codes) {
      uint32_t most = 0;
      for (const uint32_t code : codes) most = std::max(most, code);
      values_.push_back(uint64_t{most} + 1);
    }
  }

  std::vector<AttributeRisk> Walk() {
    Visit(std::vector<uint32_t>(tuples_.size(), 0), 1, 0);
    return std::move(found_);
  }

 private:
  // Below so many a place for every class and value is cheaper than hashing.
  uint64_t MostPlaces() const { return std::max<uint64_t>(4 * tuples_.size(), 4096); }

  struct Split {
    std::vector<uint32_t> class_of;
    uint64_t classes = 0;
  };

  Split SplitBy(const std::vector<uint32_t>& class_of, uint64_t classes, size_t attribute) {
    const std::vector<uint32_t>& codes = table_.codes[attribute];
    Split split = {.class_of = std::vector<uint32_t>(tuples_.size())};
    if (classes * values_[attribute] <= MostPlaces()) {
      places_.assign(classes * values_[attribute], internal::TupleIndex::kNone);
      for (size_t i = 0; i < tuples_.size(); ++i) {
        uint32_t& place = places_[class_of[i] * values_[attribute] + codes[tuples_[i]]];
        if (place == internal::TupleIndex::kNone) place = static_cast<uint32_t>(split.classes++);
        split.class_of[i] = place;
      }
      return split;
    }
    internal::TupleIndex index(1);
    for (size_t i = 0; i < tuples_.size(); ++i) {
      const uint64_t key = (uint64_t{class_of[i]} << 32) | codes[tuples_[i]];
      split.class_of[i] = index.Add(&key);
    }
    split.classes = index.size();
    return split;
  }

  void Measure(const Split& split) {
    sizes_.assign(split.classes, 0);
    uint64_t rows = 0;
    for (size_t i = 0; i < tuples_.size(); ++i) {
      sizes_[split.class_of[i]] += table_.rows[tuples_[i]];
      rows += table_.rows[tuples_[i]];
    }
    uint128 alike = 0;  // ordered pairs of rows in one class
    for (const uint64_t size : sizes_) alike += static_cast<uint128>(size) * (size - 1);
    AttributeRisk risk = {.attributes = subset_, .classes = split.classes};
    if (rows > 0) risk.distinction = static_cast<double>(split.classes) / static_cast<double>(rows);
    if (rows > 1) {
      const uint128 pairs = static_cast<uint128>(rows) * (rows - 1);
      risk.separation = static_cast<double>(pairs - alike) / static_cast<double>(pairs);
    }
    found_.push_back(std::move(risk));
  }

  void Visit(const std::vector<uint32_t>& class_of, uint64_t classes, size_t next) {
    for (size_t attribute = next; attribute < table_.attributes(); ++attribute) {
      subset_.push_back(attribute);
      const Split split = SplitBy(class_of, classes, attribute);
      Measure(split);
      if (subset_.size() < largest_) Visit(split.class_of, split.classes, attribute + 1);
      subset_.pop_back();
    }
  }

  const TupleTable& table_;
  size_t largest_;
  std::vector<size_t> tuples_;    // those with rows
  std::vector<uint64_t> values_;  // by attribute: codes are below
  std::vector<size_t> subset_;
  std::vector<uint32_t> places_;
  std::vector<uint64_t> sizes_;
  std::vector<AttributeRisk> found_;
};

}  // namespace

size_t LargestSubsets(size_t attributes) {
  uint64_t subsets = 0;
  uint64_t of_size = 1;
  for (size_t size = 1; size <= attributes; ++size) {
    of_size = of_size * (attributes - size + 1) / size;
    subsets += of_size;
    if (subsets > kMostSubsets) return std::max<size_t>(size - 1, 1);
  }
  return std::max<size_t>(attributes, 1);
}

StatusOr<std::vector<AttributeRisk>> MeasureAttributeRisks(const TupleTable& table,
                                                           size_t largest) {
  if (largest == 0) return InvalidArgument("subsets must have at least one attribute");
  if (table.tuples() >= internal::TupleIndex::kNone - 1) {
    return ResourceExhausted("too many different combinations of values");
  }
  return SubsetWalker(table, largest).Walk();
}

}  // namespace weir::anon
