// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/dp/quantile_bound.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <optional>

#include "weir/dp/internal/fourier.h"
#include "weir/dp/internal/law_tail.h"
#include "weir/dp/internal/weighted_sum.h"
#include "weir/dp/rational.h"

namespace weir::test {
namespace {

using dp::NoiseLaw;
using dp::internal::ComplexVector;
using dp::internal::RealFourier;
using dp::internal::WeightedNoise;
using dp::internal::WeightedSum;

// P[Z = i] for i = -size/2 .. size/2 - 1.
struct IntegerLaw {
  std::vector<double> chances;
  double at(int64_t i) const {
    const auto half = static_cast<int64_t>(chances.size() / 2);
    return i < -half || i >= half ? 0 : chances[static_cast<size_t>(i + half)];
  }
};

// From the values of its characteristic function, real or not, at multiples of 2 pi / size.
IntegerLaw LawOf(const ComplexVector& spectrum, size_t size) {
  RealFourier fourier(size);
  std::vector<double> values(size);
  fourier.Backward(spectrum, values);
  IntegerLaw law;
  law.chances.resize(size);
  for (size_t i = 0; i < size; ++i) {
    law.chances[(i + size / 2) % size] = std::max(0.0, values[i]);
  }
  return law;
}

// --- Gaussian noise: the statistic is the sum of shift times noise ---

double LengthOf(const NodeShifts& shifts) {
  double squares = 0;
  for (const auto& [shift, nodes] : shifts) {
    squares += static_cast<double>(shift * shift) * nodes;
  }
  return std::sqrt(squares);
}

IntegerLaw GaussianStatistic(const NodeShifts& shifts, const NoiseLaw& law) {
  std::vector<WeightedNoise> noises;
  for (const auto& [shift, nodes] : shifts) {
    noises.push_back({law, static_cast<double>(shift), nodes});
  }
  const WeightedSum sum(noises);
  const double reach = 2 * (9 * sum.deviation() + 9 * LengthOf(shifts)) + 64;
  const size_t size = std::bit_ceil(static_cast<size_t>(reach));
  const double frequency = 2 * std::numbers::pi / static_cast<double>(size);
  const std::vector<double> values = sum.Characteristic(frequency, size / 2);
  ComplexVector spectrum(size / 2 + 1);
  spectrum.re[0] = 1;
  for (size_t k = 1; k <= size / 2; ++k) spectrum.re[k] = values[k - 1];
  return LawOf(spectrum, size);
}

// --- Laplace noise: the sum of |x + shift| - |x|, in units of the scale ---

// The law of one such term for a positive shift.
std::map<int64_t, double> LaplaceTerm(int64_t shift, const NoiseLaw& law) {
  const auto tail = [&](int64_t m) {  // P[x >= m]
    if (m <= 0) return 1 - dp::internal::OneSidedTail(law, static_cast<double>(1 - m));
    return dp::internal::OneSidedTail(law, static_cast<double>(m));
  };
  std::map<int64_t, double> term;
  term[shift] += tail(0);
  for (int64_t x = -1; x > -shift; --x) term[shift + 2 * x] += tail(x) - tail(x + 1);
  term[-shift] += 1 - tail(1 - shift);
  return term;
}

void MultiplyBy(const std::map<int64_t, double>& term, uint32_t times, ComplexVector& spectrum,
                size_t size) {
  for (size_t k = 0; k < spectrum.size(); ++k) {
    double re = 0;
    double im = 0;
    for (const auto& [value, chance] : term) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(k) *
                           static_cast<double>(value) / static_cast<double>(size);
      re += chance * std::cos(angle);
      im += chance * std::sin(angle);
    }
    const double angle = times * std::atan2(im, re);
    const double length = std::pow(std::hypot(re, im), times);
    const double old_re = spectrum.re[k];
    const double old_im = spectrum.im[k];
    spectrum.re[k] = length * (old_re * std::cos(angle) - old_im * std::sin(angle));
    spectrum.im[k] = length * (old_re * std::sin(angle) + old_im * std::cos(angle));
  }
}

IntegerLaw LaplaceStatistic(const NodeShifts& shifts, const NoiseLaw& law) {
  NodeShifts sizes;  // a shift and its negative have the same law
  int64_t reach = 0;
  for (const auto& [shift, nodes] : shifts) {
    sizes[std::abs(shift)] += nodes;
    reach += std::abs(shift) * nodes;
  }
  const size_t size = std::bit_ceil(static_cast<size_t>(2 * reach + 4));
  ComplexVector spectrum(size / 2 + 1);
  spectrum.re.assign(spectrum.size(), 1);
  for (const auto& [shift, nodes] : sizes) {
    MultiplyBy(LaplaceTerm(shift, law), nodes, spectrum, size);
  }
  return LawOf(spectrum, size);
}

// The statistic is -z + offset under the first data and z under the second; large ones reject.
double KeptOf(const IntegerLaw& law, int64_t offset, double alpha) {
  const auto half = static_cast<int64_t>(law.chances.size() / 2);
  double size = 0;
  double power = 0;
  for (int64_t limit = half; limit >= -half - std::abs(offset); --limit) {
    const double first = law.at(offset - limit);
    const double second = law.at(limit);
    if (size + first >= alpha) {
      const double share = first > 0 ? (alpha - size) / first : 0;
      return std::clamp(1 - power - share * second, 0.0, 1 - alpha);
    }
    size += first;
    power += second;
  }
  return 0;
}

}  // namespace

