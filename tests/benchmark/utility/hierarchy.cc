// SPDX-License-Identifier: Apache-2.0
// A city of 12 districts of 40 cells each, one unit in one cell, rho 1. Errors are in counts. The
// baseline measures the cells alone and adds them up.
#include <cmath>
#include <cstdint>

#include "tests/benchmark/utility/topics.h"
#include "weir/base/random.h"
#include "weir/dp/level_split.h"
#include "weir/dp/tree_consistency.h"

namespace weir::bench {
namespace {

constexpr int kRuns = 10000;
constexpr int kGridBits = 10;
constexpr const char* kLevels[] = {"city", "districts", "cells"};

dp::LevelTree City() { return *dp::LevelTree::Balanced(std::vector<uint32_t>{12, 40}); }

dp::LevelPlan Plan(std::vector<double> weights) {
  return {{12, 40}, {1, 1, 1}, std::move(weights)};
}

dp::LevelShares CellsOnly() { return {{0, 0, dp::LevelShares::kParts}}; }

// sigma^2 = kParts / (2 rho parts), on the grid, rounded up.
uint128 VarianceOf(uint32_t parts) {
  const uint128 half = (uint128{dp::LevelShares::kParts} << (2 * kGridBits)) / 2;
  return (half + parts - 1) / parts;
}

struct Errors {
  std::vector<double> deviations;  // measured, by level
  double covered_percent;          // of all nodes
};

// grid_bits 0 leaves estimates on the fine grid: unrounded, in effect.
Errors Measure(const dp::LevelShares& shares, int grid_bits) {
  const dp::LevelTree tree = City();
  std::vector<dp::LevelNoise> noises;
  for (const uint32_t parts : shares.parts) {
    noises.push_back(
        {parts > 0 ? static_cast<double>(VarianceOf(parts)) : dp::LevelNoise::kAbsent});
  }
  const auto consistency = *dp::TreeConsistency::Create(tree, noises, {grid_bits, false});
  std::vector<double> squares(3);
  uint64_t hits = 0;
  for (int run = 0; run < kRuns; ++run) {
    auto measured = tree.Zeros<int128>();  // the truth: noise does not depend on it
    for (size_t l = 0; l < 3; ++l) {
      if (shares.parts[l] == 0) {
        measured[l].clear();
      } else {
        measured[l] = *dp::MeasureLevel(measured[l], {VarianceOf(shares.parts[l]), 1}, kGridBits,
                                        SystemRandom());
      }
    }
    const dp::ConsistentTree result = *consistency.Estimate(measured);
    for (size_t l = 0; l < 3; ++l) {
      for (size_t v = 0; v < tree.nodes(l); ++v) {
        squares[l] += std::pow(static_cast<double>(result.values[l][v]), 2);
        hits += result.low[l][v] <= 0 && result.high[l][v] >= 0 ? 1 : 0;
      }
    }
  }
  Errors errors{{}, 100.0 * static_cast<double>(hits) / (kRuns * 493.0)};
  const double step = std::ldexp(1, grid_bits - kGridBits);
  for (size_t l = 0; l < 3; ++l) {
    const double count = kRuns * static_cast<double>(tree.nodes(l));
    errors.deviations.push_back(std::sqrt(squares[l] / count) * step);
  }
  return errors;
}

}  // namespace

void AddHierarchy(Figures& figures) {
  const std::string name = "city of 12 districts and 480 cells, rho 1, ";
  const Rho rho = *Rho::Create(1);
  const dp::LevelShares even = *dp::SplitLevelsEvenly(3);
  const Errors cells = Measure(CellsOnly(), 0);
  const auto add = [&](const std::string& split, const Errors& errors) {
    for (size_t l = 0; l < 3; ++l) {
      figures.push_back({name + split + ", " + kLevels[l] + ", 10000 runs", errors.deviations[l],
                         "counts", cells.deviations[l]});
    }
  };
  figures.push_back({name + "even split, city, exact",
                     (*dp::LevelDeviations(Plan({}), even, rho))[0], "counts",
                     (*dp::LevelDeviations(Plan({}), CellsOnly(), rho))[0], 1.18});
  add("even split", Measure(even, 0));
  const Errors whole = Measure(even, kGridBits);
  add("even split, whole numbers", whole);
  add("weights 2:1:1, whole numbers", Measure(*dp::SplitLevels(Plan({2, 1, 1})), kGridBits));
  figures[figures.size() - 3].target = 1.18;
  figures.push_back(
      {name + "whole numbers within their 95 % intervals", whole.covered_percent, "%"});
}

void AddHierarchyCurves(Curves& curves) {
  const Rho rho = *Rho::Create(1);
  const auto add = [&](const char* name, const dp::LevelShares& shares) {
    curves.push_back({"hierarchy", name, {0, 1, 2}, *dp::LevelDeviations(Plan({}), shares, rho)});
  };
  add("cells alone, added up", CellsOnly());
  add("even split", *dp::SplitLevelsEvenly(3));
  add("weights 2:1:1", *dp::SplitLevels(Plan({2, 1, 1})));
}

}  // namespace weir::bench
