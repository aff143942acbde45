// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/quantile_counts.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace weir::dp {
namespace {

constexpr uint32_t kMostLeaves = 1U << 24;
constexpr uint32_t kMostLevels = 24;
constexpr int64_t kTotalLimit = int64_t{1} << 62;
// A flat state is made where this share of the leaves is used.
constexpr size_t kFlatShare = 4;

uint64_t Power(uint64_t base, uint32_t exponent) {
  uint64_t power = 1;
  for (uint32_t i = 0; i < exponent; ++i) power *= base;
  return power;
}

// Smallest b with b^height >= leaves, at least 2.
uint32_t BranchingFor(uint32_t leaves, uint32_t height) {
  uint32_t branching = 2;
  while (height == 1 ? branching < leaves : Power(branching, height) < leaves) ++branching;
  return branching;
}

struct Layout {
  uint32_t height;
  uint32_t branching;
};

// The noise of a family of b nodes enters a rank in their midst with (b - 1/b)/6 of their variance
// on average, and that of the root's family with up to 1/4 of its own number.
double WeightOf(uint32_t leaves, Layout layout) {
  const double b = layout.branching;
  const uint64_t below = Power(layout.branching, layout.height - 1);
  const uint64_t top = (leaves + below - 1) / below;
  return (layout.height - 1) * (b - 1 / b) / 6 + static_cast<double>(top) / 4;
}

double RankVariance(uint32_t leaves, Layout layout, NoiseKind kind) {
  const double height = layout.height;
  const double one_noise = kind == NoiseKind::kDiscreteLaplace ? height * height : height;
  return one_noise * WeightOf(leaves, layout);
}

Layout BestLayout(uint32_t leaves, NoiseKind kind, std::optional<uint32_t> height) {
  Layout best{0, 0};
  double least = std::numeric_limits<double>::infinity();
  for (uint32_t levels = height.value_or(1); levels <= height.value_or(kMostLevels); ++levels) {
    const uint32_t fewest = BranchingFor(leaves, levels);
    for (uint32_t b = fewest; b <= fewest + std::min(fewest / 2, 64U); ++b) {
      const double variance = RankVariance(leaves, {levels, b}, kind);
      if (variance < least) {
        least = variance;
        best = {levels, b};
      }
    }
  }
  return best;
}

Status CheckOptions(const QuantileShapeOptions& options) {
  if (options.highest < options.lowest) {
    return InvalidArgument("the highest value of quantiles must not be below the lowest");
  }
  constexpr uint128 kSpanLimit = uint128{1} << 126;
  if (static_cast<uint128>(options.highest) - static_cast<uint128>(options.lowest) >= kSpanLimit) {
    return InvalidArgument("the range of quantiles must be below 2^126 grid steps");
  }
  if (options.most_leaves < 2 || options.most_leaves > kMostLeaves) {
    return InvalidArgument("a quantile tree has 2 to 2^24 leaves, got %d",
                           static_cast<int>(options.most_leaves));
  }
  if (options.height.has_value() && (*options.height == 0 || *options.height > kMostLevels)) {
    return InvalidArgument("a quantile tree has 1 to 24 levels, got %d",
                           static_cast<int>(*options.height));
  }
  if (options.kind != NoiseKind::kDiscreteLaplace && options.kind != NoiseKind::kDiscreteGaussian) {
    return InvalidArgument("unknown noise kind %d", static_cast<int>(options.kind));
  }
  return OkStatus();
}

}  // namespace

StatusOr<QuantileShape> QuantileShape::Create(const QuantileShapeOptions& options) {
  WEIR_RETURN_IF_ERROR(CheckOptions(options));
  QuantileShape shape;
  shape.lowest_ = options.lowest;
  shape.highest_ = options.highest;
  const uint128 values = static_cast<uint128>(options.highest - options.lowest) + 1;
  shape.leaf_steps_ = (values + options.most_leaves - 1) / options.most_leaves;
  shape.leaves_ = static_cast<uint32_t>((values + shape.leaf_steps_ - 1) / shape.leaf_steps_);
  const Layout layout = BestLayout(shape.leaves_, options.kind, options.height);
  shape.height_ = layout.height;
  shape.branching_ = layout.branching;
  return shape;
}

uint32_t QuantileShape::LeafOf(int128 value) const {
  const int128 inside = std::clamp(value, lowest_, highest_);
  return static_cast<uint32_t>(static_cast<uint128>(inside - lowest_) / leaf_steps_);
}

int128 QuantileShape::FirstOf(uint32_t leaf) const {
  return lowest_ + static_cast<int128>(leaf_steps_ * leaf);
}

int128 QuantileShape::LastOf(uint32_t leaf) const {
  return leaf + 1 >= leaves_ ? highest_ : FirstOf(leaf + 1) - 1;
}

double QuantileShape::RankWeight() const { return WeightOf(leaves_, {height_, branching_}); }

uint64_t QuantileShape::LeavesBelow(uint32_t level) const {
  return Power(branching_, height_ - level);
}

