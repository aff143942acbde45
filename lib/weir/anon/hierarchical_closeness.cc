// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weir/anon/internal/closeness.h"
#include "weir/anon/internal/kept_shares.h"
#include "weir/anon/internal/least_rows.h"
#include "weir/anon/t_closeness.h"

namespace weir::anon {
namespace {

using internal::ClosenessLimit;

constexpr size_t kMostLevels = 64;

struct Leaf {
  uint32_t value = 0;
  uint64_t rows = 0;  // of the table
  // Levels 1 ... nodes_ended have a node whose last leaf this is; the root is not counted.
  uint32_t nodes_ended = 0;
};

// In the order of a walk through the tree, so that the leaves of every node are neighbours.
std::vector<Leaf> WalkLeaves(const SensitiveAttribute& attribute, const Hierarchy& hierarchy) {
  std::vector<uint32_t> values(attribute.rows.size());
  std::iota(values.begin(), values.end(), 0);
  std::stable_sort(values.begin(), values.end(), [&](uint32_t a, uint32_t b) {
    for (size_t level = hierarchy.levels() - 1; level > 0; --level) {
      const auto codes = hierarchy.codes(level);
      if (codes[a] != codes[b]) return codes[a] < codes[b];
    }
    return false;
  });
  std::vector<Leaf> leaves;
  leaves.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    Leaf leaf{.value = values[i], .rows = attribute.rows[values[i]], .nodes_ended = 0};
    for (size_t level = 1; level + 1 < hierarchy.levels(); ++level) {
      const auto codes = hierarchy.codes(level);
      const bool is_last = i + 1 == values.size() || codes[values[i]] != codes[values[i + 1]];
      if (is_last) leaf.nodes_ended = static_cast<uint32_t>(level);
    }
    leaves.push_back(leaf);
  }
  return leaves;
}

// A label below the root: its leaves in the order of the walk, and its share of the table.
struct Label {
  size_t first = 0;
  size_t end = 0;
  double share = 0;
};

std::vector<Label> LabelsOf(const std::vector<Leaf>& leaves, const SensitiveAttribute& attribute,
                            const Hierarchy& hierarchy) {
  std::vector<Label> labels;
  for (size_t level = 0; level + 1 < hierarchy.levels(); ++level) {
    const auto codes = hierarchy.codes(level);
    for (size_t i = 0; i < leaves.size(); ++i) {
      const bool is_same = i > 0 && codes[leaves[i].value] == codes[leaves[i - 1].value];
      if (!is_same) labels.push_back({.first = i});
      labels.back().end = i + 1;
      labels.back().share +=
          static_cast<double>(leaves[i].rows) / static_cast<double>(attribute.total);
    }
  }
  return labels;
}

// With the ground distance h / H the earth mover's distance is the mean, over the levels below the
// root, of the total variation distance between the labels of that level: a share crosses the edge
// above a node if and only if the node holds too much of it, and each edge crossed costs 1 / H
// going up or down together.
class HierarchicalModel final : public ClassModel {
 public:
  HierarchicalModel(const SensitiveAttribute& attribute, const Hierarchy& hierarchy,
                    ClosenessLimit limit)
      : place_(attribute.place),
        name_(attribute.name),
        total_(attribute.total),
        height_(static_cast<double>(std::max<size_t>(1, hierarchy.levels() - 1))),
        leaves_(WalkLeaves(attribute, hierarchy)),
        labels_(LabelsOf(leaves_, attribute, hierarchy)),
        shares_(labels_, [](const Label& label) { return label.share; }),
        limit_(std::move(limit)) {
    const auto levels = RowsByLevel(attribute, hierarchy);
    uint64_t labels = 0;
    for (const auto& level : levels) labels += level.size();
    least_rows_ = internal::LeastRows(labels, total_, [&](uint64_t rows) {
      uint128 work = 0;
      for (const auto& level : levels) work += internal::LeastExcess(level, total_, rows);
      return limit_.Admits(work, rows);
    });
  }

