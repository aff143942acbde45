// SPDX-License-Identifier: Apache-2.0
// Discernibility, average class size, ambiguity and Kullback-Leibler divergence: sums over classes.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "weir/anon/internal/measure.h"

namespace weir::anon::internal {
namespace {

__extension__ using Int128 = __int128;

// Bounds that are computed in another way than the rating stay below it by this part, which is more
// than RoundedKey takes away.
constexpr double kBelow = 1 - 1e-12;

// A sum that does not depend on the order of its terms, since nothing is lost: those of about the
// same size are added as integers. Terms may lie as far apart as they like: areas of fifteen
// attributes do by more than the digits of any one number. Up to 2^40 terms.
class ExactSum {
 public:
  void Add(double term) {
    const auto bits = std::bit_cast<uint64_t>(term);
    const unsigned exponent = bits >> kFraction & kHighest;
    if (exponent == 0) return;  // 0, or next to it
    if (exponent == kHighest) {
      infinite_ += term;
      return;
    }
    const Int128 digits = (bits & ((uint64_t{1} << kFraction) - 1)) | uint64_t{1} << kFraction;
    const Int128 shifted = digits << (exponent % kStep);
    sums_[exponent / kStep] += bits >> 63 != 0 ? -shifted : shifted;
  }
  double Value() const {
    double sum = infinite_;
    for (size_t i = sums_.size(); i-- > 0;) {
      if (sums_[i] == 0) continue;
      sum += std::ldexp(static_cast<double>(sums_[i]), kUnit + kStep * static_cast<int>(i));
    }
    return sum;
  }

 private:
  // Of a double.
  static constexpr int kFraction = 52;
  static constexpr unsigned kHighest = 2047;
  static constexpr int kUnit = -1075;
  static constexpr int kStep = 32;
  std::array<Int128, (kHighest + 1) / kStep> sums_ = {};
  double infinite_ = 0;  // terms without a size
};

class ClassMeasure : public Measure {
 protected:
  explicit ClassMeasure(const MeasureInput& input)
      : packing_(*input.packing),
        rows_(input.rows),
        least_class_(std::max<uint64_t>(1, input.least_class)),
        ignores_suppression_(input.options.ignore_suppression) {}

  bool IsSuppressed(const RatedClasses& classes, size_t id) const {
    return !ignores_suppression_ && classes.is_suppressed.data()[id] != 0;
  }
  // Parts whose product is at least one over the number of possible classes, times `scale`.
  void FoldCells(Marginals& marginals, double scale) {
    fold_ = Fold::kProduct;
    parts_.resize(packing_.attributes());
    for (size_t a = 0; a < parts_.size(); ++a) {
      for (size_t level = 0; level < packing_.hierarchy(a).levels(); ++level) {
        const std::span<const uint64_t> counts = marginals.at(a, level);
        const auto labels =
            std::count_if(counts.begin(), counts.end(), [](uint64_t count) { return count > 0; });
        const double part = 1.0 / static_cast<double>(std::max<int64_t>(1, labels));
        parts_[a].push_back(a == 0 ? part * scale * kBelow : part);
      }
    }
  }