uint32_t QuantileShape::NodesAt(uint32_t level) const {
  const uint64_t below = LeavesBelow(level);
  return static_cast<uint32_t>((leaves_ + below - 1) / below);
}

StatusOr<MeasureSensitivity> QuantileShape::Sensitivity(L0Sensitivity l0,
                                                        LInfSensitivity linf) const {
  const auto trees = static_cast<uint128>(l0.value());
  const auto rows = static_cast<uint128>(linf.value());
  const uint128 l1 = height_ * trees * rows;  // below 2^(5 + 31 + 63)
  if (l1 > (uint128{1} << 127) / rows) {
    return InvalidArgument("the sensitivity of the quantiles is too large");
  }
  return MeasureSensitivity{l1, l1 * rows};
}

Status QuantileCounts::Add(uint32_t leaf, int64_t count) {
  if (leaf >= shape_.leaves()) return InvalidArgument("a quantile tree has no such leaf");
  if (count < 0) return InvalidArgument("a leaf cannot hold a negative number of rows");
  if (count >= kTotalLimit - total_) return OutOfRange("too many rows for a quantile tree");
  if (count == 0) return OkStatus();
  total_ += count;
  if (flat_.empty()) {
    AddToSparse({leaf, count});
    MakeFlatIfLarge(sparse_.size());
  } else {
    flat_[leaf] += count;
  }
  return OkStatus();
}

void QuantileCounts::AddToSparse(Entry entry) {
  if (sparse_.empty() || sparse_.back().leaf < entry.leaf) {
    sparse_.push_back(entry);
    return;
  }
  const auto place =
      std::lower_bound(sparse_.begin(), sparse_.end(), entry.leaf,
                       [](const Entry& existing, uint32_t leaf) { return existing.leaf < leaf; });
  if (place->leaf == entry.leaf) {
    place->count += entry.count;
  } else {
    sparse_.insert(place, entry);
  }
}

void QuantileCounts::MakeFlatIfLarge(size_t entries) {
  if (!flat_.empty() || entries * kFlatShare <= shape_.leaves()) return;
  flat_.resize(shape_.leaves());
  for (const Entry& entry : sparse_) flat_[entry.leaf] = entry.count;
  std::vector<Entry>().swap(sparse_);
}

void QuantileCounts::MergeSparse(const std::vector<Entry>& other) {
  std::vector<Entry> merged;
  merged.reserve(sparse_.size() + other.size());
  size_t i = 0;
  for (const Entry& entry : other) {
    while (i < sparse_.size() && sparse_[i].leaf < entry.leaf) merged.push_back(sparse_[i++]);
    merged.push_back(entry);
    if (i < sparse_.size() && sparse_[i].leaf == entry.leaf) {
      merged.back().count += sparse_[i++].count;
    }
  }
  merged.insert(merged.end(), sparse_.begin() + static_cast<ptrdiff_t>(i), sparse_.end());
  sparse_ = std::move(merged);
}

Status QuantileCounts::Merge(const QuantileCounts& other) {
  if (shape_ != other.shape_) {
    return InvalidArgument("quantile trees of different shapes cannot be merged");
  }
  if (other.total_ >= kTotalLimit - total_) {
    return OutOfRange("too many rows for a quantile tree");
  }
  total_ += other.total_;
  if (!other.flat_.empty()) MakeFlatIfLarge(shape_.leaves());
  for (size_t leaf = 0; leaf < other.flat_.size(); ++leaf) flat_[leaf] += other.flat_[leaf];
  if (flat_.empty()) {
    MergeSparse(other.sparse_);
    MakeFlatIfLarge(sparse_.size());
  } else {
    for (const Entry& entry : other.sparse_) flat_[entry.leaf] += entry.count;
  }
  return OkStatus();
}

QuantileCounts::Prefixes QuantileCounts::MakePrefixes() const {
  Prefixes prefixes;
  prefixes.is_flat_ = !flat_.empty();
  prefixes.before_.reserve(1 + flat_.size() + sparse_.size());
  prefixes.before_.push_back(0);
  for (const int64_t count : flat_) prefixes.before_.push_back(prefixes.before_.back() + count);
  for (const Entry& entry : sparse_) {
    prefixes.leaves_.push_back(entry.leaf);
    prefixes.before_.push_back(prefixes.before_.back() + entry.count);
  }
  return prefixes;
}

bool operator==(const QuantileCounts& a, const QuantileCounts& b) {
  return a.shape_ == b.shape_ && a.total_ == b.total_ && a.sparse_ == b.sparse_ &&
         a.flat_ == b.flat_;
}

int64_t QuantileCounts::Prefixes::Before(uint64_t leaf) const {
  if (is_flat_) return before_[std::min<uint64_t>(leaf, before_.size() - 1)];
  const auto place = std::lower_bound(leaves_.begin(), leaves_.end(), leaf);
  return before_[static_cast<size_t>(place - leaves_.begin())];
}

}  // namespace weir::dp