double KeptChance(const NodeShifts& shifts, const NoiseLaw& law, double alpha) {
  NodeShifts changed = shifts;
  changed.erase(0);
  if (changed.empty()) return 1 - alpha;
  if (law.kind == NoiseKind::kDiscreteLaplace) {
    return KeptOf(LaplaceStatistic(changed, law), 0, alpha);
  }
  const double length = LengthOf(changed);
  return KeptOf(GaussianStatistic(changed, law), -std::llround(length * length), alpha);
}

namespace {

// Twenty times R(boundary) - q n.
int64_t ScaledRank(const std::vector<int64_t>& rows, size_t boundary, int64_t twentieths) {
  int64_t before = 0;
  int64_t total = 0;
  for (size_t leaf = 0; leaf < rows.size(); ++leaf) {
    total += rows[leaf];
    if (leaf < boundary) before += rows[leaf];
  }
  return 20 * before - twentieths * total;
}

// Adds rows on one side of a boundary and takes rows on the other, one at a time.
class Shifting {
 public:
  // `is_upwards`: towards a quantile in a higher leaf.
  Shifting(const QuantileCase& data, size_t boundary, bool is_upwards)
      : shape_(data.shape),
        rows_(data.rows),
        boundary_(boundary),
        twentieths_(data.twentieths),
        is_upwards_(is_upwards),
        rank_(ScaledRank(data.rows, boundary, data.twentieths)) {
    const uint32_t height = shape_.height();
    counts_.resize(height + 1);
    shifts_.resize(height + 1);
    for (uint32_t level = 0; level <= height; ++level) {
      counts_[level].resize(shape_.NodesAt(level));
      shifts_[level].resize(shape_.NodesAt(level));
    }
    for (uint32_t leaf = 0; leaf < shape_.leaves(); ++leaf) {
      uint32_t node = leaf;
      for (uint32_t level = height; level >= 1; --level, node /= shape_.branching()) {
        counts_[level][node] += rows_[leaf];
      }
    }
  }

  void Run() {
    while (is_upwards_ ? rank_ >= 0 : rank_ <= 0) {
      const std::optional<Move> move = Best();
      if (!move.has_value()) std::abort();  // a row can always be added
      Make(*move);
    }
  }

  const std::vector<int64_t>& rows() const { return rows_; }

 private:
  struct Move {
    uint32_t leaf;
    int64_t change;
    double price;
  };

  // What one row more or less in a node adds to the squared length of all changes.
  double Cost(uint32_t level, uint32_t node, int64_t change) const {
    return static_cast<double>(2 * shifts_[level][node] * change + 1);
  }

  // A leaf below the node, by the cheapest child each time, and its cost from there on.
  Move Descend(uint32_t level, uint32_t node, int64_t change) const {
    double cost = Cost(level, node, change);
    while (level < shape_.height()) {
      const uint32_t first = node * shape_.branching();
      const uint32_t end = std::min(first + shape_.branching(), shape_.NodesAt(level + 1));
      ++level;
      node = end;
      for (uint32_t child = first; child < end; ++child) {
        if (change < 0 && counts_[level][child] == 0) continue;
        if (node == end || Cost(level, child, change) < Cost(level, node, change)) node = child;
      }
      cost += Cost(level, node, change);
    }
    return {node, change, cost};
  }

