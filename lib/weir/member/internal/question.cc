// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/question.h"

#include <algorithm>
#include <set>
#include <string>

#include "weir/base/decimal.h"
#include "weir/privacy/parameters.h"

namespace weir::member::internal {
namespace {

// Equal numbers, however they are written; equal texts where one is no number.
bool SameNumber(const std::string& a, const std::string& b) {
  const StatusOr<Decimal> first = ParseDecimal(a.empty() ? "0" : a);
  const StatusOr<Decimal> second = ParseDecimal(b.empty() ? "0" : b);
  return first.ok() && second.ok() ? *first == *second : a == b;
}

// Symmetric. NOLINTNEXTLINE(bugprone-easily-swappable-parameters)
bool SameKey(const v1::Key& a, const v1::Key& b) {
  return a.column() == b.column() && a.has_bucket() == b.has_bucket() &&
         std::equal(a.bucket().edges().begin(), a.bucket().edges().end(),
                    b.bucket().edges().begin(), b.bucket().edges().end(), SameNumber);
}

bool SameMeasure(const v1::PlannedMeasure& planned, const v1::Measure& asked) {
  return planned.measure().measure_case() == asked.measure_case() &&
         planned.measure().sum() == asked.sum();
}

bool SameBound(uint32_t planned, uint32_t asked) { return asked == 0 || planned == asked; }

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
    spec.mutable_privacy()->set_noise(planned.event().noise());
  }
  *spec.mutable_bounds() = plan.bounds();
  spec.mutable_privacy()->set_epsilon(plan.epsilon());
  spec.mutable_privacy()->set_delta(plan.delta());
  *spec.mutable_windows() = plan.windows();
  return spec;
}

Status CheckAnswers(const v1::ResolvedPlan& plan, const v1::ReleaseSpec& spec) {
  const char* differs = nullptr;
  if (!std::equal(plan.measures().begin(), plan.measures().end(), spec.measures().begin(),
                  spec.measures().end(), SameMeasure)) {
    differs = "measures";
  }
  if (!std::equal(plan.keys().begin(), plan.keys().end(), spec.keys().begin(), spec.keys().end(),
                  SameKey)) {
    differs = "keys";
  }
  if (!SameBound(plan.bounds().max_keys_per_unit(), spec.bounds().max_keys_per_unit()) ||
      !SameBound(plan.bounds().max_rows_per_key(), spec.bounds().max_rows_per_key())) {
    differs = "bounds";
  }
  if (!SameNumber(plan.epsilon(), spec.privacy().epsilon()) ||
      !SameNumber(plan.delta(), spec.privacy().delta())) {
    differs = "privacy parameters";
  }
  if (AsSet(plan.windows()) != AsSet(spec.windows())) differs = "windows";
  if (plan.dataset() != spec.dataset()) differs = "data set";
  if (differs == nullptr) return OkStatus();
  return FailedPrecondition("the release is of other %s than the request asked for", differs);
}

}  // namespace weir::member::internal
