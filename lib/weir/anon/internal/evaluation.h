// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_EVALUATION_H_
#define WEIR_ANON_INTERNAL_EVALUATION_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "weir/anon/internal/class_list.h"
#include "weir/anon/internal/grouping.h"
#include "weir/anon/internal/node_suppression.h"
#include "weir/anon/internal/prepared.h"
#include "weir/anon/internal/size_bound.h"
#include "weir/anon/internal/size_counter.h"
#include "weir/anon/internal/snapshots.h"

namespace weir::anon::internal {

// What grouping the rows of one node has shown.
struct Evaluation {
  // At least so many rows are suppressed in this node and in every more special one; kRefused:
  // none of these nodes holds the models within the limit.
  uint64_t suppressed_below = 0;
  // Whether all classes were put together, so that they may serve for more general nodes.
  bool is_grouped = false;
  // Set only if the node holds all models within the limit and was not given up before.
  std::optional<Rating> rating = std::nullopt;
  uint64_t suppressed_rows = 0;
  uint64_t classes = 0;  // kept, with rows
  // No more general node has a rating of a smaller key; no more special node has one.
  double bound_above = -std::numeric_limits<double>::infinity();
  double bound_below = -std::numeric_limits<double>::infinity();
  // Measure::LeastExtra of the rows that are suppressed in every more special node.
  std::vector<double> extra = {};
};

// What a node is evaluated for.
enum class Purpose {
  kRate,          // only itself: evaluation may end as soon as it is given up
  kRuleOutBelow,  // as much as can be said of more special nodes, too
};

struct EvaluationGoal {
  // The node is given up as soon as more rows than these are suppressed.
  uint64_t most_suppressed = 0;
  Purpose purpose = Purpose::kRuleOutBelow;
};

// Groups rows and asks the models. Holds working memory: not thread-safe, one a thread.
class Evaluator {
 public:
  explicit Evaluator(const Prepared& prepared) : prepared_(prepared) {}

  Evaluation Evaluate(const Levels& levels, const ClassSource& source, const EvaluationGoal& goal);
  // Only puts the classes together, for KeepClasses.
  void GroupOnly(const Levels& levels, const ClassSource& source) {
    grouper_.Group(*prepared_.packing, source.list, levels);
  }
  // Adds the classes of the node grouped last, which was grouped from `source`, if they are worth
  // it.
  void KeepClasses(const Levels& levels, const ClassSource& source, Snapshots& snapshots) const;
  // Keys of up to `most` of the smallest classes with too few rows in the node evaluated last,
  // grouped or not.
  std::vector<std::vector<uint64_t>> SmallestClasses(const ClassSource& source, size_t most) const;
  // The models that refuse a class with rows in the node evaluated last, and how many rows are
  // suppressed if the limit does not matter.
  struct Failure {
    std::vector<std::string> models = {};
    uint64_t suppressed_rows = 0;
    bool is_refused = false;  // whatever the limit
  };
  Failure Explain(const Levels& levels, const ClassSource& source);

 private:
  // What follows for other nodes from the classes, and from those suppressed so far if these are
  // suppressed in every more special node.
  void BoundOthers(const Levels& levels, const RatedClasses& rated, const EvaluationGoal& goal,
                   Evaluation& result) const;
  RatedClasses Rated(const ClassSource& source) const {
    return {.items = source.list,
            .first = grouper_.first(),
            .rows = grouper_.rows(),
            .is_suppressed = is_suppressed_,
            .counts = {.all = classes_with_rows_,
                       .suppressed = suppressed_classes_,
                       .suppressed_rows = suppressed_rows_}};
  }
  // At least so many rows are in too small classes, found without grouping; nothing where that
  // would save little.
  std::optional<uint64_t> LeastInSmallClasses(const Levels& levels, const ClassSource& source,
                                              uint64_t most_suppressed);
  // Whether these rows decide, so that nothing needs to be grouped; then `result` is all there is.
  bool DecidesBySizes(const Levels& levels, uint64_t least, const EvaluationGoal& goal,
                      Evaluation& result);
  // Whether the sizes of all classes decide: no more is asked, and they could be counted.
  bool CountsDecide(const Levels& levels, const ClassSource& source, const EvaluationGoal& goal,
                    Evaluation& result);
  RatedClasses RatedSizes(std::span<const uint32_t> sizes);
  void RateSizes(const Levels& levels, const RatedClasses& rated, const EvaluationGoal& goal,
                 Evaluation& result) const;
  void Start(const ClassSource& source);
  void JudgeSizes(const ClassSource& source);
  void JudgeUnits(const ClassSource& source);
  // Suppresses classes until each rule on some attributes holds for the rest.
  void JudgePartialRules(const Levels& levels, const ClassSource& source);
  bool SuppressByPartialRule(const PartialRule& rule, const Levels& levels);
  uint64_t JudgeModels(const std::vector<const ClassModel*>& models, const ClassSource& source,
                       const EvaluationGoal& goal, uint64_t enough);
  bool HoldsEmptyClasses(const ClassSource& source);
  // For Explain: whom the smallest class is too small for, and all models of the table.
  std::vector<std::string> ModelsOfSizes() const;
  std::string NamesOfTableModels() const;
  void JudgeTable(const Levels& levels, const ClassSource& source, uint64_t most_suppressed);
  // Of the classes with rows.
  std::vector<uint64_t> Sizes(bool with_suppressed) const;
  TableView TableViewOf(std::span<const uint64_t> sizes) const;
  bool HoldTableModels(std::span<const uint64_t> sizes) const;
  uint64_t LeastSuppressedByTable() const;
  // The first `count` classes of `sizes`, which lists all that are kept.
  void SuppressSmallest(std::span<const uint64_t> sizes, size_t count, const Levels& levels,
                        const ClassSource& source);
  void SuppressSome(uint64_t rows, size_t count, const Levels& levels, const ClassSource& source);
  ClassView ViewOf(size_t id, const ClassSource& source);
  void Suppress(size_t id);
  void NeedHistograms(const ClassSource& source);

  const Prepared& prepared_;
  Grouper grouper_;
  Grouper partial_grouper_;
  SizeBound size_bound_;
  SizeCounter size_counter_;
  std::vector<uint64_t> sizes_;  // of classes that were counted and not grouped, among zeros
  std::vector<uint8_t> is_suppressed_;
  // Of classes with rows.
  uint64_t classes_with_rows_ = 0;
  uint64_t suppressed_classes_ = 0;
  uint64_t suppressed_rows_ = 0;
  std::vector<uint64_t> population_;
  PerTuple<uint64_t> units_;
  Histograms histograms_;
  bool has_histograms_ = false;
  bool is_grouped_ = false;  // whether the node evaluated last was
  // By class, where its histograms are; only those not suppressed when these were made have some.
  std::vector<uint32_t> histogram_of_;
  // Of the class that is looked at.
  std::vector<std::vector<uint64_t>> view_rows_;
  std::vector<std::span<const uint64_t>> view_;
  std::optional<KeyList> class_keys_;
  std::vector<uint64_t> class_key_words_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_EVALUATION_H_
