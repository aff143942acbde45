// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/dense_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace weir::anon::internal {
namespace {

// Where nothing may be suppressed, witnesses leave few nodes to check.
constexpr uint64_t kStrictChecksBeforeHubs = 16;
constexpr uint8_t kStrictHubRequests = 4;
// Counting small classes is several times as fast as grouping, so a hub must save several counts;
// fewer where tuples are too many for the cache.
constexpr uint8_t kHubRequests = 8;
constexpr uint8_t kHubRequestsOfMany = 4;
constexpr size_t kMany = size_t{1} << 16;
// Small classes that become witnesses when a node was counted or grouped.
constexpr size_t kWitnesses = 8;
// Hubs of fewer classes than this are not worth their making.
constexpr size_t kLeastHubSource = 256;
// Nodes that can be grouped from one hub, at least.
constexpr uint64_t kLeastFamily = 8;

// A double as a 32-bit number of the same order, rounded down.
uint32_t Ordered(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const uint64_t ordered = (bits >> 63) != 0 ? ~bits : bits | (uint64_t{1} << 63);
  return static_cast<uint32_t>(ordered >> 32);
}

// One pass of a stable sort of `ids` by a digit of at most 11 bits.
template <class DigitOf>
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): what is sorted, and room for it
void SortByDigit(std::vector<uint32_t>& ids, std::vector<uint32_t>& spare, DigitOf digit_of) {
  std::array<uint32_t, 2049> begin = {};
  for (const uint32_t id : ids) ++begin[digit_of(id) + 1];
  for (size_t d = 1; d < begin.size(); ++d) begin[d] += begin[d - 1];
  spare.resize(ids.size());
  for (const uint32_t id : ids) spare[begin[digit_of(id)]++] = id;
  ids.swap(spare);
}

// What each of `some` and each of `others` make together, the last varying fastest.
template <class T, class Combine>
std::vector<T> Combined(const std::vector<T>& some, const std::vector<T>& others,
                        const Combine& combine) {
  std::vector<T> all(some.size() * others.size());
  T* to = all.data();
  for (const T& one : some) {
    for (const T& other : others) *to++ = combine(one, other);
  }
  return all;
}

}  // namespace

DenseSearch::DenseSearch(const Prepared& prepared, const SearchLimits& limits)
    : prepared_(prepared),
      limits_(limits),
      lattice_(*prepared.lattice),
      measure_(*prepared.measure),
      evaluator_(prepared),
      snapshots_(prepared, limits.memory_bytes / 2),
      suppressed_(lattice_, prepared.limit()),
      start_(std::chrono::steady_clock::now()) {
  floor_ = lattice_.bottom();
  if (prepared.least_rows > 1) {
    const bool is_large = prepared.tuples.size >= kMany;
    hub_requests_needed_ = is_large ? kHubRequestsOfMany : kHubRequests;
    checks_before_hubs_ = hub_requests_needed_;
    if (prepared.limit() == 0) {
      hub_requests_needed_ = kStrictHubRequests;
      checks_before_hubs_ = kStrictChecksBeforeHubs;
    }
  }
  hub_order_.resize(lattice_.attributes());
  for (size_t a = 0; a < hub_order_.size(); ++a) hub_order_[a] = a;
  const Packing& packing = *prepared.packing;
  std::stable_sort(hub_order_.begin(), hub_order_.end(), [&](size_t a, size_t b) {
    return packing.hierarchy(a).size(0) > packing.hierarchy(b).size(0);
  });
  uint64_t family = 1;
  while (family < kLeastFamily && !hub_order_.empty()) {
    const size_t a = hub_order_.back();
    family *= uint64_t{1} + lattice_.top()[a] - lattice_.bottom()[a];
    hub_order_.pop_back();
  }
  if (prepared.is_above_ground()) MakeHub(floor_);
  if (prepared.least_rows > 1) witnesses_.emplace(prepared, snapshots_.BestFor(floor_).list);
}

// The fold in the order of attributes, as Measure::FoldOf has it: bit by bit the same.
void DenseSearch::FillBounds() {
  bounds_.assign(1, measure_.fold() == Fold::kProduct ? 1.0 : 0.0);
  for (size_t a = 0; a < lattice_.attributes(); ++a) {
    std::vector<double> parts;
    for (size_t level = lattice_.bottom()[a]; level <= lattice_.top()[a]; ++level) {
      parts.push_back(measure_.part(a, level));
    }
    bounds_ = Combined(bounds_, parts, [fold = measure_.fold()](double folded, double part) {
      return FoldedWith(fold, folded, part);
    });
  }
  for (double& bound : bounds_) bound = measure_.Settled(bound);
}

