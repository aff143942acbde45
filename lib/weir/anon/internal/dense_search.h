// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_DENSE_SEARCH_H_
#define WEIR_ANON_INTERNAL_DENSE_SEARCH_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "weir/anon/internal/best.h"
#include "weir/anon/internal/evaluation.h"
#include "weir/anon/internal/node_suppression.h"
#include "weir/anon/internal/prepared.h"
#include "weir/anon/internal/snapshots.h"
#include "weir/anon/internal/witnesses.h"
#include "weir/anon/search.h"

namespace weir::anon::internal {

// Searches a lattice that has room in memory: a bound and the suppression known for every node.
//
// Nodes are taken up by ascending bound. Before one is grouped, the most general node above it that
// could still be the best is: its suppressed rows bound those of all nodes below, which often rules
// them out together.
class DenseSearch {
 public:
  static constexpr uint64_t kMostNodes = uint64_t{1} << 22;

  DenseSearch(const Prepared& prepared, const SearchLimits& limits);
  SearchOutcome Run();

 private:
  using Id = Lattice::Id;
  struct Node {
    Id id = 0;
    Levels levels = {};
    uint64_t total_level = 0;
  };

  void FillBounds();
  void FillOrder();
  Node NodeOf(Id id) const;
  bool IsRuledOut(const Node& node) const;
  bool MayBeBetter(const Node& node, uint64_t suppressed) const;
  bool MayLoseRows(const Node& node) const;
  uint64_t MostSuppressed(const Node& node) const;
  std::vector<Node> PathAbove(const Node& node) const;
  size_t FirstOf(const std::vector<Node>& path) const;
  void Resolve(const Node& node);
  void Check(const Node& node, Purpose purpose);
  void MakeHub(const Levels& levels);
  void RaiseFloor();
  void NeedHubs(const Node& node);
  bool IsRefutedByWitness(const Node& node);
  // Of all nodes above, and of all nodes at or below `levels`.
  void RaiseBoundsAbove(const Node& node, double bound);
  void RaiseBoundsBelow(const Levels& levels, double bound);
  void RaiseBoundsBelow(const Levels& levels, const std::vector<double>& extra);
  // Of the nodes that have the levels of `id` in the attributes before `a`, whose parts make up
  // `folded`.
  struct Folding {
    size_t attributes = 0;  // the first ones
    double folded = 0;
    Id id = 0;
  };
  void RaiseBy(const std::vector<std::vector<double>>& parts, Folding done);
  void Refuse(const Levels& levels);
  bool IsTimeOver();
  void Report(size_t done);

  const Prepared& prepared_;
  const SearchLimits& limits_;
  const Lattice& lattice_;
  const Measure& measure_;
  Evaluator evaluator_;
  Snapshots snapshots_;
  std::optional<Witnesses> witnesses_;
  // No node that can still be the best is lower in any attribute.
  Levels floor_;
  // Where only grouping tells anything, hubs are made early.
  uint64_t checks_before_hubs_ = 8;
  uint8_t hub_requests_needed_ = 2;
  // Attributes in the order in which hubs generalize them, and how often each hub was asked for.
  std::vector<size_t> hub_order_;
  std::vector<uint8_t> hub_requests_;  // by id
  std::vector<double> bounds_;
  std::vector<uint32_t> order_;
  std::vector<uint16_t> total_levels_;
  NodeSuppression suppressed_;
  std::vector<uint8_t> is_checked_;
  SearchOutcome outcome_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_DENSE_SEARCH_H_
