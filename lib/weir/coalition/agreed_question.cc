// SPDX-License-Identifier: Apache-2.0
#include "weir/coalition/internal/agreed_question.h"

#include <algorithm>

#include "weir/doc/same_document.h"

namespace weir::coalition::internal {
namespace {

bool HasForm(const v1::Key& key) {
  v1::Key bare;
  bare.set_column(key.column());
  return !doc::SameDocument(key, bare);
}

// How figures are rounded is free: it tells nothing more of the data.
v1::Key FormOf(v1::Key key) {
  key.clear_keep_negative();
  return key;
}

void ClearEstimate(v1::Measure& measure) {
  if (measure.has_sum()) measure.mutable_sum()->clear_estimate();
  if (measure.has_mean()) measure.mutable_mean()->clear_estimate();
  if (measure.has_variance()) measure.mutable_variance()->clear_estimate();
  if (measure.has_standard_deviation()) measure.mutable_standard_deviation()->clear_estimate();
  if (measure.has_quantiles()) measure.mutable_quantiles()->clear_estimate();
  if (measure.has_ratio()) measure.mutable_ratio()->clear_estimate();
}

bool SaysEstimate(const v1::Measure& measure) {
  v1::Measure without = measure;
  ClearEstimate(without);
  return !doc::SameDocument(without, measure);
}

// What `agreed` leaves open is taken out of `measure`.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters)
v1::Measure Bound(v1::Measure measure, const v1::Measure& agreed) {
  if (measure.has_rows()) measure.mutable_rows()->Clear();
  if (measure.has_units()) measure.mutable_units()->Clear();
  if (measure.has_sum()) {
    v1::Sum sum;
    sum.set_column(measure.sum().column());
    if (agreed.sum().per_unit_size() > 0) *sum.mutable_per_unit() = measure.sum().per_unit();
    *measure.mutable_sum() = sum;
  }
  ClearEstimate(measure);
  if (measure.has_quantiles() && agreed.quantiles().at().empty()) {
    measure.mutable_quantiles()->clear_at();
  }
  if (measure.has_histogram() && agreed.histogram().edges().empty()) {
    measure.mutable_histogram()->clear_edges();
  }
  return measure;
}

}  // namespace

bool IsKeyAgreed(const v1::Agreement& terms, const v1::Key& asked) {
  const v1::Key form = FormOf(asked);
  return std::any_of(terms.keys().begin(), terms.keys().end(), [&form](const v1::Key& key) {
    const v1::Key agreed = FormOf(key);
    return agreed.column() == form.column() &&
           (!HasForm(agreed) || doc::SameDocument(agreed, form));
  });
}

bool IsMeasureAgreed(const v1::Agreement& terms, const v1::Measure& asked) {
  return std::any_of(terms.measures().begin(), terms.measures().end(),
                     [&asked](const v1::Measure& agreed) {
                       return doc::SameDocument(Bound(agreed, agreed), Bound(asked, agreed));
                     });
}

bool IsChoiceAgreed(const v1::Agreement& terms, const v1::ReleaseSpec& asked) {
  if (asked.has_selection() && !terms.selection()) return false;
  if (!asked.has_top()) return true;
  v1::Measure ranking;
  if (asked.top().by() == v1::TOP_BY_ROWS) {
    ranking.mutable_rows();
  } else {
    ranking.mutable_units();
  }
  return IsMeasureAgreed(terms, ranking);
}

bool IsEstimateAgreed(const v1::Agreement& terms, const v1::ReleaseSpec& asked) {
  return terms.estimates() ||
         (!asked.bounds().has_estimate() &&
          std::none_of(asked.measures().begin(), asked.measures().end(), SaysEstimate));
}

bool IsFilterAgreed(const v1::Agreement& terms, const v1::Condition& asked) {
  return std::find(terms.filters().begin(), terms.filters().end(), asked.column()) !=
         terms.filters().end();
}

}  // namespace weir::coalition::internal
