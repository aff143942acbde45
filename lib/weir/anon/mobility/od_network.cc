// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/od_network.h"

#include <algorithm>
#include <utility>

namespace weir::anon {
namespace {

constexpr uint64_t kUnreached = std::numeric_limits<uint64_t>::max();

}  // namespace

OdNetwork::OdNetwork(const OdTable& table, std::vector<bool> suppressed)
    : table_(&table),
      suppressed_(table.cells(), false),
      values_(table.movable),
      least_(table.movable),
      largest_(table.movable),
      arcs_(table.rows() + table.columns()),
      seen_(table.rows() + table.columns(), 0),
      reached_by_(table.rows() + table.columns()) {
  for (size_t cell = 0; cell < suppressed.size(); ++cell) {
    if (suppressed[cell]) Suppress(cell);
  }
}

OdNetwork::Ends OdNetwork::EndsOf(size_t cell) const {
  const size_t row = table_->RowOf(cell);
  const size_t column = table_->rows() + table_->ColumnOf(cell);
  // Trips and the total lead from rows to columns, margins back.
  if (table_->IsRowMargin(cell) == table_->IsColumnMargin(cell)) return {row, column};
  return {column, row};
}

void OdNetwork::Suppress(size_t cell) {
  if (suppressed_[cell]) return;
  suppressed_[cell] = true;
  const Ends ends = EndsOf(cell);
  arcs_[ends.from].push_back({.cell = cell, .other = ends.to, .forward = true});
  arcs_[ends.to].push_back({.cell = cell, .other = ends.from, .forward = false});
}

std::vector<OdNetwork::Step> OdNetwork::FindShortPath(size_t cell, size_t source,
                                                      size_t target) const {
  for (const Arc& first : arcs_[source]) {
    if (first.cell == cell || !CanStep(first)) continue;
    for (const Arc& back : arcs_[target]) {
      const Arc last = {.cell = back.cell, .other = target, .forward = !back.forward};
      if (last.cell == cell || !CanStep(last)) continue;
      const size_t row = std::min(first.other, back.other);
      const size_t middle = table_->CellOf(row, std::max(first.other, back.other) - table_->rows());
      if (!suppressed_[middle]) continue;
      const bool forward = EndsOf(middle).from == first.other;
      if (!forward && values_[middle] == 0) continue;
      return {{last.cell, last.forward}, {middle, forward}, {first.cell, first.forward}};
    }
  }
  return {};
}

std::vector<OdNetwork::Step> OdNetwork::FindPath(size_t cell, Direction direction) {
  const Ends ends = EndsOf(cell);
  const size_t source = direction == Direction::kUp ? ends.to : ends.from;
  const size_t target = direction == Direction::kUp ? ends.from : ends.to;
  std::vector<Step> path = FindShortPath(cell, source, target);
  if (!path.empty()) return path;
  ++search_;
  seen_[source] = search_;
  queue_.assign(1, source);
  for (size_t next = 0; next < queue_.size() && seen_[target] != search_; ++next) {
    for (const Arc& arc : arcs_[queue_[next]]) {
      if (seen_[arc.other] == search_ || arc.cell == cell || !CanStep(arc)) continue;
      seen_[arc.other] = search_;
      reached_by_[arc.other] = {arc.cell, arc.forward};
      queue_.push_back(arc.other);
    }
  }
  if (seen_[target] != search_) return path;
  for (size_t node = target; node != source;) {
    const Step step = reached_by_[node];
    path.push_back(step);
    const Ends step_ends = EndsOf(step.cell);
    node = step.forward ? step_ends.from : step_ends.to;
  }
  return path;
}

uint64_t OdNetwork::Move(size_t cell, Direction direction, uint64_t limit) {
  if (direction == Direction::kDown) limit = std::min(limit, values_[cell]);
  uint64_t moved = 0;
  while (moved < limit) {
    const std::vector<Step> path = FindPath(cell, direction);
    if (path.empty()) break;
    uint64_t step_by = limit - moved;
    for (const Step& step : path) {
      if (!step.forward) step_by = std::min(step_by, values_[step.cell]);
    }
    if (limit == kNoUpperBound && step_by == limit - moved) return kNoUpperBound;
    for (const Step& step : path) {
      values_[step.cell] =
          step.forward ? values_[step.cell] + step_by : values_[step.cell] - step_by;
      changed_.push_back(step.cell);
    }
    values_[cell] = direction == Direction::kUp ? values_[cell] + step_by : values_[cell] - step_by;
    changed_.push_back(cell);
    moved += step_by;
  }
  for (const size_t changed : changed_) {
    least_[changed] = std::min(least_[changed], values_[changed]);
    largest_[changed] = std::max(largest_[changed], values_[changed]);
  }
  return moved;
}

void OdNetwork::Restore() {
  for (const size_t cell : changed_) values_[cell] = table_->movable[cell];
  changed_.clear();
}

std::vector<OdNetwork::CellValue> OdNetwork::TakeChanges() {
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  std::vector<CellValue> changes;
  changes.reserve(changed_.size());
  for (const size_t cell : changed_) changes.push_back({cell, values_[cell]});
  Restore();
  return changes;
}

std::vector<OdNetwork::CellValue> OdNetwork::MoveUp(size_t cell, uint64_t limit) {
  Move(cell, Direction::kUp, limit);
  return TakeChanges();
}

std::vector<OdNetwork::CellValue> OdNetwork::MoveDown(size_t cell, uint64_t limit) {
  Move(cell, Direction::kDown, limit);
  return TakeChanges();
}

CellBounds OdNetwork::Bounds(size_t cell) {
  const uint64_t value = table_->movable[cell];
  const uint64_t up = Move(cell, Direction::kUp, kNoUpperBound);
  Restore();
  const uint64_t down = Move(cell, Direction::kDown, value);
  Restore();
  return {.lower = value - down, .upper = up == kNoUpperBound ? up : value + up};
}

uint64_t OdNetwork::WidthUpTo(size_t cell, uint64_t enough) {
  if (largest_[cell] - least_[cell] >= enough) return enough;
  uint64_t width = Move(cell, Direction::kUp, enough);
  Restore();
  if (width < enough) width += Move(cell, Direction::kDown, enough - width);
  Restore();
  return width;
}

OdNetwork::Extension OdNetwork::FindExtension(size_t cell, uint64_t amount,
                                              const std::vector<uint64_t>& costs,
                                              bool allow_total) {
  Extension best;
  for (const Direction direction : {Direction::kUp, Direction::kDown}) {
    if (direction == Direction::kDown && values_[cell] < amount) continue;
    Extension found = FindCycle(cell, direction, amount, costs, allow_total);
    if (found.cost < best.cost) best = std::move(found);
  }
  if (best.exists() && !best.cells.empty()) return best;
  best = {};
  for (const Direction direction : {Direction::kUp, Direction::kDown}) {
    // What the suppressed cells allow is used up first: each path found widens the interval.
    Move(cell, direction, amount);
    if (direction == Direction::kUp || values_[cell] > 0) {
      Extension found = FindCycle(cell, direction, 1, costs, allow_total);
      if (!found.cells.empty() && found.cost < best.cost) best = std::move(found);
    }
    Restore();
  }
  return best;
}

// Dijkstra's algorithm over all cells: suppressed ones cost nothing.
OdNetwork::Extension OdNetwork::FindCycle(size_t cell, Direction direction, uint64_t amount,
                                          const std::vector<uint64_t>& costs,
                                          bool allow_total) const {
  const size_t nodes = arcs_.size();
  const Ends ends = EndsOf(cell);
  const size_t source = direction == Direction::kUp ? ends.to : ends.from;
  const size_t target = direction == Direction::kUp ? ends.from : ends.to;
  std::vector<uint64_t> distance(nodes, kUnreached);
  std::vector<Step> by(nodes);
  std::vector<bool> done(nodes, false);
  distance[source] = 0;
  while (!done[target]) {
    size_t node = nodes;
    for (size_t i = 0; i < nodes; ++i) {
      if (done[i] || distance[i] == kUnreached) continue;
      if (node == nodes || distance[i] < distance[node]) node = i;
    }
    if (node == nodes) return {};
    done[node] = true;
    const bool is_row = node < table_->rows();
    const size_t others = is_row ? table_->columns() : table_->rows();
    for (size_t i = 0; i < others; ++i) {
      const size_t arc =
          is_row ? table_->CellOf(node, i) : table_->CellOf(i, node - table_->rows());
      const size_t other = is_row ? table_->rows() + i : i;
      if (arc == cell || done[other] || table_->impossible[arc]) continue;
      if (!suppressed_[arc] && arc == table_->total() && !allow_total) continue;
      const bool forward = EndsOf(arc).from == node;
      if (!forward && values_[arc] < amount) continue;
      const uint64_t reached = distance[node] + (suppressed_[arc] ? 0 : costs[arc]);
      if (reached >= distance[other]) continue;
      distance[other] = reached;
      by[other] = {arc, forward};
    }
  }
  Extension extension = {.cells = {}, .cost = distance[target]};
  for (size_t node = target; node != source;) {
    const Step step = by[node];
    if (!suppressed_[step.cell]) extension.cells.push_back(step.cell);
    const Ends step_ends = EndsOf(step.cell);
    node = step.forward ? step_ends.from : step_ends.to;
  }
  return extension;
}

}  // namespace weir::anon