  // The nodes beside the path to the boundary, on either side of it.
  std::optional<Move> Best() const {
    std::optional<Move> best;
    const uint32_t height = shape_.height();
    const auto leaf_before = static_cast<uint32_t>(std::max<size_t>(boundary_, 1) - 1);
    double path_cost[2] = {0, 0};  // of taking, of adding in all nodes above
    for (uint32_t level = 1; level <= height; ++level) {
      const auto below = static_cast<uint32_t>(shape_.LeavesBelow(level));
      const uint32_t own = leaf_before / below;
      const uint32_t first = own / shape_.branching() * shape_.branching();
      const uint32_t end = std::min(first + shape_.branching(), shape_.NodesAt(level));
      for (uint32_t node = first; node < end; ++node) {
        const bool is_split =
            node == own && uint64_t{node + 1} * below > boundary_ && level < height;
        if (is_split) continue;
        const bool is_before = uint64_t{node} * below < boundary_;
        const int64_t change = is_before == is_upwards_ ? -1 : 1;
        if (change < 0 && counts_[level][node] == 0) continue;
        Move move = Descend(level, node, change);
        const auto gain = static_cast<double>(is_before ? 20 - twentieths_ : twentieths_);
        move.price = (move.price + path_cost[change > 0 ? 1 : 0]) / gain;
        if (!best.has_value() || move.price < best->price) best = move;
      }
      if (uint64_t{own + 1} * below <= boundary_) break;
      path_cost[0] += Cost(level, own, -1);
      path_cost[1] += Cost(level, own, 1);
    }
    return best;
  }

  void Make(const Move& move) {
    rows_[move.leaf] += move.change;
    uint32_t node = move.leaf;
    for (uint32_t level = shape_.height(); level >= 1; --level, node /= shape_.branching()) {
      counts_[level][node] += move.change;
      shifts_[level][node] += move.change;
    }
    const int64_t before = move.leaf < boundary_ ? 20 : 0;
    rank_ += move.change * (before - twentieths_);
  }

  const dp::QuantileShape& shape_;
  std::vector<int64_t> rows_;
  size_t boundary_;
  int64_t twentieths_;
  bool is_upwards_;
  int64_t rank_;
  std::vector<std::vector<int64_t>> counts_;
  std::vector<std::vector<int64_t>> shifts_;
};

NodeShifts ShiftsBetween(const dp::QuantileShape& shape, const std::vector<int64_t>& a,
                         const std::vector<int64_t>& b) {
  NodeShifts shifts;
  for (uint32_t level = 1; level <= shape.height(); ++level) {
    std::map<uint64_t, int64_t> changes;
    for (uint32_t leaf = 0; leaf < shape.leaves(); ++leaf) {
      if (a[leaf] != b[leaf]) changes[leaf / shape.LeavesBelow(level)] += b[leaf] - a[leaf];
    }
    for (const auto& [node, change] : changes) ++shifts[change];
  }
  return shifts;
}

}  // namespace

uint32_t LeafOfQuantile(const QuantileCase& data) {
  int64_t rank = ScaledRank(data.rows, 0, data.twentieths);
  uint32_t leaf = 0;
  while (leaf + 1 < data.rows.size() && rank + 20 * data.rows[leaf] < 0) {
    rank += 20 * data.rows[leaf++];
  }
  return leaf;
}

std::vector<int64_t> NearestRows(const QuantileCase& data, uint32_t leaf) {
  const uint32_t own = LeafOfQuantile(data);
  if (leaf == own) return data.rows;
  const bool is_upwards = leaf > own;
  Shifting shifting(data, is_upwards ? leaf : leaf + 1, is_upwards);
  shifting.Run();
  return shifting.rows();
}

LeastSize LeastSizeOf(const QuantileCase& data, const NoiseLaw& law) {
  constexpr double kNothing = 1e-4;
  const uint32_t own = LeafOfQuantile(data);
  const auto own_rows = static_cast<double>(data.rows[own]);
  LeastSize least = {dp::kCoverage * own_rows, dp::kCoverage * own_rows};
  for (const int step : {-1, 1}) {
    for (int64_t leaf = int64_t{own} + step;
         leaf >= 0 && leaf < static_cast<int64_t>(data.rows.size()); leaf += step) {
      const auto place = static_cast<uint32_t>(leaf);
      if (data.rows[place] == 0) continue;
      const NodeShifts shifts = ShiftsBetween(data.shape, data.rows, NearestRows(data, place));
      const auto rows = static_cast<double>(data.rows[place]);
      const double kept = KeptChance(shifts, law, (1 - dp::kCoverage) / 2);
      least.of_equal_ends += rows * kept;
      least.of_any += rows * KeptChance(shifts, law, 1 - dp::kCoverage);
      if (kept < kNothing) break;
    }
  }
  return least;
}

}  // namespace weir::test
