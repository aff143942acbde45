// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_CLASS_JUDGE_H_
#define WEIR_ANON_INTERNAL_CLASS_JUDGE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "weir/anon/class_table.h"
#include "weir/anon/internal/tuple_counter.h"
#include "weir/anon/search.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// Groups tuples that agree in the labels of some attributes.
struct Grouping {
  std::vector<uint32_t> group_of;  // by tuple
  std::vector<uint32_t> first;     // by group: its first tuple
};
// `attributes`: places; `levels`: one an attribute of the table.
Grouping GroupTuples(const SearchProblem& problem, std::span<const size_t> attributes,
                     std::span<const size_t> levels);

// Decides which classes of a table are suppressed.
class ClassJudge {
 public:
  ClassJudge(const SearchProblem& problem, std::span<const size_t> levels, ClassTable& table);
  // FAILED_PRECONDITION (PolicyRefusal): nothing that is suppressed would help.
  Status Judge();

 private:
  const TupleTable& tuples() const { return *problem_.table; }
  std::span<const uint32_t> TuplesOf(uint32_t id) const {
    return std::span(tuple_list_).subspan(begin_[id], begin_[id + 1] - begin_[id]);
  }
  bool IsKept(uint32_t id) const { return table_.rows[id] > 0 && !table_.suppressed[id]; }
  void Suppress(uint32_t id);
  bool HoldsClassModels(uint32_t id, bool only_empty);
  void JudgeClasses();
  Status JudgeEmptyClasses();
  bool ApplyPartialRule(const KAnonymityRule& rule, const Grouping& grouping);
  void JudgePartialRules();
  std::vector<uint32_t> SuppressionOrder() const;
  bool HoldsTableModels(std::span<const uint32_t> kept) const;
  Status JudgeTable();

  const SearchProblem& problem_;
  std::span<const size_t> levels_;
  ClassTable& table_;
  std::vector<size_t> begin_;         // by class, into tuple_list_
  std::vector<uint32_t> tuple_list_;  // by class
  std::vector<Grouping> partial_;     // one a rule on some attributes
  std::vector<KAnonymityRule> partial_rules_;
  TupleCounter counter_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_CLASS_JUDGE_H_