// Nodes that are not ruled out by bound, rounded to 32 bits; equal ones by total level, then id.
void DenseSearch::FillOrder() {
  order_.reserve(bounds_.size());
  for (uint32_t id = 0; id < bounds_.size(); ++id) {
    const bool is_left = is_checked_[id] == 0 && suppressed_.At(id) <= prepared_.limit() &&
                         !outcome_.best.RulesOut(bounds_[id]);
    if (is_left) order_.push_back(id);
  }
  if (order_.empty()) return;
  total_levels_.assign(1, 0);
  for (size_t a = 0; a < lattice_.attributes(); ++a) {
    std::vector<uint16_t> levels(1U + lattice_.top()[a] - lattice_.bottom()[a]);
    std::iota(levels.begin(), levels.end(), uint16_t{0});
    total_levels_ = Combined(total_levels_, levels, std::plus<uint16_t>());
  }
  std::vector<uint32_t> keys(bounds_.size());
  for (size_t id = 0; id < keys.size(); ++id) keys[id] = Ordered(bounds_[id]);
  std::vector<uint32_t> spare;
  SortByDigit(order_, spare, [&](uint32_t id) { return total_levels_[id] & 2047U; });
  SortByDigit(order_, spare, [&](uint32_t id) { return keys[id] & 2047U; });
  SortByDigit(order_, spare, [&](uint32_t id) { return (keys[id] >> 11) & 2047U; });
  SortByDigit(order_, spare, [&](uint32_t id) { return keys[id] >> 22; });
}

DenseSearch::Node DenseSearch::NodeOf(Id id) const {
  Node node = {.id = id, .levels = lattice_.LevelsOf(id)};
  node.total_level = TotalLevel(node.levels);
  return node;
}

bool DenseSearch::MayBeBetter(const Node& node, uint64_t suppressed) const {
  if (suppressed > prepared_.limit()) return false;
  Rating bound = measure_.BoundRating(node.levels, suppressed);
  bound.key = std::max(bounds_[node.id], bound.key);
  return !outcome_.best.RulesOut(bound, node.total_level, node.id);
}

bool DenseSearch::IsRuledOut(const Node& node) const {
  return is_checked_[node.id] != 0 ||
         outcome_.best.RulesOut(bounds_[node.id], node.total_level, node.id) ||
         !MayBeBetter(node, suppressed_.At(node.id));
}

// Whether the node may be better than the best although rows are suppressed.
bool DenseSearch::MayLoseRows(const Node& node) const {
  return MayBeBetter(node, std::max<uint64_t>(1, suppressed_.At(node.id)));
}

// The most rows that may be suppressed if the node is to be better than the best.
uint64_t DenseSearch::MostSuppressed(const Node& node) const {
  if (MayBeBetter(node, prepared_.limit())) return prepared_.limit();
  uint64_t low = suppressed_.At(node.id);
  uint64_t high = prepared_.limit();
  while (low + 1 < high) {
    const uint64_t middle = low + (high - low) / 2;
    (MayBeBetter(node, middle) ? low : high) = middle;
  }
  return low;
}

// Nodes from `node` upwards, each one level above the one before, the next always the one of the
// smallest bound, while none is ruled out.
std::vector<DenseSearch::Node> DenseSearch::PathAbove(const Node& node) const {
  std::vector<Node> path = {node};
  while (true) {
    const Node& last = path.back();
    std::optional<size_t> cheapest;
    for (size_t a = 0; a < last.levels.size(); ++a) {
      if (last.levels[a] == lattice_.top()[a]) continue;
      const Id id = last.id + lattice_.stride(a);
      if (!cheapest || bounds_[id] < bounds_[last.id + lattice_.stride(*cheapest)]) cheapest = a;
    }
    if (!cheapest) return path;
    Node next = last;
    next.id += lattice_.stride(*cheapest);
    ++next.levels[*cheapest];
    ++next.total_level;
    if (IsRuledOut(next)) return path;
    path.push_back(std::move(next));
  }
}

// Of a node with a class that is suppressed in every more special one.
void DenseSearch::Refuse(const Levels& levels) { suppressed_.RaiseBelow(levels, 1); }

