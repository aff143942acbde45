// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "weir/dp/bound_estimate.h"
#include "weir/dp/internal/audit_case_groups.h"
#include "weir/dp/selection_mechanisms.h"
#include "weir/dp/sparse_vector.h"

namespace weir::dp::internal {
namespace {

Epsilon Eps(const char* text) { return Epsilon::Parse(text).value(); }

using Scores = std::vector<int64_t>;
// One output as a number.
using DrawOne = std::function<StatusOr<double>(AuditInput input, RandomSource& random)>;

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a name and what it claims
AuditCase MakeCase(const char* name, const char* claim, Epsilon epsilon, DrawOne draw) {
  return {.name = name,
          .claim = claim,
          .fault = "noise 10 % too small",
          .epsilon = epsilon,
          .delta = Delta::Zero(),
          .statistics = {"choice"},
          .draw = [draw = std::move(draw)](AuditInput input, size_t count,
                                           RandomSource& random) -> StatusOr<AuditValues> {
            AuditValues values(1);
            values[0].reserve(count);
            for (size_t i = 0; i < count; ++i) {
              WEIR_ASSIGN_OR_RETURN(const double value, draw(input, random));
              values[0].push_back(value);
            }
            return values;
          }};
}

struct Candidates {
  Scores with_unit;
  Scores without_unit;
  const Scores& Of(AuditInput input) const {
    return input == AuditInput::kWithUnit ? with_unit : without_unit;
  }
};

// The unit lifts the one that is behind and, unless all scores move one way, lowers the other.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as above
AuditCase PermuteAndFlipCase(const char* name, const char* claim, bool is_monotonic,
                             AuditBuild build) {
  const Candidates scores = {{1, 2}, is_monotonic ? Scores{0, 2} : Scores{0, 3}};
  const Epsilon epsilon = Eps(build == AuditBuild::kShipped ? "0.9" : "1");
  return MakeCase(
      name, claim, Eps("0.9"), [=](AuditInput input, RandomSource& random) -> StatusOr<double> {
        WEIR_ASSIGN_OR_RETURN(const size_t chosen,
                              PermuteAndFlip(scores.Of(input), {epsilon, 1, is_monotonic}, random));
        return static_cast<double>(chosen);
      });
}

// Two of three, in their order.
AuditCase TopCase(AuditBuild build) {
  const Candidates scores = {{1, 1, 2}, {0, 0, 2}};
  const Epsilon a_round = Eps(build == AuditBuild::kShipped ? "1" : "2");
  AuditCase audited =
      MakeCase("permute_and_flip/top", "the best 2 of 3, a unit in both of them", Eps("2"),
               [=](AuditInput input, RandomSource& random) -> StatusOr<double> {
                 WEIR_ASSIGN_OR_RETURN(const std::vector<size_t> found,
                                       PeeledTopK(scores.Of(input), 2, {a_round, 1, true}, random));
                 return static_cast<double>(3 * found[0] + found[1]);
               });
  audited.fault = "every round at the epsilon of all";
  return audited;
}

AuditCase ExponentialCase(AuditBuild build) {
  const Candidates scores = {{1, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 1, 1, 1, 1, 1, 1}};
  const bool is_monotonic = build == AuditBuild::kBroken;
  AuditCase audited =
      MakeCase("exponential_mechanism/two_sided", "one score of 8 up, the others down", Eps("1"),
               [=](AuditInput input, RandomSource& random) -> StatusOr<double> {
                 WEIR_ASSIGN_OR_RETURN(
                     const size_t chosen,
                     ExponentialMechanism(scores.Of(input), {Eps("1"), 1, is_monotonic}, random));
                 return static_cast<double>(chosen);
               });
  audited.fault = "noise of scores that all move one way";
  return audited;
}

// Six questions that the unit raises, then one that it lowers. The output is the first yes.
AuditCase SparseVectorCase(AuditBuild build) {
  constexpr int kRaised = 6;
  const bool is_monotonic = build == AuditBuild::kBroken;
  AuditCase audited = MakeCase(
      "sparse_vector/seven_questions", "six private counts up, the last down", Eps("2"),
      [=](AuditInput input, RandomSource& random) -> StatusOr<double> {
        const int reach = input == AuditInput::kWithUnit ? 1 : 0;
        WEIR_ASSIGN_OR_RETURN(AboveThreshold asked,
                              AboveThreshold::Create({Eps("2"), 1, is_monotonic}, 1, random));
        for (int question = 0; question <= kRaised; ++question) {
          const int count = question < kRaised ? reach : 1 - reach;
          WEIR_ASSIGN_OR_RETURN(const bool is_above, asked.Ask(count, random));
          if (is_above) return question;
        }
        return kRaised + 1;
      });
  audited.fault = "noise of counts that all move one way";
  audited.visible = 0.7;
  audited.slowness = 8;
  return audited;
}

// The first unit, whose value is above four edges.
AuditCase BoundCase(AuditBuild build) {
  const Epsilon epsilon = Eps(build == AuditBuild::kShipped ? "2" : "4");
  AuditCase audited =
      MakeCase("upper_bound/first_unit", "one unit in bin 4 of 6", Eps("2"),
               [=](AuditInput input, RandomSource& random) -> StatusOr<double> {
                 std::array<uint64_t, 6> counts{};
                 counts[4] = input == AuditInput::kWithUnit ? 1 : 0;
                 WEIR_ASSIGN_OR_RETURN(const size_t bin,
                                       EstimateUpperBound(counts, {99, 100}, epsilon, random));
                 return static_cast<double>(bin);
               });
  audited.fault = "all of epsilon spent twice";
  // An eighth counts the units, which these inputs do not show.
  audited.visible = 0.6;
  audited.slowness = 8;
  return audited;
}

}  // namespace

void AddChoiceCases(AuditBuild build, std::vector<AuditCase>& cases) {
  cases.push_back(
      PermuteAndFlipCase("permute_and_flip/two_sided", "one score up, one down", false, build));
  cases.push_back(PermuteAndFlipCase("permute_and_flip/one_sided", "one score up", true, build));
  cases.push_back(TopCase(build));
  cases.push_back(ExponentialCase(build));
  cases.push_back(SparseVectorCase(build));
  cases.push_back(BoundCase(build));
}

}  // namespace weir::dp::internal
