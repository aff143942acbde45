// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/evaluation.h"

#include <algorithm>
#include <utility>

namespace weir::anon::internal {
namespace {

// Whether 32 bits have room for all rows, and for what a class needs of them.
bool IsNarrow(const Prepared& prepared) {
  return std::max(prepared.table().total_rows, prepared.least_rows) >> 32 == 0;
}

}  // namespace

void Evaluator::Start(const ClassSource& source) {
  is_suppressed_.assign(grouper_.classes(), 0);
  suppressed_rows_ = 0;
  suppressed_classes_ = 0;
  classes_with_rows_ = 0;
  has_histograms_ = false;
  class_keys_.reset();
  if (source.population != nullptr) population_ = SumOf(source.population, grouper_);
}

void Evaluator::Suppress(size_t id) {
  if (is_suppressed_[id] != 0) return;
  is_suppressed_[id] = 1;
  suppressed_classes_ += grouper_.rows()[id] > 0 ? 1 : 0;
  suppressed_rows_ += grouper_.rows()[id];
}

void Evaluator::JudgeSizes(const ClassSource& source) {
  const uint64_t least = prepared_.least_rows;
  const uint64_t* rows = grouper_.rows().data();
  uint8_t* suppressed = is_suppressed_.data();
  for (size_t id = 0; id < grouper_.classes(); ++id) {
    const bool is_small = rows[id] < least;
    const bool has_rows = rows[id] > 0;
    suppressed[id] = static_cast<uint8_t>(is_small);
    classes_with_rows_ += has_rows ? 1 : 0;
    suppressed_classes_ += is_small && has_rows ? 1 : 0;
    suppressed_rows_ += is_small ? rows[id] : 0;
  }
  if (source.population == nullptr || prepared_.least_population == 0) return;
  for (size_t id = 0; id < grouper_.classes(); ++id) {
    if (population_[id] < prepared_.least_population) Suppress(id);
  }
}

void Evaluator::JudgeUnits(const ClassSource& source) {
  if (!prepared_.uses_units) return;
  units_ = MergeUnits(prepared_, source, grouper_.class_of(), grouper_.classes());
  for (size_t id = 0; id < grouper_.classes(); ++id) {
    if (units_.begin[id + 1] - units_.begin[id] < prepared_.least_units) Suppress(id);
  }
}

ClassView Evaluator::ViewOf(size_t id, const ClassSource& source) {
  ClassView view = {.rows = grouper_.rows()[id], .units = grouper_.rows()[id]};
  if (prepared_.uses_units) view.units = units_.begin[id + 1] - units_.begin[id];
  if (source.population != nullptr) view.population = population_[id];
  if (!has_histograms_) return view;
  for (size_t s = 0; s < view_rows_.size(); ++s) {
    histograms_.Read(s, histogram_of_[id], view_rows_[s]);
  }
  view.sensitive = view_;
  return view;
}

void Evaluator::NeedHistograms(const ClassSource& source) {
  if (has_histograms_ || !prepared_.uses_sensitive) return;
  has_histograms_ = true;
  // Classes that are suppressed already share one place, which stays 0.
  const size_t classes = is_suppressed_.size();
  histogram_of_.resize(classes);
  size_t wanted = 0;
  for (const uint8_t is_suppressed : is_suppressed_) wanted += is_suppressed == 0 ? 1 : 0;
  uint32_t next = 0;
  for (size_t id = 0; id < classes; ++id) {
    histogram_of_[id] = is_suppressed_[id] == 0 ? next++ : static_cast<uint32_t>(wanted);
  }
  MergeHistograms(prepared_, source.histograms(),
                  {.class_of = grouper_.class_of(), .place_of = histogram_of_, .places = wanted},
                  histograms_);
  view_.clear();
  view_rows_.resize(prepared_.table().sensitive.size());
  for (size_t s = 0; s < view_rows_.size(); ++s) {
    view_rows_[s].resize(prepared_.table().sensitive[s].values);
    view_.emplace_back(view_rows_[s]);
  }
}

// Suppresses the classes that break a model. Of these classes at least so many rows as it returns
// are suppressed in every more special node; 0 if only the node itself counts. Stops as soon as
// that is more than `enough`, or the node itself is given up.
uint64_t Evaluator::JudgeModels(const std::vector<const ClassModel*>& models,
                                const ClassSource& source, const EvaluationGoal& goal,
                                uint64_t enough) {
  if (models.empty()) return 0;
  NeedHistograms(source);
  const bool is_for_below = goal.purpose == Purpose::kRuleOutBelow;
  uint64_t least = 0;
  for (size_t id = 0; id < grouper_.classes(); ++id) {
    if (is_for_below ? least > enough : suppressed_rows_ > goal.most_suppressed) break;
    if (is_suppressed_[id] != 0 || grouper_.rows()[id] == 0) continue;
    const ClassView view = ViewOf(id, source);
    bool holds = true;
    uint64_t least_of_class = 0;
    for (const ClassModel* model : models) {
      if (model->Holds(view)) continue;
      holds = false;
      if (!is_for_below) break;
      least_of_class = std::max(least_of_class, model->LeastSuppressed(view));
    }
    if (holds) continue;
    least += least_of_class;
    Suppress(id);
  }
  return least;
}

bool Evaluator::HoldsEmptyClasses(const ClassSource& source) {
  if (!prepared_.judges_empty_classes || source.population == nullptr) return true;
  NeedHistograms(source);
  for (size_t id = 0; id < grouper_.classes(); ++id) {
    if (grouper_.rows()[id] > 0) continue;
    // The histograms of classes with too few rows were not merged, but without rows all is 0.
    const ClassView view = ViewOf(id, source);
    for (const auto& model : prepared_.problem->class_models) {
      if (model->judges_empty_classes() && !model->Holds(view)) return false;
    }
  }
  return true;
}

bool Evaluator::SuppressByPartialRule(const PartialRule& rule, const Levels& levels) {
  partial_grouper_.Group(*rule.packing, *class_keys_, rule.Restrict(levels));
  const std::span<const uint32_t> group_of = partial_grouper_.class_of();
  std::vector<uint64_t> kept(partial_grouper_.classes(), 0);
  if (rule.count_units) {
    std::vector<std::vector<uint64_t>> units(kept.size());
    for (size_t id = 0; id < group_of.size(); ++id) {
      if (is_suppressed_[id] != 0) continue;
      std::vector<uint64_t>& all = units[group_of[id]];
      all.insert(all.end(), units_.items.begin() + static_cast<ptrdiff_t>(units_.begin[id]),
                 units_.items.begin() + static_cast<ptrdiff_t>(units_.begin[id + 1]));
    }
    for (size_t group = 0; group < kept.size(); ++group) {
      std::sort(units[group].begin(), units[group].end());
      const auto end = std::unique(units[group].begin(), units[group].end());
      kept[group] = static_cast<uint64_t>(end - units[group].begin());
    }
  } else {
    for (size_t id = 0; id < group_of.size(); ++id) {
      if (is_suppressed_[id] == 0) kept[group_of[id]] += grouper_.rows()[id];
    }
  }
  bool has_changed = false;
  for (size_t id = 0; id < group_of.size(); ++id) {
    if (is_suppressed_[id] != 0 || grouper_.rows()[id] == 0 || kept[group_of[id]] >= rule.k) {
      continue;
    }
    Suppress(id);
    has_changed = true;
  }
  return has_changed;
}

void Evaluator::JudgePartialRules(const Levels& levels, const ClassSource& source) {
  if (prepared_.partial_rules.empty()) return;
  if (!class_keys_) {
    class_key_words_ = KeysOf(prepared_, source.list, grouper_.first());
    class_keys_ =
        KeyList{.size = grouper_.classes(), .keys = class_key_words_, .rows = grouper_.rows()};
  }
  // Each round but the last suppresses a class, so the rounds end.
  bool has_changed = true;
  while (has_changed) {
    has_changed = false;
    for (const PartialRule& rule : prepared_.partial_rules) {
      has_changed |= SuppressByPartialRule(rule, levels);
    }
  }
}

std::optional<uint64_t> Evaluator::LeastInSmallClasses(const Levels& levels,
                                                       const ClassSource& source,
                                                       uint64_t most_suppressed) {
  const uint64_t rows = prepared_.table().total_rows;
  if (prepared_.least_rows < 2 || !IsNarrow(prepared_)) return std::nullopt;
  // Where much may be suppressed most nodes are grouped in any case; and what grouping says of more
  // general nodes would be lost.
  const bool is_worthwhile = most_suppressed * 4 <= rows && !prepared_.measure->has_bound_above();
  if (most_suppressed > 0 && !is_worthwhile) return std::nullopt;
  return size_bound_.RowsInSmallClasses(*prepared_.packing, source.list, levels,
                                        prepared_.least_rows);
}

RatedClasses Evaluator::RatedSizes(std::span<const uint32_t> sizes) {
  sizes_.assign(sizes.begin(), sizes.end());
  is_suppressed_.resize(sizes.size());
  const auto least = static_cast<uint32_t>(prepared_.least_rows);
  std::transform(sizes.begin(), sizes.end(), is_suppressed_.begin(),
                 [&](uint32_t rows) { return static_cast<uint8_t>(rows < least ? 1 : 0); });
  uint32_t all = 0;
  uint32_t small = 0;
  uint32_t small_rows = 0;
  for (const uint32_t rows : sizes) {
    const uint32_t is_small = rows < least ? 1 : 0;
    all += rows > 0 ? 1 : 0;
    small += rows > 0 ? is_small : 0;
    small_rows += is_small * rows;
  }
  const ClassCounts counts = {.all = all, .suppressed = small, .suppressed_rows = small_rows};
  return {.rows = sizes_, .is_suppressed = is_suppressed_, .counts = counts};
}

bool Evaluator::DecidesBySizes(const Levels& levels, uint64_t least, const EvaluationGoal& goal,
                               Evaluation& result) {
  const Measure& measure = *prepared_.measure;
  const bool is_refused = least > goal.most_suppressed;
  if (is_refused) result.suppressed_below = least > prepared_.limit() ? kRefused : least;
  const std::span<const uint32_t> sizes = size_bound_.ExactSizes();
  if (sizes.empty() || measure.needs() == ClassNeeds::kLabels) return is_refused;
  const bool is_all = least == 0 && prepared_.is_by_rows_alone();
  if (!is_all && !(is_refused && measure.has_bound_above())) return is_refused;
  RateSizes(levels, RatedSizes(sizes), goal, result);
  return true;
}

bool Evaluator::CountsDecide(const Levels& levels, const ClassSource& source,
                             const EvaluationGoal& goal, Evaluation& result) {
  if (!prepared_.is_of_sizes() || !IsNarrow(prepared_)) return false;
  if (!size_counter_.Count(*prepared_.packing, source.list, levels)) return false;
  RateSizes(levels, RatedSizes(size_counter_.sizes()), goal, result);
  return true;
}

// What the sizes of classes say, if nothing but these counts.
void Evaluator::RateSizes(const Levels& levels, const RatedClasses& rated,
                          const EvaluationGoal& goal, Evaluation& result) const {
  const uint64_t suppressed = rated.counts.suppressed_rows;
  result.suppressed_below = suppressed > prepared_.limit() ? kRefused : suppressed;
  BoundOthers(levels, rated, goal, result);
  if (suppressed > goal.most_suppressed) return;
  result.suppressed_rows = suppressed;
  result.classes = rated.counts.all - rated.counts.suppressed;
  result.rating = prepared_.measure->Rate(levels, rated);
}

void Evaluator::BoundOthers(const Levels& levels, const RatedClasses& rated,
                            const EvaluationGoal& goal, Evaluation& result) const {
  const uint64_t suppressed = rated.counts.suppressed_rows;
  result.bound_above = prepared_.measure->BoundAbove(levels, rated);
  if (goal.purpose == Purpose::kRate || suppressed > prepared_.limit()) return;
  result.bound_below = prepared_.measure->BoundBelow(levels, rated);
  if (suppressed > 0) result.extra = prepared_.measure->LeastExtra(levels, rated);
}

Evaluation Evaluator::Evaluate(const Levels& levels, const ClassSource& source,
                               const EvaluationGoal& goal) {
  const uint64_t most_suppressed = goal.most_suppressed;
  is_grouped_ = false;
  const std::optional<uint64_t> least = LeastInSmallClasses(levels, source, most_suppressed);
  Evaluation by_sizes;
  if (least && DecidesBySizes(levels, *least, goal, by_sizes)) return by_sizes;
  if (CountsDecide(levels, source, goal, by_sizes)) return by_sizes;
  is_grouped_ = true;
  grouper_.Group(*prepared_.packing, source.list, levels);
  Start(source);
  JudgeSizes(source);
  Evaluation result = {.is_grouped = true};
  const auto give_up = [&](uint64_t below) {
    result.suppressed_below = below > prepared_.limit() ? kRefused : below;
    return result;
  };
  if (suppressed_rows_ > most_suppressed) {
    BoundOthers(levels, Rated(source), goal, result);
    return give_up(suppressed_rows_);
  }
  const uint64_t least_by_table = LeastSuppressedByTable();
  if (least_by_table > most_suppressed) return give_up(least_by_table);
  JudgeUnits(source);
  if (suppressed_rows_ > most_suppressed) return give_up(suppressed_rows_);
  JudgeModels(prepared_.monotone_models, source, goal, most_suppressed - suppressed_rows_);
  JudgePartialRules(levels, source);
  const uint64_t monotone = suppressed_rows_;
  BoundOthers(levels, Rated(source), goal, result);
  if (monotone > most_suppressed) return give_up(monotone);
  // None of these rows was counted above.
  const uint64_t below = std::max(
      least_by_table,
      monotone + JudgeModels(prepared_.other_models, source, goal, prepared_.limit() - monotone));
  if (suppressed_rows_ > most_suppressed) return give_up(below);
  if (suppressed_rows_ > monotone) JudgePartialRules(levels, source);
  JudgeTable(levels, source, most_suppressed);
  result.suppressed_below = below > prepared_.limit() ? kRefused : below;
  if (suppressed_rows_ > most_suppressed || !HoldsEmptyClasses(source)) return result;
  std::vector<uint64_t> squares;
  if (source.squares != nullptr) squares = SumOf(source.squares, grouper_);
  RatedClasses rated = Rated(source);
  rated.squares = squares;
  result.suppressed_rows = suppressed_rows_;
  result.classes = classes_with_rows_ - suppressed_classes_;
  result.rating = prepared_.measure->Rate(levels, rated);
  return result;
}

std::vector<std::vector<uint64_t>> Evaluator::SmallestClasses(const ClassSource& source,
                                                              size_t most) const {
  std::vector<uint32_t> items;
  if (is_grouped_) {
    const std::span<const uint64_t> rows = grouper_.rows();
    std::vector<std::pair<uint64_t, uint32_t>> small;
    for (uint32_t id = 0; id < rows.size(); ++id) {
      if (rows[id] > 0 && rows[id] < prepared_.least_rows) small.emplace_back(rows[id], id);
    }
    most = std::min(most, small.size());
    items.reserve(most);
    std::partial_sort(small.begin(), small.begin() + static_cast<ptrdiff_t>(most), small.end());
    for (size_t i = 0; i < most; ++i) items.push_back(grouper_.first()[small[i].second]);
  } else {
    items = size_bound_.SmallestClasses(most);
  }
  std::vector<std::vector<uint64_t>> keys;
  keys.reserve(items.size());
  for (const uint32_t item : items) keys.push_back(KeyAt(source.list, item));
  return keys;
}

void Evaluator::KeepClasses(const Levels& levels, const ClassSource& source,
                            Snapshots& snapshots) const {
  if (!snapshots.IsWorthKeeping(grouper_.classes(), source.list.size)) return;
  snapshots.Add(levels, MakeClassList(prepared_, source, grouper_));
}

// Prepared::least_rows is the largest of what several models ask of the rows of a class: each of
// those that the smallest class fails is named by itself.
std::vector<std::string> Evaluator::ModelsOfSizes() const {
  uint64_t smallest = UINT64_MAX;
  for (size_t id = 0; id < grouper_.classes(); ++id) {
    if (grouper_.rows()[id] > 0) smallest = std::min(smallest, grouper_.rows()[id]);
  }
  std::vector<std::string> names;
  uint64_t k = 0;
  for (const KAnonymityRule& rule : prepared_.problem->k_anonymity) {
    if (rule.attributes.empty()) k = std::max(k, rule.k);
  }
  if (smallest < k) names.push_back(std::to_string(k) + "-anonymity");
  if (prepared_.least_population > 0 && names.empty()) {
    names.push_back(std::to_string(prepared_.least_population) + "-map");
  }
  for (const auto& model : prepared_.problem->class_models) {
    if (smallest < model->least_rows()) names.push_back(model->name());
  }
  return names;
}

Evaluator::Failure Evaluator::Explain(const Levels& levels, const ClassSource& source) {
  Failure failure;
  grouper_.Group(*prepared_.packing, source.list, levels);
  Start(source);
  const auto note = [&](std::string name) {
    auto& names = failure.models;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  };
  const auto judge = [&](const auto& name, const auto& run) {
    const uint64_t before = suppressed_rows_;
    run();
    if (suppressed_rows_ > before) note(name());
  };
  JudgeSizes(source);
  if (suppressed_rows_ > 0) failure.models = ModelsOfSizes();
  judge([&] { return std::to_string(prepared_.least_units) + "-anonymity of privacy units"; },
        [&] { JudgeUnits(source); });
  for (const auto& model : prepared_.problem->class_models) {
    judge([&] { return model->name(); },
          [&] {
            has_histograms_ = false;
            JudgeModels({model.get()}, source, {kRefused, Purpose::kRate}, kRefused);
          });
  }
  judge([] { return std::string("k-anonymity of some of the attributes"); },
        [&] { JudgePartialRules(levels, source); });
  if (!HoldsEmptyClasses(source)) {
    failure.is_refused = true;
    for (const auto& model : prepared_.problem->class_models) {
      if (model->judges_empty_classes()) note(model->name());
    }
  }
  judge([this] { return NamesOfTableModels(); }, [&] { JudgeTable(levels, source, kRefused); });
  failure.is_refused |= suppressed_rows_ == kRefused;
  failure.suppressed_rows = suppressed_rows_;
  return failure;
}

std::string Evaluator::NamesOfTableModels() const {
  std::string names;
  for (const auto& model : prepared_.problem->table_models) {
    names += (names.empty() ? "" : ", ") + model->name();
  }
  return names;
}

}  // namespace weir::anon::internal
