// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_MEASURE_H_
#define WEIR_ANON_INTERNAL_MEASURE_H_

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/anon/internal/grouping.h"
#include "weir/anon/internal/lattice.h"
#include "weir/anon/internal/packing.h"
#include "weir/anon/quality.h"
#include "weir/anon/tuple_table.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// Rows by attribute, level and label: what can be known of a generalization before anything is
// grouped. Exact integers, counted when they are first asked for. Keeps references to both; not
// thread-safe.
class Marginals {
 public:
  Marginals(const Packing& packing, const KeyList& tuples)
      : Marginals(packing, tuples, tuples.rows) {}
  // With other weights than rows, one a tuple.
  Marginals(const Packing& packing, const KeyList& tuples, std::span<const uint64_t> weights)
      : packing_(packing), tuples_(tuples), weights_(weights) {}

  std::span<const uint64_t> at(size_t attribute, size_t level) {
    if (counts_.empty()) Count();
    return counts_[attribute][level];
  }

 private:
  void Count();

  const Packing& packing_;
  KeyList tuples_;
  std::span<const uint64_t> weights_;
  std::vector<std::vector<std::vector<uint64_t>>> counts_;  // attribute, level, label
};

// How good a generalization is; smaller is better. Ratings are compared by `key`, which is the
// score before a last strictly monotone step, and with equal keys by `ranked`, where a measure has
// a list.
struct Rating {
  double key = std::numeric_limits<double>::infinity();
  std::vector<double> ranked = {};

  friend bool operator<(const Rating& a, const Rating& b) {
    return a.key < b.key || (a.key == b.key && a.ranked < b.ranked);
  }
  friend bool operator==(const Rating& a, const Rating& b) = default;
};

// A key to 44 binary digits: sums of equal decimals in different order become equal, so that the
// rule for ties decides and not the rounding. Monotone.
double RoundedKey(double key);

// The whole number that a sum of shares of a domain misses by its rounding.
inline double WholeIfClose(double area) {
  const double whole = std::nearbyint(area);
  return std::abs(area - whole) < 1e-9 * whole ? whole : area;
}

// Of classes with rows.
struct ClassCounts {
  uint64_t all = 0;
  uint64_t suppressed = 0;
  uint64_t suppressed_rows = 0;
};

// Squares of rows of tuples in whole units of 2^shift, so that the sum of them all has room in 64
// bits: exact for a table of fewer than 2^32 rows. Sums do not depend on the order.
class SquareScale {
 public:
  explicit SquareScale(uint64_t total_rows)
      : shift_(std::max(0, 2 * static_cast<int>(std::bit_width(total_rows)) - 64)) {}
  // Rounded down.
  uint64_t SquareOf(uint64_t rows) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<uint64_t>((Wide{rows} * rows) >> shift_);
  }
  double unit() const { return std::ldexp(1.0, shift_); }

 private:
  int shift_;
};

// The classes of one generalization, as a measure sees them. Classes without rows (those of the
// population alone) do not count.
struct RatedClasses {
  KeyList items = {};                           // what was grouped
  std::span<const uint32_t> first = {};         // an item of each class
  std::span<const uint64_t> rows = {};          // of each class
  std::span<const uint8_t> is_suppressed = {};  // of each class
  std::span<const uint64_t> squares = {};       // on the SquareScale; only if needs_squares()
  ClassCounts counts = {};
};

// What the bounds and ratings of a measure ask of classes beside their sizes and which of them are
// suppressed: labels, by an item of each class.
enum class ClassNeeds { kLabels, kLabelsOfSuppressed, kSizes };

// How the parts of attributes make up the key of a bound.
enum class Fold { kSum, kProduct, kMaximum };
// What is folded so far, with the next attribute's part.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the order does not matter
inline double FoldedWith(Fold fold, double folded, double part) {
  if (fold == Fold::kProduct) return folded * part;
  return fold == Fold::kSum ? folded + part : std::max(folded, part);
}

// A measure of quality for one table. Everything is const and thread-safe.
//
// Rate depends on exact integer sums, not on the order of classes. For all levels v and
// suppressions: Bound(v, s) <= Rate(v).key if at least s rows are suppressed, as computed, not only
// up to rounding.
class Measure {
 public:
  virtual ~Measure() = default;

  Fold fold() const { return fold_; }
  // Bound(levels, 0) is the fold of these in the order of attributes.
  double part(size_t attribute, size_t level) const { return parts_[attribute][level]; }
  double FoldOf(const Levels& levels) const;
  // The last step of a fold.
  double Settled(double folded) const { return is_settled_ ? RoundedKey(folded) : folded; }

  virtual double Bound(const Levels& levels, uint64_t suppressed) const = 0;
  // The same for the whole rating.
  virtual Rating BoundRating(const Levels& levels, uint64_t suppressed) const {
    return {.key = Bound(levels, suppressed)};
  }
  virtual Rating Rate(const Levels& levels, const RatedClasses& classes) const = 0;
  // No rating of a more general node has a smaller key; -infinity: nothing is known.
  virtual double BoundAbove(const Levels& levels, const RatedClasses& classes) const;
  // Whether that says something.
  virtual bool has_bound_above() const { return false; }
  virtual ClassNeeds needs() const { return ClassNeeds::kLabels; }
  // No rating of a more special node has a smaller key; -infinity: nothing is known.
  virtual double BoundBelow(const Levels& levels, const RatedClasses& classes) const;
  // What the suppressed rows add at least to each attribute, here and in every more special node,
  // if they are suppressed there, too. Empty: nothing is known.
  virtual std::vector<double> LeastExtra(const Levels&, const RatedClasses&) const { return {}; }
  // Whether that can be more than Bound knows from the number of rows alone.
  virtual bool has_extra() const { return false; }
  // part(attribute, level) with so much added: the fold of these is then a bound.
  virtual double PartWith(size_t attribute, size_t level, double) const {
    return part(attribute, level);
  }
  virtual double Score(const Rating& rating) const { return rating.key; }
  virtual std::string Text(const Rating& rating) const;
  // Whether classes must carry the sum of the squares of the rows of their tuples.
  virtual bool needs_squares() const { return false; }

 protected:
  Fold fold_ = Fold::kSum;
  std::vector<std::vector<double>> parts_;
  bool is_settled_ = false;
};

struct MeasureInput {
  const Packing* packing = nullptr;
  KeyList tuples = {};
  uint64_t rows = 0;               // of all tuples
  Marginals* marginals = nullptr;  // of their rows
  QualityOptions options = {};
  // No class that is not suppressed has fewer rows.
  uint64_t least_class = 1;
};

// Errors: INVALID_ARGUMENT  suppression factor outside [0, 1], weights of another number than
//         attributes or not finite and >= 0, an aggregate for a measure that has none.
StatusOr<std::unique_ptr<Measure>> MakeMeasure(const MeasureInput& input);

// The two kinds: those whose score is put together from attributes, and those of classes.
std::unique_ptr<Measure> MakeAttributeMeasure(const MeasureInput& input);
std::unique_ptr<Measure> MakeClassMeasure(const MeasureInput& input);

// What a suppressed and a generalized value weigh: ARX's factors, so that 1/2 weighs both fully.
struct Factors {
  double generalization = 1;
  double suppression = 1;
};
Factors FactorsOf(double suppression_factor);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_MEASURE_H_