void DenseSearch::Check(const Node& node, Purpose purpose) {
  is_checked_[node.id] = 1;
  ++outcome_.nodes_checked;
  RaiseFloor();
  NeedHubs(node);
  const ClassSource source = snapshots_.BestFor(node.levels);
  const uint64_t most_suppressed = MostSuppressed(node);
  const Evaluation evaluation = evaluator_.Evaluate(
      node.levels, source, {.most_suppressed = most_suppressed, .purpose = purpose});
  if (witnesses_ && most_suppressed == 0 && evaluation.suppressed_below > 0) {
    for (std::vector<uint64_t>& key : evaluator_.SmallestClasses(source, kWitnesses)) {
      Refuse(witnesses_->Add(node.levels, std::move(key)));
    }
  }
  outcome_.best.Offer(evaluation, node.total_level, node.id);
  suppressed_.RaiseBelow(node.levels, evaluation.suppressed_below);
  RaiseBoundsAbove(node, evaluation.bound_above);
  if (evaluation.suppressed_below == kRefused) return;
  if (evaluation.bound_below > bounds_[0]) RaiseBoundsBelow(node.levels, evaluation.bound_below);
  if (!evaluation.extra.empty()) RaiseBoundsBelow(node.levels, evaluation.extra);
}

void DenseSearch::RaiseBoundsAbove(const Node& node, double bound) {
  if (bound <= bounds_[node.id]) return;
  ForEachRun(lattice_, node.levels, lattice_.top(), [&](Id first, uint64_t count) {
    double* known = bounds_.data() + first;
    for (uint64_t i = 0; i < count; ++i) known[i] = std::max(known[i], bound);
  });
}

void DenseSearch::RaiseBoundsBelow(const Levels& levels, double bound) {
  ForEachRun(lattice_, lattice_.bottom(), levels, [&](Id first, uint64_t count) {
    double* known = bounds_.data() + first;
    for (uint64_t i = 0; i < count; ++i) known[i] = std::max(known[i], bound);
  });
}

// The bounds of FillBounds, with so much extra in each attribute.
void DenseSearch::RaiseBoundsBelow(const Levels& levels, const std::vector<double>& extra) {
  std::vector<std::vector<double>> parts(levels.size());
  for (size_t a = 0; a < levels.size(); ++a) {
    for (size_t level = lattice_.bottom()[a]; level <= levels[a]; ++level) {
      parts[a].push_back(measure_.PartWith(a, level, extra[a]));
    }
  }
  RaiseBy(parts, {.folded = measure_.fold() == Fold::kProduct ? 1.0 : 0.0});
}

void DenseSearch::RaiseBy(const std::vector<std::vector<double>>& parts, Folding done) {
  const size_t a = done.attributes;
  const bool is_last = a + 1 == parts.size();
  for (const double part : parts[a]) {
    const double with = FoldedWith(measure_.fold(), done.folded, part);
    if (is_last) {
      bounds_[done.id] = std::max(bounds_[done.id], measure_.Settled(with));
    } else {
      RaiseBy(parts, {.attributes = a + 1, .folded = with, .id = done.id});
    }
    done.id += lattice_.stride(a);
  }
}

void DenseSearch::MakeHub(const Levels& levels) {
  const ClassSource source = snapshots_.BestFor(levels);
  if (source.list.size < kLeastHubSource) return;
  evaluator_.GroupOnly(levels, source);
  evaluator_.KeepClasses(levels, source, snapshots_);
}

// A level of an attribute is ruled out with all below it if it is with the others as general as
// can be. What is not ruled out in this way lies above one node, which is worth a hub.
void DenseSearch::RaiseFloor() {
  bool has_risen = false;
  const Id top = lattice_.nodes() - 1;
  for (size_t a = 0; a < floor_.size(); ++a) {
    const uint64_t height = uint64_t{lattice_.top()[a]} - floor_[a];
    for (uint64_t below = height; below > 0; --below) {
      if (suppressed_.At(top - below * lattice_.stride(a)) <= prepared_.limit()) break;
      ++floor_[a];
      has_risen = true;
    }
  }
  if (has_risen && outcome_.nodes_checked >= checks_before_hubs_) MakeHub(floor_);
}