  const Packing& packing_;
  uint64_t rows_;
  uint64_t least_class_;
  bool ignores_suppression_;
};

// Sum over rows of the rows from which each cannot be told (Bayardo and Agrawal 2005); a suppressed
// row cannot be told from any.
class Discernibility final : public ClassMeasure {
 public:
  explicit Discernibility(const MeasureInput& input) : ClassMeasure(input) {
    const auto rows = static_cast<double>(rows_);
    FoldCells(*input.marginals, rows * rows);
  }
  double Bound(const Levels& levels, uint64_t suppressed) const override {
    const double folded = FoldOf(levels);
    if (suppressed == 0 || ignores_suppression_) return folded;
    const uint64_t lost = std::min(suppressed, rows_);
    const Int128 least =
        Int128{rows_} * lost + Int128{rows_ - lost} * std::min(least_class_, rows_);
    return std::max(folded, static_cast<double>(least) * kBelow);
  }
  Rating Rate(const Levels&, const RatedClasses& classes) const override {
    Int128 sum = 0;
    for (size_t id = 0; id < classes.rows.size(); ++id) {
      const uint64_t rows = classes.rows[id];
      sum += Int128{rows} * (IsSuppressed(classes, id) ? rows_ : rows);
    }
    return {.key = static_cast<double>(sum)};
  }
  bool has_bound_above() const override { return true; }
  ClassNeeds needs() const override { return ClassNeeds::kSizes; }
  double BoundAbove(const Levels&, const RatedClasses& classes) const override {
    // Rows of a class that is suppressed here are above in one of least_class_ rows, or suppressed.
    const uint64_t least = ignores_suppression_ ? 0 : std::min(least_class_, rows_);
    Int128 sum = 0;
    for (const uint64_t rows : classes.rows) sum += Int128{rows} * std::max(rows, least);
    return static_cast<double>(sum);
  }
};

// Rows by classes (LeFevre et al. 2006); all suppressed rows are one more class.
class AverageClassSize final : public ClassMeasure {
 public:
  explicit AverageClassSize(const MeasureInput& input)
      : ClassMeasure(input), factors_(FactorsOf(input.options.suppression_factor)) {
    // The more classes the better, so the factors change places.
    std::swap(factors_.generalization, factors_.suppression);
    FoldCells(*input.marginals, static_cast<double>(rows_) / Weight());
  }
  double Bound(const Levels& levels, uint64_t suppressed) const override {
    const double folded = FoldOf(levels);
    if (suppressed == 0 || ignores_suppression_) return folded;
    const double kept = static_cast<double>(rows_ - suppressed) / static_cast<double>(least_class_);
    return std::max(folded, Average(kept, true) * kBelow);
  }
  Rating Rate(const Levels&, const RatedClasses& classes) const override {
    const ClassCounts& counts = classes.counts;
    const uint64_t suppressed = ignores_suppression_ ? 0 : counts.suppressed;
    const auto kept = static_cast<double>(counts.all - suppressed);
    return {.key = Average(kept, suppressed > 0)};
  }
  bool has_bound_above() const override { return true; }
  ClassNeeds needs() const override { return ClassNeeds::kSizes; }
  double BoundAbove(const Levels&, const RatedClasses& classes) const override {
    const ClassCounts& counts = classes.counts;
    const double of_all =
        static_cast<double>(rows_) / (static_cast<double>(counts.all) * Weight()) * kBelow;
    if (ignores_suppression_) return of_all;
    // A class that is kept above has a class that is kept here, or is made of suppressed ones.
    return std::max(
        of_all, LeastOf(counts.all - counts.suppressed + counts.suppressed_rows / least_class_));
  }
  // A class here has room for so many that are kept below.
  double BoundBelow(const Levels&, const RatedClasses& classes) const override {
    if (ignores_suppression_) return -std::numeric_limits<double>::infinity();
    uint64_t most = 0;
    const bool is_narrow = (rows_ | least_class_) >> 32 == 0;
    for (const uint64_t rows : classes.rows) {
      most += is_narrow ? static_cast<uint32_t>(rows) / static_cast<uint32_t>(least_class_)
                        : rows / least_class_;
    }
    return LeastOf(most);
  }

