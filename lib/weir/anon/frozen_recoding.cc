// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/frozen_recoding.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "weir/doc/yaml_reader.h"

namespace weir::anon {
namespace {

using Labels = std::vector<uint32_t>;  // codes, in the order of the problem

// Keys and values of a frozen recipe that are not in its classes, and more.
constexpr size_t kOtherNodes = 10'000;

// The attributes in the order of their names.
std::vector<size_t> ByName(const std::vector<std::string>& names) {
  std::vector<size_t> order(names.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return names[a] < names[b]; });
  return order;
}

Labels LabelsOf(const SearchProblem& problem, const std::vector<uint8_t>& levels, size_t tuple) {
  Labels labels;
  labels.reserve(levels.size());
  for (size_t a = 0; a < levels.size(); ++a) {
    labels.push_back(problem.hierarchies[a]->codes(levels[a])[problem.table->codes[a][tuple]]);
  }
  return labels;
}

Status CheckSize(size_t rounds, size_t classes, size_t attributes) {
  // A class is an entry, its key, a list and its labels.
  const size_t nodes = rounds * (2 * attributes + 5) + classes * (attributes + 3);
  if (nodes + kOtherNodes <= doc::kMaxDocumentNodes) return OkStatus();
  return InvalidArgument(
      "the recoding has %zu classes, which are more than a document may hold; ask for larger "
      "classes, or freeze global recoding",
      classes);
}

// The classes of one round as label codes; labels that these rows cannot have are left out.
class RoundClasses {
 public:
  static StatusOr<RoundClasses> Create(const SearchProblem& problem,
                                       const std::vector<std::string>& names,
                                       const std::vector<size_t>& order,
                                       const v1::FrozenRound& round) {
    RoundClasses classes;
    classes.levels_.resize(names.size());
    std::vector<std::map<std::string_view, uint32_t>> codes(names.size());
    for (size_t a = 0; a < names.size(); ++a) {
      const Hierarchy& hierarchy = *problem.hierarchies[a];
      const auto level = round.levels().find(names[a]);
      if (level == round.levels().end() || level->second >= hierarchy.levels()) {
        return InvalidArgument("the level of %s is missing or higher than its hierarchy",
                               names[a].c_str());
      }
      classes.levels_[a] = static_cast<uint8_t>(level->second);
      for (uint32_t i = 0; i < hierarchy.size(level->second); ++i) {
        codes[a].emplace(hierarchy.label(level->second, i), i);
      }
    }
    for (const v1::FrozenClass& frozen : round.classes()) {
      WEIR_RETURN_IF_ERROR(classes.Add(frozen, order, codes));
    }
    return classes;
  }

  const std::vector<uint8_t>& levels() const { return levels_; }
  bool Has(const Labels& labels) const { return classes_.contains(labels); }

 private:
  Status Add(const v1::FrozenClass& frozen, const std::vector<size_t>& order,
             const std::vector<std::map<std::string_view, uint32_t>>& codes) {
    if (static_cast<size_t>(frozen.labels_size()) != order.size()) {
      return InvalidArgument("a class has %d labels for %zu attributes", frozen.labels_size(),
                             order.size());
    }
    Labels labels(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      const auto& known = codes[order[i]];
      const auto code = known.find(frozen.labels(static_cast<int>(i)));
      if (code == known.end()) return OkStatus();
      labels[order[i]] = code->second;
    }
    classes_.insert(std::move(labels));
    return OkStatus();
  }

  std::vector<uint8_t> levels_;
  std::set<Labels> classes_;
};

// Whether the other recoding does the same with every row that this one keeps, and suppresses all
// others.
bool IsSame(const RecodedTable& recoded, const Recoding& other) {
  for (size_t i = 0; i < other.suppressed.size(); ++i) {
    const bool suppressed = recoded.classes.suppressed[recoded.classes.class_of[i]];
    if (other.suppressed[i] != suppressed) return false;
    for (size_t a = 0; a < other.levels.size() && !suppressed; ++a) {
      if (other.levels[a][i] != recoded.recoding.levels[a][i]) return false;
    }
  }
  return true;
}

}  // namespace

StatusOr<FrozenRounds> FreezeClasses(const SearchProblem& problem,
                                     const std::vector<std::string>& names,
                                     const RecodedTable& recoded) {
  const Recoding& recoding = recoded.recoding;
  WEIR_CHECK(recoding.rounds.size() == problem.table->tuples());
  std::map<std::pair<uint32_t, std::vector<uint8_t>>, std::set<Labels>> found;
  size_t classes = 0;
  for (size_t i = 0; i < recoding.rounds.size(); ++i) {
    if (recoded.classes.suppressed[recoded.classes.class_of[i]]) continue;
    std::vector<uint8_t> levels;
    levels.reserve(names.size());
    for (size_t a = 0; a < names.size(); ++a) levels.push_back(recoding.levels[a][i]);
    Labels labels = LabelsOf(problem, levels, i);
    const bool is_new =
        found[{recoding.rounds[i], std::move(levels)}].insert(std::move(labels)).second;
    classes += is_new ? 1 : 0;
  }
  if (classes == 0) {
    return InvalidArgument("every row is suppressed: there is no class that could be frozen");
  }
  WEIR_RETURN_IF_ERROR(CheckSize(found.size(), classes, names.size()));
  const std::vector<size_t> order = ByName(names);
  FrozenRounds rounds;
  for (const auto& [key, members] : found) {
    v1::FrozenRound& round = *rounds.Add();
    for (size_t a = 0; a < names.size(); ++a) (*round.mutable_levels())[names[a]] = key.second[a];
    for (const Labels& labels : members) {
      v1::FrozenClass& one = *round.add_classes();
      for (const size_t a : order) {
        one.add_labels(problem.hierarchies[a]->label(key.second[a], labels[a]));
      }
    }
  }
  WEIR_ASSIGN_OR_RETURN(const Recoding repeated, RepeatClasses(problem, names, rounds));
  if (!IsSame(recoded, repeated)) {
    return Internal("the frozen classes do not give the recoding back");
  }
  return rounds;
}

StatusOr<Recoding> RepeatClasses(const SearchProblem& problem,
                                 const std::vector<std::string>& names,
                                 const FrozenRounds& rounds) {
  const size_t tuples = problem.table->tuples();
  Recoding recoding;
  recoding.levels.assign(names.size(), std::vector<uint8_t>(tuples, 0));
  recoding.suppressed.assign(tuples, true);
  recoding.rounds.assign(tuples, 0);
  const std::vector<size_t> order = ByName(names);
  for (int r = 0; r < rounds.size(); ++r) {
    WEIR_ASSIGN_OR_RETURN(const RoundClasses classes,
                          RoundClasses::Create(problem, names, order, rounds.Get(r)));
    for (size_t i = 0; i < tuples; ++i) {
      if (!recoding.suppressed[i] || !classes.Has(LabelsOf(problem, classes.levels(), i))) continue;
      recoding.suppressed[i] = false;
      recoding.rounds[i] = static_cast<uint32_t>(r);
      for (size_t a = 0; a < names.size(); ++a) recoding.levels[a][i] = classes.levels()[a];
    }
  }
  return recoding;
}

}  // namespace weir::anon