  bool Holds(const ClassView& view) const override {
    if (view.rows < least_rows_) return false;
    return limit_.is_narrow(view.rows) ? IsClose<int64_t>(view) : IsClose<int128>(view);
  }
  Merging merging() const override { return Merging::kBothNeeded; }
  std::string name() const override {
    return limit_.text() + "-closeness (hierarchical distance) of " + name_;
  }
  uint64_t least_rows() const override { return least_rows_; }
  // As with equal distance, on the average of the levels: a label keeps at most its rows, and its
  // share of all that is kept.
  uint64_t LeastSuppressed(const ClassView& view) const override {
    const auto counts = view.sensitive[place_];
    internal::PartRows before(leaves_.size() + 1);
    double sum = 0;
    for (size_t i = 0; i < leaves_.size(); ++i) {
      before[i] = sum;
      sum += static_cast<double>(counts[leaves_[i].value]);
    }
    before[leaves_.size()] = sum;
    internal::PartRows rows(labels_.size());
    for (size_t i = 0; i < labels_.size(); ++i) {
      rows[i] = before[labels_[i].end] - before[labels_[i].first];
    }
    const double close = height_ * (1 - limit_.t());
    const auto most_kept = [&](double kept) {
      const internal::KeptBound within = shares_.Within(rows, kept);
      return internal::KeptBound{.most = within.most / close, .slope = within.slope / close};
    };
    const uint64_t most = internal::MostKeptRows(view.rows, least_rows_, most_kept);
    return std::max<uint64_t>(1, view.rows - most);
  }

 private:
  static std::vector<std::vector<uint64_t>> RowsByLevel(const SensitiveAttribute& attribute,
                                                        const Hierarchy& hierarchy) {
    std::vector<std::vector<uint64_t>> levels;
    for (size_t level = 0; level + 1 < hierarchy.levels(); ++level) {
      std::vector<uint64_t>& rows = levels.emplace_back(hierarchy.size(level), 0);
      const auto codes = hierarchy.codes(level);
      for (size_t value = 0; value < codes.size(); ++value) {
        rows[codes[value]] += attribute.rows[value];
      }
    }
    return levels;
  }

  template <class Int>
  bool IsClose(const ClassView& view) const {
    const auto rows = static_cast<Int>(view.rows);
    const auto total = static_cast<Int>(total_);
    const auto counts = view.sensitive[place_];
    const auto most = static_cast<Int>(limit_.Most(view.rows));
    std::array<Int, kMostLevels> excess = {};  // of the open node of each level
    Int work = 0;
    for (const Leaf& leaf : leaves_) {
      Int difference =
          static_cast<Int>(counts[leaf.value]) * total - static_cast<Int>(leaf.rows) * rows;
      work += std::max<Int>(difference, 0);
      for (uint32_t level = 1; level <= leaf.nodes_ended; ++level) {
        difference += excess[level];
        excess[level] = 0;
        work += std::max<Int>(difference, 0);
      }
      excess[leaf.nodes_ended + 1] += difference;
      if (work > most) return false;
    }
    return true;
  }

  size_t place_;
  std::string name_;
  uint64_t total_;
  double height_;
  std::vector<Leaf> leaves_;
  std::vector<Label> labels_;
  internal::KeptShares shares_;  // of labels_
  ClosenessLimit limit_;
  uint64_t least_rows_ = 1;
};

Status CheckDomain(const SensitiveAttribute& attribute, const Hierarchy& hierarchy) {
  const std::string name = QuoteText(attribute.name);
  if (hierarchy.size(0) != attribute.rows.size()) {
    return InvalidArgument("the hierarchy of %s must have the values of the attribute as leaves",
                           name.c_str());
  }
  if (!hierarchy.has_root()) {
    return InvalidArgument("the hierarchy of %s must end in one label for all", name.c_str());
  }
  if (hierarchy.levels() > kMostLevels) {
    return InvalidArgument("the hierarchy of %s must have at most %zu levels, has %zu",
                           name.c_str(), kMostLevels, hierarchy.levels());
  }
  return OkStatus();
}

}  // namespace

StatusOr<ClassModelPtr> MakeHierarchicalCloseness(const SensitiveAttribute& attribute,
                                                  const Decimal& t, const Hierarchy& hierarchy) {
  WEIR_RETURN_IF_ERROR(CheckDomain(attribute, hierarchy));
  const uint64_t height = std::max<size_t>(1, hierarchy.levels() - 1);
  WEIR_ASSIGN_OR_RETURN(ClosenessLimit limit, ClosenessLimit::Create(t, attribute, height));
  return std::make_shared<const HierarchicalModel>(attribute, hierarchy, std::move(limit));
}

}  // namespace weir::anon