 private:
  // The least average if no more classes are kept.
  double LeastOf(uint64_t most_kept) const {
    const double classes = static_cast<double>(most_kept);
    return std::min(Average(classes, true), Average(classes, false)) * kBelow;
  }
  double Weight() const { return std::max(factors_.generalization, factors_.suppression); }
  double Average(double kept, bool has_suppressed) const {
    const double classes =
        kept * factors_.generalization + (has_suppressed ? factors_.suppression : 0.0);
    return static_cast<double>(rows_) / classes;
  }
  Factors factors_;
};

// How many ground tuples a label stands for, by attribute, level and label.
class Areas {
 public:
  explicit Areas(const Packing& packing) : packing_(packing), of_(packing.attributes()) {
    for (size_t a = 0; a < of_.size(); ++a) {
      const Hierarchy& hierarchy = packing.hierarchy(a);
      all_ *= hierarchy.domain_size();
      for (size_t level = 0; level < hierarchy.levels(); ++level) {
        std::vector<double>& areas = of_[a].emplace_back();
        for (uint32_t label = 0; label < hierarchy.size(level); ++label) {
          areas.push_back(WholeIfClose(hierarchy.share(level, label) * hierarchy.domain_size()));
          are_whole_ &= areas.back() == std::nearbyint(areas.back());
        }
      }
      least_ *= *std::min_element(of_[a][0].begin(), of_[a][0].end());
    }
  }
  double all() const { return all_; }
  // Of no tuple more than of any: 1, but where the values of an interval share its width.
  double least() const { return least_; }
  // Whether sums of areas, if they have room in a double, are exact.
  bool are_whole() const { return are_whole_; }
  const std::vector<double>& at(size_t a, size_t level) const { return of_[a][level]; }
  double OfClass(const Levels& levels, const RatedClasses& classes, size_t id) const {
    double area = 1;
    const size_t item = classes.first[id];
    for (size_t a = 0; a < of_.size(); ++a) {
      const BitField& field = packing_.field(a);
      const uint64_t word = classes.items.keys.data()[field.word * classes.items.size + item];
      const uint32_t label = packing_.hierarchy(a).codes(levels[a]).data()[field.Of(word)];
      area *= of_[a][levels[a]].data()[label];
    }
    return area;
  }

 private:
  const Packing& packing_;
  std::vector<std::vector<std::vector<double>>> of_;
  double all_ = 1;
  double least_ = 1;
  bool are_whole_ = true;
};

// Sum over rows of the ground tuples that each may have been (Goldberger and Tassa 2010).
class Ambiguity final : public ClassMeasure {
 public:
  explicit Ambiguity(const MeasureInput& input) : ClassMeasure(input), areas_(packing_) {
    Marginals& marginals = *input.marginals;
    fold_ = Fold::kProduct;
    parts_.resize(packing_.attributes());
    const auto rows = static_cast<double>(rows_);
    for (size_t a = 0; a < parts_.size(); ++a) {
      for (size_t level = 0; level < packing_.hierarchy(a).levels(); ++level) {
        // A mean of products is at least the product of geometric means (Jensen).
        double logarithms = 0;
        for (size_t label = 0; label < areas_.at(a, level).size(); ++label) {
          logarithms += static_cast<double>(marginals.at(a, level)[label]) *
                        std::log(areas_.at(a, level)[label]);
        }
        const double part = std::exp(logarithms / std::max(rows, 1.0)) * kBelow;
        parts_[a].push_back(a == 0 ? part * rows * kBelow : part);
      }
    }
  }
  double Bound(const Levels& levels, uint64_t suppressed) const override {
    const double folded = FoldOf(levels);
    if (suppressed == 0 || ignores_suppression_) return folded;
    const uint64_t lost = std::min(suppressed, rows_);
    const double least = static_cast<double>(lost) * areas_.all() +
                         static_cast<double>(rows_ - lost) * areas_.least();
    return std::max(folded, least * kBelow);
  }
  Rating Rate(const Levels& levels, const RatedClasses& classes) const override {
    const double sum = Sum(levels, classes, !ignores_suppression_);
    return {.key = areas_.are_whole() ? sum : RoundedKey(sum)};
  }
  bool has_bound_above() const override { return true; }
  double BoundAbove(const Levels& levels, const RatedClasses& classes) const override {
    return Sum(levels, classes, false) * kBelow;
  }

