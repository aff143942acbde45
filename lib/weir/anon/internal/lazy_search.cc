// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/lazy_search.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace weir::anon::internal {
namespace {

constexpr size_t kMostLessons = 4096;

}  // namespace

LazySearch::LazySearch(const Prepared& prepared, const SearchLimits& limits)
    : prepared_(prepared),
      limits_(limits),
      lattice_(*prepared.lattice),
      measure_(*prepared.measure),
      evaluator_(prepared),
      snapshots_(prepared, limits.memory_bytes / 4),
      most_open_(limits.memory_bytes / 2 / (sizeof(Node) + prepared.lattice->attributes() + 32)),
      start_(std::chrono::steady_clock::now()) {
  if (!prepared.is_above_ground()) return;
  const ClassSource source = SourceOf(prepared);
  evaluator_.GroupOnly(lattice_.bottom(), source);
  evaluator_.KeepClasses(lattice_.bottom(), source, snapshots_);
}

uint64_t LazySearch::LeastSuppressed(const Node& node) const {
  uint64_t least = 0;
  for (const Lesson& lesson : lessons_) {
    if (lesson.suppressed > least && IsAbove(lesson.levels, node.levels)) {
      least = lesson.suppressed;
    }
  }
  return least;
}

bool LazySearch::MayBeBetter(const Node& node, uint64_t suppressed) const {
  if (suppressed > prepared_.limit()) return false;
  return !outcome_.best.RulesOut(measure_.BoundRating(node.levels, suppressed), node.total_level,
                                 node.id);
}

uint64_t LazySearch::MostSuppressed(const Node& node, uint64_t least) const {
  if (MayBeBetter(node, prepared_.limit())) return prepared_.limit();
  uint64_t low = least;
  uint64_t high = prepared_.limit();
  while (low + 1 < high) {
    const uint64_t middle = low + (high - low) / 2;
    (MayBeBetter(node, middle) ? low : high) = middle;
  }
  return low;
}

LazySearch::Node LazySearch::HighestAbove(const Node& node) const {
  Node high = node;
  while (true) {
    std::optional<Node> cheapest;
    for (size_t a = 0; a < high.levels.size(); ++a) {
      if (high.levels[a] == lattice_.top()[a]) continue;
      Node next = high;
      ++next.levels[a];
      ++next.total_level;
      next.id += lattice_.stride(a);
      next.bound = measure_.FoldOf(next.levels);
      if (!cheapest || next.bound < cheapest->bound) cheapest = std::move(next);
    }
    if (!cheapest || !MayBeBetter(*cheapest, LeastSuppressed(*cheapest))) return high;
    high = *std::move(cheapest);
  }
}

LazySearch::Node LazySearch::NodeAt(const Levels& levels) const {
  return {.bound = measure_.FoldOf(levels),
          .total_level = TotalLevel(levels),
          .id = lattice_.IdOf(levels),
          .levels = levels};
}

void LazySearch::CheckIfBetter(const Levels& levels) {
  const Node node = NodeAt(levels);
  if (MayBeBetter(node, LeastSuppressed(node))) Check(node);
}

void LazySearch::CheckLower(const Levels& from) {
  for (size_t a = 0; a < from.size() && !IsOver(); ++a) {
    if (from[a] == lattice_.bottom()[a]) continue;
    Levels lower = from;
    --lower[a];
    CheckIfBetter(lower);
  }
}

void LazySearch::CheckExchanges(const Levels& from) {
  for (size_t a = 0; a < from.size(); ++a) {
    if (from[a] == lattice_.bottom()[a]) continue;
    for (size_t b = 0; b < from.size() && !IsOver(); ++b) {
      if (b == a || from[b] == lattice_.top()[b]) continue;
      Levels other = from;
      --other[a];
      ++other[b];
      CheckIfBetter(other);
    }
  }
}

void LazySearch::Descend() {
  Check(NodeAt(lattice_.top()));
  while (outcome_.best.is_found() && !IsOver()) {
    const Lattice::Id id = outcome_.best.id();
    const Levels from = lattice_.LevelsOf(id);
    CheckLower(from);
    if (outcome_.best.id() == id) CheckExchanges(from);
    if (outcome_.best.id() == id) return;
  }
}

// A lesson that another contains is dropped; when the list is full, the most special go first.
void LazySearch::Learn(const Levels& levels, uint64_t suppressed) {
  if (suppressed == 0) return;
  std::erase_if(lessons_, [&](const Lesson& lesson) {
    return lesson.suppressed <= suppressed && IsAbove(levels, lesson.levels);
  });
  if (lessons_.size() >= kMostLessons) {
    const auto lowest =
        std::min_element(lessons_.begin(), lessons_.end(), [](const Lesson& a, const Lesson& b) {
          return TotalLevel(a.levels) < TotalLevel(b.levels);
        });
    lessons_.erase(lowest);
  }
  lessons_.push_back({.levels = levels, .suppressed = suppressed});
}

void LazySearch::Check(const Node& node) {
  ++outcome_.nodes_checked;
  const ClassSource source = snapshots_.BestFor(node.levels);
  const Evaluation evaluation =
      evaluator_.Evaluate(node.levels, source,
                          {.most_suppressed = MostSuppressed(node, LeastSuppressed(node)),
                           .purpose = Purpose::kRuleOutBelow});
  if (evaluation.is_grouped) evaluator_.KeepClasses(node.levels, source, snapshots_);
  outcome_.best.Offer(evaluation, node.total_level, node.id);
  Learn(node.levels, evaluation.suppressed_below);
}

void LazySearch::Expand(const Node& node) {
  for (size_t a = node.last_raised; a < node.levels.size(); ++a) {
    if (node.levels[a] == lattice_.top()[a]) continue;
    Node next = {.total_level = node.total_level + 1,
                 .id = node.id + lattice_.stride(a),
                 .levels = node.levels,
                 .last_raised = a};
    ++next.levels[a];
    // Bounds that are not monotone in a level must not let a node come too late.
    next.bound = std::max(node.bound, measure_.FoldOf(next.levels));
    if (!outcome_.best.RulesOut(next.bound)) open_.push(std::move(next));
  }
}

bool LazySearch::IsOver() const {
  if (open_.size() > most_open_) return true;
  return limits_.time && std::chrono::steady_clock::now() - start_ > *limits_.time;
}

SearchOutcome LazySearch::Run() {
  open_.push(NodeAt(lattice_.bottom()));
  Descend();
  while (!open_.empty()) {
    const Node node = open_.top();
    if (outcome_.best.RulesOut(node.bound)) break;
    if (IsOver()) {
      outcome_.is_complete = false;
      outcome_.bound = node.bound;
      break;
    }
    open_.pop();
    if (MayBeBetter(node, LeastSuppressed(node))) {
      const Node high = HighestAbove(node);
      if (high.id != node.id) Check(high);
      if (MayBeBetter(node, LeastSuppressed(node))) Check(node);
    }
    Expand(node);
    if (limits_.progress && outcome_.nodes_checked % 64 == 0) {
      limits_.progress(static_cast<double>(node.id) / static_cast<double>(lattice_.nodes()));
    }
  }
  return std::move(outcome_);
}

}  // namespace weir::anon::internal
