// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <string>
#include <unordered_map>
#include <utility>

#include "weir/anon/internal/tuple_judge.h"
#include "weir/anon/recoding.h"

namespace weir::anon {
namespace {

constexpr size_t kMostRuleAttributes = 16;
constexpr size_t kMostAttributes = 32;

using Mask = uint32_t;  // a bit an attribute
using Tuples = std::vector<uint32_t>;
using Groups = std::unordered_map<std::string, Tuples>;

Mask BitOf(size_t attribute) { return Mask{1} << attribute; }

class CellSuppressor {
 public:
  explicit CellSuppressor(const SearchProblem& problem)
      : problem_(problem), judge_(problem), masks_(problem.table->tuples(), 0) {
    suppressed_.assign(masks_.size(), false);
    for (size_t a = 0; a < problem.hierarchies.size(); ++a) {
      levels_.push_back(internal::LevelsOf(problem, a).first);
    }
    is_partial_ = std::any_of(problem.k_anonymity.begin(), problem.k_anonymity.end(),
                              [](const KAnonymityRule& rule) { return !rule.attributes.empty(); });
  }

  Recoding Run() {
    // Each turn suppresses a cell that was not, or ends.
    for (bool changed = true; changed;) {
      changed = false;
      for (const KAnonymityRule& rule : problem_.k_anonymity) {
        if (Enforce(rule)) changed = true;
      }
    }
    if (!is_partial_) TakeBack();
    return ToRecoding();
  }

 private:
  std::vector<size_t> AttributesOf(const KAnonymityRule& rule) const {
    if (!rule.attributes.empty()) return rule.attributes;
    std::vector<size_t> all;
    for (size_t a = 0; a < levels_.size(); ++a) all.push_back(a);
    return all;
  }

  // What a row shows in some attributes: 0 for a suppressed cell, else one more than the label.
  std::string KeyOf(uint32_t tuple, const std::vector<size_t>& attributes, Mask mask) const {
    std::string key;
    key.reserve(attributes.size() * sizeof(uint32_t));
    for (const size_t a : attributes) {
      const uint32_t ground = problem_.table->codes[a][tuple];
      const uint32_t shown =
          (mask & BitOf(a)) != 0 ? 0 : problem_.hierarchies[a]->codes(levels_[a])[ground] + 1;
      for (int byte = 0; byte < 4; ++byte) key += static_cast<char>((shown >> (8 * byte)) & 255U);
    }
    return key;
  }

  bool Holds(const KAnonymityRule& rule, const Tuples& tuples) {
    return is_partial_ ? judge_.HoldsRule(rule, tuples) : judge_.Holds(tuples);
  }

  // Sets of the attributes, not the empty one, in ascending importance.
  std::vector<Mask> CandidatesOf(const std::vector<size_t>& attributes) const {
    struct Candidate {
      double cost = 0;
      Mask mask = 0;
    };
    std::vector<Candidate> candidates;
    for (Mask chosen = 1; chosen < (Mask{1} << attributes.size()); ++chosen) {
      Candidate candidate;
      for (size_t i = 0; i < attributes.size(); ++i) {
        if ((chosen & BitOf(i)) == 0) continue;
        candidate.mask |= BitOf(attributes[i]);
        candidate.cost +=
            problem_.quality.weights.empty() ? 1 : problem_.quality.weights[attributes[i]];
      }
      candidates.push_back(candidate);
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      if (a.cost != b.cost) return a.cost < b.cost;
      const int cells = std::popcount(a.mask) - std::popcount(b.mask);
      return cells != 0 ? cells < 0 : a.mask < b.mask;
    });
    std::vector<Mask> masks;
    masks.reserve(candidates.size());
    for (const Candidate& candidate : candidates) masks.push_back(candidate.mask);
    return masks;
  }

  Groups GroupAll(const std::vector<size_t>& attributes) const {
    Groups groups;
    for (uint32_t tuple = 0; tuple < masks_.size(); ++tuple) {
      if (suppressed_[tuple]) continue;
      groups[KeyOf(tuple, attributes, masks_[tuple])].push_back(tuple);
    }
    return groups;
  }

  // Whether anything had to be suppressed.
  bool Enforce(const KAnonymityRule& rule) {
    const std::vector<size_t> attributes = AttributesOf(rule);
    Groups kept = GroupAll(attributes);
    Tuples violators;
    for (auto group = kept.begin(); group != kept.end();) {
      if (Holds(rule, group->second)) {
        ++group;
        continue;
      }
      violators.insert(violators.end(), group->second.begin(), group->second.end());
      group = kept.erase(group);
    }
    if (violators.empty()) return false;
    // The order of a hash table must not be seen in the result.
    std::sort(violators.begin(), violators.end());
    for (const Mask mask : CandidatesOf(attributes)) {
      if (violators.empty()) break;
      violators = GiveUp(rule, attributes, mask, violators, kept);
    }
    for (const uint32_t tuple : violators) suppressed_[tuple] = true;
    return true;
  }

