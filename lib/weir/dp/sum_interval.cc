// SPDX-License-Identifier: Apache-2.0
// Intervals of sums of independent noises: exact convolution where the sum is narrow, a coarser
// grid with the rounding added where it is wide, and a Chernoff bound for very many noises.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "weir/dp/internal/law_tail.h"
#include "weir/dp/intervals.h"
#include "weir/dp/rational.h"

namespace weir::dp {
namespace {

using Spectrum = std::vector<std::complex<double>>;

constexpr size_t kMostConvolved = 64;
constexpr double kWidestExactSum = 1024;
// A noise is cut where its two-sided tail is below this; the cut mass counts as uncovered.
constexpr double kCutMass = 1e-12;
// Rounding of transforms of at most 2^20 points and products of at most 64: below 3e-10 in all.
constexpr double kTransformError = 1e-9;

struct LawCount {
  NoiseLaw law;
  size_t count;
};

std::vector<LawCount> CountDistinct(std::span<const NoiseLaw> laws) {
  std::vector<LawCount> distinct;
  for (const NoiseLaw& law : laws) {
    const auto same = std::find_if(distinct.begin(), distinct.end(),
                                   [&](const LawCount& known) { return known.law == law; });
    if (same != distinct.end()) {
      ++same->count;
    } else {
      distinct.push_back({law, 1});
    }
  }
  return distinct;
}

double DeviationOfSum(std::span<const NoiseLaw> laws) {
  double variance = 0;
  for (const NoiseLaw& law : laws) {
    const double deviation = internal::StandardDeviation(law);
    variance += deviation * deviation;
  }
  return std::sqrt(variance);
}

// In-place transform of a power of two points (Cooley-Tukey); unscaled.
void Transform(Spectrum& points) {
  const size_t size = points.size();
  for (size_t i = 1, j = 0; i < size; ++i) {
    size_t bit = size >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(points[i], points[j]);
  }
  Spectrum roots(size / 2);
  for (size_t i = 0; i < roots.size(); ++i) {
    roots[i] =
        std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size));
  }
  for (size_t half = 1; half < size; half *= 2) {
    for (size_t start = 0; start < size; start += 2 * half) {
      for (size_t i = start, root = 0; i < start + half; ++i, root += size / (2 * half)) {
        const std::complex<double> odd = points[i + half] * roots[root];
        points[i + half] = points[i] - odd;
        points[i] += odd;
      }
    }
  }
}

// Cells |Y| = 1 .. n of Y = noise / grid, rounded half away from zero, that hold all but kCutMass.
size_t CellsBeforeCut(const NoiseLaw& law, double grid) {
  size_t cells = 1;
  const auto cut = [&](size_t count) {
    return 2 * internal::OneSidedTail(law, static_cast<double>(count) * grid);
  };
  while (cut(cells) > kCutMass) cells += 1 + cells / 8;
  return cells;
}

// Lower bounds (up to rounding of 1e-15) on P[Y = 0], P[Y = 1], ...; symmetric.
std::vector<double> CellMasses(const NoiseLaw& law, double grid, size_t cells) {
  const double first = std::max(1.0, grid - std::floor(grid / 2));
  const std::vector<double> tails = internal::OneSidedTails(law, {first, grid, cells + 1});
  std::vector<double> masses = {1 - 2 * tails[0]};
  for (size_t k = 0; k < cells; ++k) masses.push_back(tails[k] - tails[k + 1]);
  return masses;
}

struct CoarseSum {
  std::vector<double> masses;  // P[sum = c], c = 0, 1, ...; symmetric
  double unaccounted;          // mass that the tables leave out or may misplace
};

