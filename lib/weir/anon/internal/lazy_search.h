// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_LAZY_SEARCH_H_
#define WEIR_ANON_INTERNAL_LAZY_SEARCH_H_

#include <chrono>
#include <cstdint>
#include <queue>
#include <tuple>
#include <vector>

#include "weir/anon/internal/best.h"
#include "weir/anon/internal/evaluation.h"
#include "weir/anon/internal/prepared.h"
#include "weir/anon/internal/snapshots.h"
#include "weir/anon/search.h"

namespace weir::anon::internal {

// Searches a lattice that has no room in memory. A descent from the top finds a good node first,
// which rules out others and is what is left if the time ends. Then nodes come into being only when
// every node of a smaller bound was taken up: each is made from the one that is a level lower in
// its last raised attribute, whose bound is never larger. What was learned from grouping is a list.
class LazySearch {
 public:
  LazySearch(const Prepared& prepared, const SearchLimits& limits);
  SearchOutcome Run();

 private:
  struct Node {
    double bound = 0;
    uint64_t total_level = 0;
    Lattice::Id id = 0;
    Levels levels = {};
    size_t last_raised = 0;
  };
  struct IsLater {
    bool operator()(const Node& a, const Node& b) const {
      return std::tie(a.bound, a.total_level, a.id) > std::tie(b.bound, b.total_level, b.id);
    }
  };
  // No node at or below `levels` has fewer suppressed rows.
  struct Lesson {
    Levels levels = {};
    uint64_t suppressed = 0;
  };

  uint64_t LeastSuppressed(const Node& node) const;
  bool MayBeBetter(const Node& node, uint64_t suppressed) const;
  uint64_t MostSuppressed(const Node& node, uint64_t least) const;
  // The node itself, or one far above it that may still be the best.
  Node HighestAbove(const Node& node) const;
  Node NodeAt(const Levels& levels) const;
  // From the top, as long as a neighbour is better: one attribute a level lower, or one lower and
  // another higher. At most the time limit.
  void Descend();
  void CheckLower(const Levels& from);
  void CheckExchanges(const Levels& from);
  void CheckIfBetter(const Levels& levels);
  void Check(const Node& node);
  void Learn(const Levels& levels, uint64_t suppressed);
  void Expand(const Node& node);
  bool IsOver() const;

  const Prepared& prepared_;
  const SearchLimits& limits_;
  const Lattice& lattice_;
  const Measure& measure_;
  Evaluator evaluator_;
  Snapshots snapshots_;
  std::priority_queue<Node, std::vector<Node>, IsLater> open_;
  std::vector<Lesson> lessons_;
  SearchOutcome outcome_;
  size_t most_open_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_LAZY_SEARCH_H_