  // Suppresses the cells of `mask` where that makes classes; gives the tuples for which it does
  // not.
  Tuples GiveUp(const KAnonymityRule& rule, const std::vector<size_t>& attributes, Mask mask,
                const Tuples& violators, Groups& kept) {
    Groups groups;
    for (const uint32_t tuple : violators) {
      groups[KeyOf(tuple, attributes, masks_[tuple] | mask)].push_back(tuple);
    }
    Tuples left;
    for (const auto& [key, tuples] : groups) {
      Tuples together = tuples;
      const auto known = kept.find(key);
      if (known != kept.end()) {
        together.insert(together.end(), known->second.begin(), known->second.end());
      }
      if (!Holds(rule, together)) {
        left.insert(left.end(), tuples.begin(), tuples.end());
        continue;
      }
      for (const uint32_t tuple : tuples) masks_[tuple] |= mask;
      kept[key] = std::move(together);
    }
    std::sort(left.begin(), left.end());
    return left;
  }

  // Classes show an attribute again where every class that results holds.
  void TakeBack() {
    const std::vector<size_t> attributes = AttributesOf({});
    Groups classes = GroupAll(attributes);
    for (bool changed = true; changed;) {
      changed = false;
      std::vector<std::string> keys;
      keys.reserve(classes.size());
      for (const auto& [key, tuples] : classes) keys.push_back(key);
      std::sort(keys.begin(), keys.end());
      for (const std::string& key : keys) {
        for (const size_t a : attributes) {
          if (!classes.contains(key)) break;
          if (ShowAgain(key, a, attributes, classes)) changed = true;
        }
      }
    }
  }

  bool ShowAgain(const std::string& key, size_t attribute, const std::vector<size_t>& attributes,
                 Groups& classes) {
    const Tuples tuples = classes.at(key);
    const Mask before = masks_[tuples.front()];
    if ((before & BitOf(attribute)) == 0) return false;
    const Mask after = before & ~BitOf(attribute);
    Groups parts;
    for (const uint32_t tuple : tuples) {
      parts[KeyOf(tuple, attributes, after)].push_back(tuple);
    }
    for (auto& [part_key, part] : parts) {
      const auto known = classes.find(part_key);
      if (known != classes.end()) {
        part.insert(part.end(), known->second.begin(), known->second.end());
      }
      if (!judge_.Holds(part)) return false;
    }
    classes.erase(key);
    for (const uint32_t tuple : tuples) masks_[tuple] = after;
    for (auto& [part_key, part] : parts) classes[part_key] = std::move(part);
    return true;
  }

  Recoding ToRecoding() const {
    Recoding recoding;
    recoding.suppressed = suppressed_;
    recoding.levels.resize(levels_.size());
    for (size_t a = 0; a < levels_.size(); ++a) {
      recoding.levels[a].reserve(masks_.size());
      for (const Mask mask : masks_) {
        const bool is_cell_suppressed = (mask & BitOf(a)) != 0;
        recoding.levels[a].push_back(is_cell_suppressed ? kSuppressedCell
                                                        : static_cast<uint8_t>(levels_[a]));
      }
    }
    return recoding;
  }

  const SearchProblem& problem_;
  internal::TupleJudge judge_;
  std::vector<size_t> levels_;
  std::vector<Mask> masks_;  // by tuple: its suppressed cells
  std::vector<bool> suppressed_;
  bool is_partial_ = false;
};

}  // namespace

StatusOr<Recoding> SuppressCells(const SearchProblem& problem) {
  WEIR_RETURN_IF_ERROR(internal::CheckNoPopulation(problem));
  if (problem.k_anonymity.empty()) {
    return InvalidArgument("cell suppression needs a k-anonymity model");
  }
  bool is_partial = false;
  for (const KAnonymityRule& rule : problem.k_anonymity) {
    is_partial = is_partial || !rule.attributes.empty();
    const size_t attributes =
        rule.attributes.empty() ? problem.hierarchies.size() : rule.attributes.size();
    if (attributes <= kMostRuleAttributes && problem.hierarchies.size() <= kMostAttributes) {
      continue;
    }
    return InvalidArgument(
        "cell suppression tries all sets of attributes: at most %zu in a "
        "k-anonymity model, got %zu; name combinations of fewer",
        kMostRuleAttributes, attributes);
  }
  if (is_partial && !problem.class_models.empty()) {
    return InvalidArgument("cell suppression for combinations of attributes does k-anonymity only");
  }
  return CellSuppressor(problem).Run();
}

}  // namespace weir::anon
