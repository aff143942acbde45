// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/preview.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tools/weir/text_table.h"
#include "weir/coalition/decide.h"

namespace weir::tool {
namespace {

std::string MeasureName(const v1::Measure& measure) {
  switch (measure.measure_case()) {
    case v1::Measure::kRows:
      return measure.rows().running() ? "running_rows" : "rows";
    case v1::Measure::kUnits:
      return "units";
    case v1::Measure::kSum:
      return (measure.sum().running() ? "running_sum_" : "sum_") + measure.sum().column();
    case v1::Measure::kMean:
      return "mean_" + measure.mean().column();
    case v1::Measure::kVariance:
      return "variance_" + measure.variance().column();
    case v1::Measure::kStandardDeviation:
      return "standard_deviation_" + measure.standard_deviation().column();
    case v1::Measure::kQuantiles:
      return "quantiles_" + measure.quantiles().column();
    case v1::Measure::kHistogram:
      return "histogram_" + measure.histogram().column();
    case v1::Measure::kRatio:
      return "ratio_" + measure.ratio().numerator() + "_" + measure.ratio().denominator();
    case v1::Measure::MEASURE_NOT_SET:
      break;
  }
  return "";
}

std::string MechanismName(v1::Mechanism mechanism) {
  switch (mechanism) {
    case v1::MECHANISM_DISCRETE_GAUSSIAN:
      return "discrete Gaussian";
    case v1::MECHANISM_DISCRETE_LAPLACE:
      return "discrete Laplace";
    default:
      return "";
  }
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

bool HasLevels(const v1::ResolvedPlan& plan) {
  return std::any_of(plan.keys().begin(), plan.keys().end(),
                     [](const v1::Key& key) { return key.all_levels(); });
}

// One line for each vector of numbers that gets noise.
// With bounds that are found the errors are the largest possible ones.
struct PlanShape {
  bool has_levels;
  bool has_searches;
};
void AddMeasure(const v1::PlannedMeasure& measure, const PlanShape& shape, TextTable& table) {
  const bool is_known = measure.half_width() > 0 || measure.standard_error() > 0;
  const bool by_row =
      shape.has_levels || measure.measure().rows().running() || measure.measure().sum().running();
  const std::string unknown = by_row ? "by the row" : "by the answer";
  const std::string most = shape.has_searches ? "at most " : "";
  std::string name = MeasureName(measure.measure());
  for (const v1::MechanismEvent& event : measure.events()) {
    table.Add({name, event.epsilon().empty() ? "(shared)" : event.epsilon(),
               MechanismName(event.mechanism()), ShowFraction(event),
               is_known ? most + ShowNumber(measure.standard_error()) : unknown,
               is_known ? most + "+/- " + ShowNumber(measure.half_width()) : unknown});
    name.clear();
  }
}

std::string ShowSelection(const v1::ResolvedPlan& plan) {
  if (!plan.has_selection()) return "";
  const v1::PlannedSelection& selection = plan.selection();
  std::string text = "keys are shown ";
  switch (selection.rule()) {
    case v1::SELECTION_RULE_TRUNCATED_GEOMETRIC:
      text += "by truncated geometric selection";
      break;
    case v1::SELECTION_RULE_PUBLISHED_UNITS:
      text += "from " + selection.threshold() + " published units on";
      break;
    default:
      text += "from " + selection.threshold() + " noised units on";
  }
  text +=
      ": with " + ShowNumber(selection.units_for_half()) + " privacy units in every second case";
  if (selection.selection().min_units() > 1) {
    text += ", never with fewer than " + std::to_string(selection.selection().min_units());
  }
  return text + "\n";
}

std::string BoundName(const v1::PlannedSearch& search) {
  return search.column().empty() ? search.bound() : search.bound() + " of " + search.column();
}

std::string ShowSearches(const v1::ResolvedPlan& plan) {
  if (plan.searches_size() == 0) return "";
  std::string text;
  for (const v1::PlannedSearch& search : plan.searches()) {
    text += BoundName(search) + " is found privately, from " + search.narrowest() + " to " +
            search.widest() + ", for epsilon " + search.event().epsilon() + "\n";
  }
  return text +
         "errors above are those of the widest bounds, parameters of noise those for one grid "
         "step\n";
}

std::string Counted(uint64_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

// Units are counted once, and a sum with `per_unit` takes all rows.
bool BoundsRows(const v1::Measure& measure) {
  return measure.has_sum() ? measure.sum().per_unit_size() == 0 : !measure.has_units();
}

// What one privacy unit contributes at most; 0 is a bound that is to be found.
std::string ShowBounds(const v1::ResolvedPlan& plan) {
  const uint64_t keys = plan.bounds().max_keys_per_unit();
  const uint64_t rows = plan.bounds().max_rows_per_key();
  const uint64_t in_all = plan.bounds().max_rows_per_unit();
  std::string text = "one unit counts in ";
  text += keys == 0 ? "a number of them that is to be found" : "at most " + std::to_string(keys);
  if (keys > 0) text += HasLevels(plan) ? " of the lowest level" : " of them";
  const bool bounds_rows =
      std::any_of(plan.measures().begin(), plan.measures().end(),
                  [](const v1::PlannedMeasure& planned) { return BoundsRows(planned.measure()); });
  if (bounds_rows) {
    text += rows == 0 ? ", with a number of rows in each that is to be found"
                      : ", with at most " + Counted(rows, "row") + " each";
    const uint64_t implied = keys * rows;
    if (in_all > 0 && (in_all < implied || implied == 0)) {
      text += " and " + std::to_string(in_all) + " in all";
    }
  }
  for (const v1::PlannedMeasure& planned : plan.measures()) {
    const v1::Measure& measure = planned.measure();
    if (!measure.has_sum() || measure.sum().per_unit_size() != 2) continue;
    text += "; " + MeasureName(measure) + " takes from " + measure.sum().per_unit(0) + " to " +
            measure.sum().per_unit(1) + " of one unit in each";
  }
  return text;
}

std::string ShowTop(const v1::ResolvedPlan& plan) {
  if (!plan.has_top()) return "";
  const v1::PlannedTop& top = plan.top();
  std::string text = "only the " + std::to_string(top.top().keys()) + " keys with the most " +
                     (top.top().by() == v1::TOP_BY_ROWS ? "rows" : "privacy units");
  if (top.events_size() > 0) text += ", found with epsilon " + top.events(0).epsilon();
  return text + "\n";
}

std::string ShowRows(const v1::ResolvedPlan& plan) {
  if (plan.has_top()) return "at most " + Counted(plan.top().top().keys(), "row");
  if (plan.has_selection()) return "the rows that are selected";
  if (HasLevels(plan)) {
    return Counted(plan.cells(), "row") + " on the lowest level, and those of all above";
  }
  return Counted(plan.cells(), "row");
}

std::string ShowPlan(const v1::ReleasePreview& preview) {
  const v1::ResolvedPlan& plan = preview.plan();
  std::string text = "charge: epsilon " + plan.epsilon();
  if (!plan.delta().empty()) text += ", delta " + plan.delta();
  text += ", protects " + preview.privacy_unit() + "\n";
  text += "result: " + ShowRows(plan) + "; " + ShowBounds(plan) + "\n";
  TextTable table({"MEASURE", "EPSILON", "NOISE", "PARAMETER", "STANDARD ERROR", "95 % INTERVAL"});
  const PlanShape shape{.has_levels = HasLevels(plan), .has_searches = plan.searches_size() > 0};
  for (const v1::PlannedMeasure& measure : plan.measures()) {
    AddMeasure(measure, shape, table);
  }
  return text + table.ToString() + ShowSearches(plan) + ShowSelection(plan) + ShowTop(plan);
}

std::string ShowErrors(const google::protobuf::RepeatedField<double>& errors) {
  std::string text;
  for (const double error : errors) {
    text += (text.empty() ? "" : ", ") + (error > 0 ? ShowNumber(error) : "by the answer");
  }
  return text;
}

// `within` makes every way cost its own epsilon.
bool DifferInEpsilon(const v1::ReleasePreview& preview) {
  return std::any_of(preview.alternatives().begin(), preview.alternatives().end(),
                     [&preview](const v1::PlanAlternative& way) {
                       return way.refusal().empty() && way.epsilon() != preview.plan().epsilon();
                     });
}

std::string ShowWays(const v1::ReleasePreview& preview) {
  const bool differ = DifferInEpsilon(preview);
  std::vector<std::string> header = {
      "WAY", "TAKEN", "COMPOSITION", "STANDARD ERRORS", "MEAN ERRORS", "UNITS FOR HALF"};
  if (differ) header.emplace_back("EPSILON");
  TextTable table(header);
  for (const v1::PlanAlternative& way : preview.alternatives()) {
    std::vector<std::string> row = {
        way.what(),
        way.taken() ? "yes" : "",
        way.composition(),
        way.refusal().empty() ? ShowErrors(way.standard_errors())
                              : "not possible: " + way.refusal(),
        ShowErrors(way.mean_errors()),
        way.units_for_half() > 0 ? ShowNumber(way.units_for_half()) : ""};
    if (differ) row.push_back(way.epsilon());
    table.Add(row);
  }
  return "ways that were weighed\n" + table.ToString();
}

std::string BoundName(const v1::ClippingLoss& loss) {
  return loss.column().empty() ? loss.bound() : loss.bound() + " of " + loss.column();
}

std::string ShowContribution(const v1::ClippingLoss& loss) {
  if (loss.amount().empty()) return std::to_string(loss.contribution());
  return (loss.bound() == "per_unit" ? "a sum of " : "a value of ") + loss.amount();
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

std::string ShowExplanation(const v1::ReleasePreview& preview) {
  std::string text;
  if (preview.alternatives_size() > 0) text += ShowWays(preview);
  if (preview.selection_loss_size() > 0) {
    TextTable table({"UNITS", "SHOWN"});
    for (const v1::SelectionLoss& loss : preview.selection_loss()) {
      table.Add({std::to_string(loss.units()), ShowNumber(loss.shown())});
    }
    text += "how likely a key is shown, by its privacy units\n" + table.ToString();
  }
  if (preview.clipping_loss_size() > 0) {
    TextTable table({"BOUND", "UNIT WITH", "PART THAT COUNTS"});
    for (const v1::ClippingLoss& loss : preview.clipping_loss()) {
      table.Add({BoundName(loss), ShowContribution(loss), ShowNumber(loss.kept())});
    }
    text += "what the bounds leave of a privacy unit that has more\n" + table.ToString();
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