CoarseSum Convolve(const std::vector<LawCount>& laws, double grid) {
  size_t reach = 0;
  std::vector<std::vector<double>> tables;
  double unaccounted = kTransformError;
  for (const LawCount& entry : laws) {
    const size_t cells = CellsBeforeCut(entry.law, grid);
    reach += cells * entry.count;
    tables.push_back(CellMasses(entry.law, grid, cells));
    unaccounted += static_cast<double>(entry.count) * (kCutMass + internal::TableError(entry.law));
  }
  size_t size = 2;
  while (size < 2 * reach + 2) size *= 2;
  Spectrum product(size, 1.0);
  for (size_t l = 0; l < laws.size(); ++l) {
    Spectrum points(size);
    for (size_t k = 0; k < tables[l].size(); ++k) {
      points[k] = tables[l][k];
      points[(size - k) % size] = tables[l][k];
    }
    Transform(points);
    for (size_t i = 0; i < size; ++i) {
      for (size_t repeat = 0; repeat < laws[l].count; ++repeat) product[i] *= points[i];
    }
  }
  Transform(product);  // real and symmetric: the inverse transform up to scale
  std::vector<double> masses(reach + 1);
  for (size_t c = 0; c <= reach; ++c) {
    masses[c] = product[c].real() / static_cast<double>(size);
  }
  return {std::move(masses), unaccounted};
}

int128 ConvolvedHalfWidth(std::span<const NoiseLaw> laws, double deviation) {
  const auto noises = static_cast<double>(laws.size());
  double grid = 1;
  if (deviation > kWidestExactSum) {
    grid = std::max(1.0, std::exp2(std::floor(std::log2(0.039 * deviation / noises))));
  }
  const CoarseSum sum = Convolve(CountDistinct(laws), grid);
  double covered = sum.masses[0] - sum.unaccounted;
  size_t cells = 0;
  while (covered < kCoverage && cells + 1 < sum.masses.size()) covered += 2 * sum.masses[++cells];
  return static_cast<int128>(grid) * static_cast<int128>(cells) +
         static_cast<int128>(std::floor(grid / 2)) * static_cast<int128>(laws.size());
}

// log E[exp(slope X)], rounded up; infinite where a Laplace noise has no such moment.
double LogMoment(const NoiseLaw& law, double slope) {
  const double parameter = ToDouble(law.parameter);
  if (law.kind == NoiseKind::kDiscreteGaussian) return slope * slope * parameter / 2;
  const double ratio = std::sinh(slope / 2) / std::sinh(1 / (2 * parameter));
  return -std::log1p(-std::min(1.0, ratio * ratio));
}

// P[|S| >= w + 1] <= 2 exp(-slope (w + 1)) * product of moments, for every slope > 0.
int128 ChernoffHalfWidth(std::span<const NoiseLaw> laws, double deviation) {
  const std::vector<LawCount> distinct = CountDistinct(laws);
  double best = std::numeric_limits<double>::infinity();
  for (int step = 0; step < 480; ++step) {
    const double slope = 0.05 * std::pow(1.01, step) / std::max(deviation, 0.05);
    double exponent = std::log(2 / (1 - kCoverage));
    for (const LawCount& entry : distinct) {
      exponent += static_cast<double>(entry.count) * LogMoment(entry.law, slope);
    }
    best = std::min(best, exponent / slope);
  }
  return std::max(int128{0}, static_cast<int128>(std::ceil(best * (1 + 1e-9))) - 1);
}

}  // namespace

StatusOr<double> SumStandardError(std::span<const NoiseLaw> laws) {
  for (const NoiseLaw& law : laws) WEIR_RETURN_IF_ERROR(internal::CheckLaw(law));
  return DeviationOfSum(laws);
}

StatusOr<int128> SumHalfWidth(std::span<const NoiseLaw> laws) {
  if (laws.empty()) return InvalidArgument("a sum interval needs at least one noise");
  WEIR_ASSIGN_OR_RETURN(const double deviation, SumStandardError(laws));
  if (laws.size() == 1) return HalfWidth(laws[0]);
  return laws.size() <= kMostConvolved ? ConvolvedHalfWidth(laws, deviation)
                                       : ChernoffHalfWidth(laws, deviation);
}

}  // namespace weir::dp
