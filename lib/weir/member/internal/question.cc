// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/question.h"

#include <algorithm>
#include <set>
#include <string>

#include "weir/base/decimal.h"
#include "weir/doc/same_document.h"
#include "weir/privacy/parameters.h"

namespace weir::member::internal {
namespace {

// Equal numbers, however they are written; equal texts where one is no number.
bool SameNumber(const std::string& a, const std::string& b) {
  const StatusOr<Decimal> first = ParseDecimal(a.empty() ? "0" : a);
  const StatusOr<Decimal> second = ParseDecimal(b.empty() ? "0" : b);
  return first.ok() && second.ok() ? *first == *second : a == b;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters)
bool IsAtMost(const std::string& planned, const std::string& asked) {
  const StatusOr<Decimal> first = ParseDecimal(planned.empty() ? "0" : planned);
  const StatusOr<Decimal> second = ParseDecimal(asked.empty() ? "0" : asked);
  return first.ok() && second.ok() && Compare(*first, *second) <= 0;
}

bool SameMeasure(const v1::PlannedMeasure& planned, const v1::Measure& asked) {
  return doc::SameDocument(planned.measure(), asked);
}

bool SaysWithin(const v1::ReleaseSpec& spec) {
  return std::any_of(spec.measures().begin(), spec.measures().end(), [](const v1::Measure& m) {
    return !m.rows().within().empty() || !m.units().within().empty() || !m.sum().within().empty();
  });
}

// A wanted accuracy is paid as it needs, at most what is named; a delta that is not needed is not
// paid.
bool SamePrivacy(const v1::ResolvedPlan& plan, const v1::ReleaseSpec& spec) {
  const v1::Privacy& asked = spec.privacy();
  const bool epsilon = SaysWithin(spec)
                           ? asked.epsilon().empty() || IsAtMost(plan.epsilon(), asked.epsilon())
                           : SameNumber(plan.epsilon(), asked.epsilon());
  const bool gaussian = std::any_of(
      plan.measures().begin(), plan.measures().end(), [](const v1::PlannedMeasure& planned) {
        return planned.events_size() > 0 &&
               planned.events(0).mechanism() == v1::MECHANISM_DISCRETE_GAUSSIAN;
      });
  const bool kind = asked.noise() == v1::NOISE_UNSPECIFIED ||
                    (asked.noise() == v1::NOISE_DISCRETE_GAUSSIAN) == gaussian;
  return epsilon && kind && IsAtMost(plan.delta(), asked.delta());
}

// A share that is not used is not in the plan.
bool SameShare(const std::string& planned, const std::string& asked) {
  return planned.empty() || SameNumber(planned, asked.empty() ? "0.5" : asked);
}

bool SameChoice(const v1::ResolvedPlan& plan, const v1::ReleaseSpec& spec) {
  const v1::Top& top = plan.top().top();
  const bool by_rows = spec.top().by() == v1::TOP_BY_ROWS;
  return plan.has_selection() == spec.has_selection() && plan.has_top() == spec.has_top() &&
         (!spec.has_selection() ||
          plan.selection().selection().min_units() == std::max(1U, spec.selection().min_units())) &&
         (!spec.has_top() ||
          (top.keys() == spec.top().keys() && (top.by() == v1::TOP_BY_ROWS) == by_rows)) &&
         SameShare(plan.selection().selection().share(), spec.selection().share()) &&
         SameShare(top.share(), spec.top().share());
}

std::string NormalValue(const std::string& text) {
  const StatusOr<Decimal> number = ParseDecimal(text);
  return number.ok() ? FormatDecimal(*number) : text;
}

// Conditions without what their spelling and order say.
std::multiset<std::string> NormalFilter(
    const google::protobuf::RepeatedPtrField<v1::Condition>& filter) {
  std::multiset<std::string> normal;
  for (const v1::Condition& condition : filter) {
    v1::Condition written;
    written.set_column(condition.column());
    std::set<std::string> in, not_in;
    for (const std::string& text : condition.in()) in.insert(NormalValue(text));
    for (const std::string& text : condition.not_in()) not_in.insert(NormalValue(text));
    for (const std::string& text : in) written.add_in(text);
    for (const std::string& text : not_in) written.add_not_in(text);
    written.set_at_least(NormalValue(condition.at_least()));
    written.set_above(NormalValue(condition.above()));
    written.set_at_most(NormalValue(condition.at_most()));
    written.set_below(NormalValue(condition.below()));
    normal.insert(written.SerializeAsString());
  }
  return normal;
}

bool SameBound(uint32_t planned, uint32_t asked) { return asked == 0 || planned == asked; }

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): what was planned, then what was asked
bool SameEstimate(const v1::Bounds& planned, const v1::Bounds& asked) {
  const v1::BoundsEstimate& in_plan = planned.estimate();
  const v1::BoundsEstimate& in_spec = asked.estimate();
  return planned.has_estimate() == asked.has_estimate() &&
         SameNumber(in_plan.share(), in_spec.share()) &&
         // No more keys can be found than there are.
         (in_spec.max_keys_per_unit() == 0 ||
          in_plan.max_keys_per_unit() <= in_spec.max_keys_per_unit()) &&
         SameBound(in_plan.max_rows_per_key(), in_spec.max_rows_per_key());
}

template <class Texts>
std::set<std::string> AsSet(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

v1::ReleaseSpec QuestionOf(const v1::ResolvedPlan& plan) {
  v1::ReleaseSpec spec;
  spec.set_dataset(plan.dataset());
  *spec.mutable_keys() = plan.keys();
  for (const v1::PlannedMeasure& planned : plan.measures()) {
    *spec.add_measures() = planned.measure();
    spec.mutable_privacy()->set_noise(planned.events(0).mechanism() ==
                                              v1::MECHANISM_DISCRETE_GAUSSIAN
                                          ? v1::NOISE_DISCRETE_GAUSSIAN
                                          : v1::NOISE_DISCRETE_LAPLACE);
  }
  *spec.mutable_bounds() = plan.bounds();
  spec.mutable_privacy()->set_epsilon(plan.epsilon());
  spec.mutable_privacy()->set_delta(plan.delta());
  *spec.mutable_windows() = plan.windows();
  *spec.mutable_filter() = plan.filter();
  if (plan.has_selection()) *spec.mutable_selection() = plan.selection().selection();
  if (plan.has_top()) *spec.mutable_top() = plan.top().top();
  return spec;
}

Status CheckAnswers(const v1::ResolvedPlan& plan, const v1::ReleaseSpec& spec) {
  const char* differs = nullptr;
  if (!std::equal(plan.measures().begin(), plan.measures().end(), spec.measures().begin(),
                  spec.measures().end(), SameMeasure)) {
    differs = "measures";
  }
  if (!std::equal(plan.keys().begin(), plan.keys().end(), spec.keys().begin(), spec.keys().end(),
                  doc::SameDocument)) {
    differs = "keys";
  }
  if (!SameBound(plan.bounds().max_keys_per_unit(), spec.bounds().max_keys_per_unit()) ||
      !SameBound(plan.bounds().max_rows_per_key(), spec.bounds().max_rows_per_key()) ||
      !SameEstimate(plan.bounds(), spec.bounds()) ||
      (spec.bounds().max_rows_per_unit() > 0 &&
       plan.bounds().max_rows_per_unit() > spec.bounds().max_rows_per_unit())) {
    differs = "bounds";
  }
  if (!SamePrivacy(plan, spec)) differs = "privacy parameters";
  if (NormalFilter(plan.filter()) != NormalFilter(spec.filter())) {
    differs = "filters";
  }
  if (!SameChoice(plan, spec)) differs = "rows";
  if (AsSet(plan.windows()) != AsSet(spec.windows())) differs = "windows";
  if (plan.dataset() != spec.dataset()) differs = "data set";
  if (differs == nullptr) return OkStatus();
  return FailedPrecondition("the release is of other %s than the request asked for", differs);
}

}  // namespace weir::member::internal
