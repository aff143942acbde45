// SPDX-License-Identifier: Apache-2.0
//
// The distances against the definition: the least cost of a transport, found by shortest augmenting
// paths, which knows nothing of trees and orders.

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/anon/model_support.h"
#include "weir/anon/t_closeness.h"

namespace weir::anon::test {
namespace {

using Ground = std::function<int64_t(size_t, size_t)>;

// What is left to move, and what was moved from where to where.
struct Transport {
  std::vector<int64_t> supply;
  std::vector<int64_t> demand;
  std::vector<std::vector<int64_t>> moved;
};

// Cheapest ways from sources with something left; node i is a source, n + i a sink, and a sink
// leads back to whatever source serves it.
struct Paths {
  std::vector<int64_t> cost;
  std::vector<size_t> from;
};

constexpr int64_t kFar = int64_t{1} << 40;

Paths CheapestPaths(const Transport& transport, const Ground& ground) {
  const size_t n = transport.supply.size();
  Paths paths;
  paths.cost.assign(2 * n, kFar);
  paths.from.assign(2 * n, 2 * n);
  for (size_t i = 0; i < n; ++i) {
    if (transport.supply[i] > 0) paths.cost[i] = 0;
  }
  for (size_t round = 0; round < 2 * n; ++round) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        if (paths.cost[i] + ground(i, j) < paths.cost[n + j]) {
          paths.cost[n + j] = paths.cost[i] + ground(i, j);
          paths.from[n + j] = i;
        }
        const int64_t back = paths.cost[n + j] - ground(i, j);
        if (transport.moved[i][j] > 0 && back < paths.cost[i]) {
          paths.cost[i] = back;
          paths.from[i] = n + j;
        }
      }
    }
  }
  return paths;
}

void MoveAlong(Transport& transport, const Paths& paths, size_t sink) {
  const size_t n = transport.supply.size();
  int64_t amount = transport.demand[sink - n];
  size_t node = sink;
  for (; paths.from[node] < 2 * n; node = paths.from[node]) {
    if (node < n) amount = std::min(amount, transport.moved[node][paths.from[node] - n]);
  }
  amount = std::min(amount, transport.supply[node]);
  transport.supply[node] -= amount;
  transport.demand[sink - n] -= amount;
  for (node = sink; paths.from[node] < 2 * n; node = paths.from[node]) {
    const size_t previous = paths.from[node];
    if (node < n) {
      transport.moved[node][previous - n] -= amount;
    } else {
      transport.moved[previous][node - n] += amount;
    }
  }
}

// In units of 1 / (rows of the class * rows of the table).
int64_t LeastCost(const Counts& counts, const Counts& global, const Ground& ground) {
  const auto rows = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  const auto total = std::accumulate(global.begin(), global.end(), int64_t{0});
  const size_t n = counts.size();
  Transport transport;
  transport.moved.assign(n, std::vector<int64_t>(n, 0));
  for (size_t i = 0; i < n; ++i) {
    transport.supply.push_back(static_cast<int64_t>(counts[i]) * total);
    transport.demand.push_back(static_cast<int64_t>(global[i]) * rows);
  }
  while (std::any_of(transport.demand.begin(), transport.demand.end(),
                     [](int64_t left) { return left > 0; })) {
    const Paths paths = CheapestPaths(transport, ground);
    size_t best = 2 * n;
    for (size_t j = n; j < 2 * n; ++j) {
      if (transport.demand[j - n] == 0) continue;
      if (best == 2 * n || paths.cost[j] < paths.cost[best]) best = j;
    }
    MoveAlong(transport, paths, best);
  }
  int64_t cost = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) cost += transport.moved[i][j] * ground(i, j);
  }
  return cost;
}

Counts AnyCounts(size_t values, uint64_t first) {
  Counts counts;
  for (size_t i = 0; i < values; ++i) counts.push_back(*rc::gen::inRange<uint64_t>(0, 12));
  counts[0] += first;
  return counts;
}

