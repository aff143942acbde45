// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/preview.h"

#include "tools/weir/text_table.h"
#include "weir/coalition/decide.h"

namespace weir::tool {
namespace {

std::string MeasureName(const v1::Measure& measure) {
  switch (measure.measure_case()) {
    case v1::Measure::kRows:
      return "rows";
    case v1::Measure::kUnits:
      return "units";
    default:
      return "sum_" + measure.sum();
  }
}

std::string NoiseName(v1::Noise noise) {
  return noise == v1::NOISE_DISCRETE_GAUSSIAN ? "discrete Gaussian" : "discrete Laplace";
}

std::string ShowFraction(const v1::MechanismEvent& event) {
  return event.denominator() == "1" ? event.numerator()
                                    : event.numerator() + "/" + event.denominator();
}

std::string ShowBalance(const v1::AccountBalance& balance) {
  std::string text = "account " + balance.account() + ": epsilon " + balance.spent_epsilon() +
                     " of " + balance.budget_epsilon() + " spent";
  if (!balance.remaining_epsilon().empty()) text += ", " + balance.remaining_epsilon() + " left";
  return text + "\n";
}

std::string ShowPlan(const v1::ReleasePreview& preview) {
  const v1::ResolvedPlan& plan = preview.plan();
  std::string text = "charge: epsilon " + plan.epsilon();
  if (!plan.delta().empty()) text += ", delta " + plan.delta();
  text += ", protects " + preview.privacy_unit() + "\n";
  text += "result: " + std::to_string(plan.cells()) + " rows; one unit counts in at most " +
          std::to_string(plan.bounds().max_keys_per_unit()) + " of them, with at most " +
          std::to_string(plan.bounds().max_rows_per_key()) + " rows each\n";
  TextTable table({"MEASURE", "EPSILON", "NOISE", "PARAMETER", "STANDARD ERROR", "95 % INTERVAL"});
  for (const v1::PlannedMeasure& measure : plan.measures()) {
    table.Add({MeasureName(measure.measure()),
               measure.event().epsilon().empty() ? "(shared)" : measure.event().epsilon(),
               NoiseName(measure.event().noise()), ShowFraction(measure.event()),
               ShowNumber(measure.standard_error()), "+/- " + ShowNumber(measure.half_width())});
  }
  return text + table.ToString();
}

}  // namespace

std::string ShowPreview(const v1::ReleasePreview& preview) {
  std::string text;
  // What documents forbid is refused before there is a plan.
  if (preview.plan().measures_size() > 0) text += ShowPlan(preview);
  if (preview.already_released()) text += "released before: the same answer, no charge\n";
  if (preview.has_balance()) text += ShowBalance(preview.balance());
  if (preview.needs_approval()) text += "a steward of the provider has to approve\n";
  if (preview.refusal() != v1::REFUSAL_REASON_UNSPECIFIED) {
    text += "would be refused: " + coalition::ReasonWord(preview.refusal()) + " (" +
            coalition::ReasonSentence(preview.refusal()) + ")\n";
  }
  return text;
}

Status RefusalStatus(v1::RefusalReason reason, const std::string& subject) {
  if (reason == v1::REFUSAL_REASON_UNSPECIFIED) return OkStatus();
  const std::string word = coalition::ReasonWord(reason);
  return PolicyRefusal(
      word, subject + " is refused (" + word + "): " + coalition::ReasonSentence(reason));
}

Status RefusalOf(const v1::ReleasePreview& preview) {
  return RefusalStatus(preview.refusal(), "the release");
}

}  // namespace weir::tool