// Hubs generalize the first few attributes as the node does, and leave the rest: whole families of
// nodes are grouped from one, and each hub from the one before. A hub is made when it was asked for
// often enough.
void DenseSearch::NeedHubs(const Node& node) {
  if (outcome_.nodes_checked < checks_before_hubs_) return;
  Levels hub = floor_;
  Id id = lattice_.IdOf(hub);
  for (const size_t a : hub_order_) {
    if (node.levels[a] <= hub[a]) continue;
    id += lattice_.stride(a) * (uint64_t{node.levels[a]} - hub[a]);
    hub[a] = node.levels[a];
    uint8_t& requests = hub_requests_[id];
    if (id == node.id || requests == hub_requests_needed_) continue;
    if (++requests == hub_requests_needed_ && snapshots_.has_room()) MakeHub(hub);
  }
}

// Where not one row may be suppressed, a known small class may refuse the node without grouping.
bool DenseSearch::IsRefutedByWitness(const Node& node) {
  if (!witnesses_ || MayLoseRows(node)) return false;
  const std::vector<Levels> found = witnesses_->Refute(node.levels);
  for (const Levels& levels : found) Refuse(levels);
  return !found.empty();
}

// Where on a path to look first. Its top rules most out, if at all. Where parts of a class that is
// refused may be kept, that is less often; and a measure of class sizes, which bounds the nodes
// above as well, learns most in the middle.
size_t DenseSearch::FirstOf(const std::vector<Node>& path) const {
  const size_t last = path.size() - 1;
  if (measure_.needs() == ClassNeeds::kSizes) return last - last / 2;
  return prepared_.other_models.empty() ? last : last - last / 4;
}

void DenseSearch::Resolve(const Node& node) {
  if (IsRefutedByWitness(node)) return;
  if (witnesses_ && prepared_.is_by_rows_alone() && !MayLoseRows(node)) {
    Check(node, Purpose::kRuleOutBelow);
    return;
  }
  // Where suppression costs nothing and is not limited, the node itself decides at once.
  const uint64_t rows = prepared_.table().total_rows;
  const bool is_free = prepared_.limit() >= rows && !measure_.has_extra() &&
                       measure_.Bound(node.levels, rows) <= bounds_[node.id];
  std::vector<Node> path = is_free ? std::vector<Node>{node} : PathAbove(node);
  size_t low = 0;
  size_t high = path.size();
  while (!IsRuledOut(node)) {
    const size_t at = high == path.size() ? FirstOf(path) : low + (high - low) / 2;
    if (is_checked_[path[at].id] == 0 && !IsRuledOut(path[at]) && !IsRefutedByWitness(path[at])) {
      // Most nodes below the node itself have been taken up: their bounds are smaller.
      Check(path[at], at == 0 ? Purpose::kRate : Purpose::kRuleOutBelow);
    }
    high = at;
  }
}

bool DenseSearch::IsTimeOver() {
  return limits_.time && std::chrono::steady_clock::now() - start_ > *limits_.time;
}

void DenseSearch::Report(size_t done) {
  if (limits_.progress == nullptr || done % 64 != 0) return;
  limits_.progress(static_cast<double>(done) / static_cast<double>(order_.size()));
}

SearchOutcome DenseSearch::Run() {
  FillBounds();
  is_checked_.assign(bounds_.size(), 0);
  hub_requests_.assign(bounds_.size(), 0);
  // Before the others are put in order: often it leaves only some of them, or none.
  if (!IsTimeOver()) Resolve(NodeOf(0));
  FillOrder();
  uint64_t ruled_out = 0;
  for (size_t done = 0; done < order_.size(); ++done) {
    const Id id = order_[done];
    if (is_checked_[id] != 0 || suppressed_.At(id) > prepared_.limit()) continue;
    const bool is_ruled_out = outcome_.best.RulesOut(bounds_[id], total_levels_[id], id);
    if (is_ruled_out && ++ruled_out % 64 != 0) continue;
    const Node node = NodeOf(id);
    // The order is that of bounds rounded to twenty binary digits.
    const double folded = measure_.FoldOf(node.levels);
    if (outcome_.best.RulesOut(folded - 1e-5 * std::abs(folded))) break;
    if (IsRuledOut(node)) continue;
    if (IsTimeOver()) {
      outcome_.is_complete = false;
      outcome_.bound = folded - 1e-5 * std::abs(folded);
      break;
    }
    Resolve(node);
    Report(done);
  }
  return std::move(outcome_);
}

}  // namespace weir::anon::internal