 private:
  double Sum(const Levels& levels, const RatedClasses& classes, bool with_suppression) const {
    ExactSum sum;
    for (size_t id = 0; id < classes.rows.size(); ++id) {
      if (classes.rows[id] == 0) continue;
      const double area = with_suppression && classes.is_suppressed[id] != 0
                              ? areas_.all()
                              : areas_.OfClass(levels, classes, id);
      sum.Add(static_cast<double>(classes.rows[id]) * area);
    }
    return sum.Value();
  }
  Areas areas_;
};

// Divergence of the density that the output allows (rows spread evenly over the area of their
// class, suppressed ones over all) from that of the input, summed over the rows of the input
// (Kifer and Gehrke 2006; the sum over rows is ARX's).
class KullbackLeibler final : public ClassMeasure {
 public:
  explicit KullbackLeibler(const MeasureInput& input)
      : ClassMeasure(input), areas_(packing_), scale_(input.rows) {
    const auto rows = static_cast<double>(std::max<uint64_t>(1, rows_));
    std::vector<uint64_t> squares;
    squares.reserve(input.tuples.size);
    for (const uint64_t count : input.tuples.rows) {
      squares.push_back(scale_.SquareOf(count));
      if (count == 0) continue;
      const auto own = static_cast<double>(count);
      input_ += own * own / rows * std::log2(own / rows);
    }
    Marginals marginals(packing_, input.tuples, squares);
    fold_ = Fold::kSum;
    parts_.resize(packing_.attributes());
    for (size_t a = 0; a < parts_.size(); ++a) {
      for (size_t level = 0; level < packing_.hierarchy(a).levels(); ++level) {
        double part = 0;
        for (size_t label = 0; label < areas_.at(a, level).size(); ++label) {
          part += static_cast<double>(marginals.at(a, level)[label]) *
                  std::log2(areas_.at(a, level)[label]);
        }
        // Areas below 1 have logarithms below 0.
        part = part * scale_.unit() / rows * (part < 0 ? 2 - kBelow : kBelow);
        parts_[a].push_back(a == 0 ? part + input_ - 1e-9 * (1 + std::abs(input_)) : part);
      }
    }
  }
  bool needs_squares() const override { return true; }
  double Bound(const Levels& levels, uint64_t) const override { return FoldOf(levels); }
  Rating Rate(const Levels& levels, const RatedClasses& classes) const override {
    const auto rows = static_cast<double>(rows_);
    ExactSum bits;
    uint64_t suppressed_rows = 0;
    uint64_t suppressed_squares = 0;
    for (size_t id = 0; id < classes.rows.size(); ++id) {
      if (classes.rows[id] == 0) continue;
      if (IsSuppressed(classes, id)) {
        suppressed_rows += classes.rows[id];
        suppressed_squares += classes.squares[id];
        continue;
      }
      const double density = static_cast<double>(classes.rows[id]) / rows;
      bits.Add(static_cast<double>(classes.squares[id]) * scale_.unit() *
               std::log2(density / areas_.OfClass(levels, classes, id)));
    }
    if (suppressed_rows > 0) {
      const double density = static_cast<double>(suppressed_rows) / rows;
      bits.Add(static_cast<double>(suppressed_squares) * scale_.unit() *
               std::log2(density / areas_.all()));
    }
    return {.key = RoundedKey(input_ - bits.Value() / rows)};
  }

 private:
  Areas areas_;
  SquareScale scale_;
  double input_ = 0;  // sum over rows of f log2 f
};

}  // namespace

std::unique_ptr<Measure> MakeClassMeasure(const MeasureInput& input) {
  switch (input.options.measure) {
    case v1::QUALITY_MEASURE_AVERAGE_CLASS_SIZE:
      return std::make_unique<AverageClassSize>(input);
    case v1::QUALITY_MEASURE_AMBIGUITY:
      return std::make_unique<Ambiguity>(input);
    case v1::QUALITY_MEASURE_KL_DIVERGENCE:
      return std::make_unique<KullbackLeibler>(input);
    default:
      return std::make_unique<Discernibility>(input);
  }
}

}  // namespace weir::anon::internal