Hierarchy AnyHierarchy(size_t leaves) {
  const auto halves = *rc::gen::container<std::vector<int>>(leaves, rc::gen::inRange(0, 3));
  const auto quarters = *rc::gen::container<std::vector<int>>(leaves, rc::gen::inRange(0, 2));
  std::vector<GroundPath> paths;
  for (size_t i = 0; i < leaves; ++i) {
    const std::string top = "t" + std::to_string(halves[i]);
    paths.push_back({"v" + std::to_string(i), top + "." + std::to_string(quarters[i]), top, "*"});
  }
  return *Hierarchy::Create(paths);
}

int64_t LevelInCommon(const Hierarchy& hierarchy, size_t a, size_t b) {
  size_t level = 0;
  while (hierarchy.codes(level)[a] != hierarchy.codes(level)[b]) ++level;
  return static_cast<int64_t>(level);
}

// Holds exactly for t >= distance, the distance being work / unit in parts of rows * total.
void CheckLimit(const std::function<ClassModelPtr(const Decimal&)>& make, const Counts& counts,
                const Counts& global, int64_t work, int64_t unit) {
  const auto rows = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  const auto total = std::accumulate(global.begin(), global.end(), int64_t{0});
  const int128 whole = static_cast<int128>(unit) * rows * total;
  const int128 scaled = static_cast<int128>(work) * 1'000'000'000;
  const int128 above = (scaled + whole - 1) / whole;  // least nine decimals that admit it
  if (above > 0) {
    RC_ASSERT(Holds(*make(MakeDecimal(above, 9)), counts));
  }
  if (above > 1) {
    RC_ASSERT(!Holds(*make(MakeDecimal(above - 1, 9)), counts));
  }
}

TEST(TClosenessPropertyTest, EqualDistanceIsTheCheapestTransport) {
  EXPECT_TRUE(rc::check([] {
    const auto values = *rc::gen::inRange<size_t>(1, 6);
    const Counts global = AnyCounts(values, 1);
    const Counts counts = AnyCounts(values, 1);
    const int64_t work =
        LeastCost(counts, global, [](size_t i, size_t j) { return i == j ? 0 : 1; });
    const SensitiveAttribute attribute = Disease(global);
    CheckLimit([&](const Decimal& t) { return *MakeEqualCloseness(attribute, t); }, counts, global,
               work, 1);
  }));
}

TEST(TClosenessPropertyTest, OrderedDistanceIsTheCheapestTransport) {
  EXPECT_TRUE(rc::check([] {
    const auto values = *rc::gen::inRange<size_t>(2, 7);
    const Counts global = AnyCounts(values, 1);
    const Counts counts = AnyCounts(values, 1);
    const int64_t work = LeastCost(counts, global, [](size_t i, size_t j) {
      return static_cast<int64_t>(i < j ? j - i : i - j);
    });
    const SensitiveAttribute attribute = Disease(global);
    CheckLimit([&](const Decimal& t) { return *MakeOrderedCloseness(attribute, t); }, counts,
               global, work, static_cast<int64_t>(values) - 1);
  }));
}

TEST(TClosenessPropertyTest, HierarchicalDistanceIsTheCheapestTransport) {
  EXPECT_TRUE(rc::check([] {
    const auto values = *rc::gen::inRange<size_t>(1, 7);
    const Hierarchy hierarchy = AnyHierarchy(values);
    const Counts global = AnyCounts(values, 1);
    const Counts counts = AnyCounts(values, 1);
    const int64_t work = LeastCost(
        counts, global, [&](size_t i, size_t j) { return LevelInCommon(hierarchy, i, j); });
    const SensitiveAttribute attribute = Disease(global);
    CheckLimit(
        [&](const Decimal& t) { return *MakeHierarchicalCloseness(attribute, t, hierarchy); },
        counts, global, work, 3);
  }));
}

}  // namespace
}  // namespace weir::anon::test
