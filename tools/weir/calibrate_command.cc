// SPDX-License-Identifier: Apache-2.0
// weir calibrate: what noise and which selection a budget buys. Reads no data, charges nothing.
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tools/weir/commands.h"
#include "tools/weir/text_table.h"
#include "weir/dp/analytic_gaussian.h"
#include "weir/dp/calibration.h"
#include "weir/dp/intervals.h"
#include "weir/dp/partition_selection.h"
#include "weir/dp/rational.h"

namespace weir::tool {
namespace {

using Json = nlohmann::ordered_json;

struct CalibrateOptions {
  std::string epsilon;
  std::string delta;
  int64_t l0 = 1;
  int64_t linf = 1;
  int64_t pre_threshold = 1;
  std::vector<int64_t> units = {1, 5, 10, 20, 50, 100};
};

struct Wanted {
  Epsilon epsilon;
  Delta delta;
  L0Sensitivity l0;
  LInfSensitivity linf;
};

StatusOr<Wanted> ReadWanted(const CalibrateOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const Epsilon epsilon, Epsilon::Parse(options.epsilon));
  WEIR_ASSIGN_OR_RETURN(const Delta delta, Delta::Parse(options.delta));
  WEIR_ASSIGN_OR_RETURN(const L0Sensitivity l0, L0Sensitivity::Create(options.l0));
  WEIR_ASSIGN_OR_RETURN(const LInfSensitivity linf, LInfSensitivity::Create(options.linf));
  if (options.linf > int64_t{1} << 31) return InvalidArgument("--linf must be at most 2^31");
  for (const int64_t units : options.units) {
    if (units < 0) return InvalidArgument("--units must not be negative");
  }
  return Wanted{epsilon, delta, l0, linf};
}

struct Noise {
  dp::NoiseLaw law;
  double standard_error;
  double half_width;
};

StatusOr<Noise> NoiseOf(const dp::NoiseLaw& law) {
  WEIR_ASSIGN_OR_RETURN(const double standard_error, dp::StandardError(law));
  WEIR_ASSIGN_OR_RETURN(const int128 half_width, dp::HalfWidth(law));
  return Noise{law, standard_error, static_cast<double>(half_width)};
}

struct Answer {
  Noise laplace;
  std::optional<Noise> gaussian;  // needs a delta
  double analytic_sigma = 0;
  std::vector<dp::PartitionSelector> selectors;  // fewest units for a half first

  bool is_laplace_smaller() const {
    return !gaussian || laplace.standard_error <= gaussian->standard_error;
  }
};

Status CalibrateGaussian(const Wanted& wanted, Answer& answer) {
  const auto l0 = static_cast<uint128>(wanted.l0.value());
  const auto linf = static_cast<uint128>(wanted.linf.value());
  WEIR_ASSIGN_OR_RETURN(const Rational variance,
                        dp::SingleGaussianVariance(wanted.epsilon, wanted.delta, l0 * linf * linf));
  WEIR_ASSIGN_OR_RETURN(answer.gaussian, NoiseOf({NoiseKind::kDiscreteGaussian, variance}));
  const double l2 = std::sqrt(static_cast<double>(l0)) * static_cast<double>(linf);
  WEIR_ASSIGN_OR_RETURN(answer.analytic_sigma,
                        dp::AnalyticGaussianSigma(wanted.epsilon, wanted.delta, l2));
  return OkStatus();
}

StatusOr<Answer> Calibrate(const Wanted& wanted, int64_t pre_threshold) {
  const auto l1 =
      static_cast<uint128>(wanted.l0.value()) * static_cast<uint128>(wanted.linf.value());
  WEIR_ASSIGN_OR_RETURN(const Rational scale, dp::LaplaceScale(wanted.epsilon, l1));
  WEIR_ASSIGN_OR_RETURN(const Noise laplace, NoiseOf({NoiseKind::kDiscreteLaplace, scale}));
  Answer answer = {.laplace = laplace, .gaussian = std::nullopt, .selectors = {}};
  if (wanted.delta.is_zero()) return answer;
  WEIR_RETURN_IF_ERROR(CalibrateGaussian(wanted, answer));
  const dp::SelectionOptions options = {wanted.epsilon, wanted.delta, wanted.l0, pre_threshold};
  WEIR_ASSIGN_OR_RETURN(const dp::SelectionChoice choice, dp::BestSelectionRule(options));
  for (const dp::SelectionAlternative& alternative : choice.alternatives) {
    WEIR_ASSIGN_OR_RETURN(const auto selector,
                          dp::PartitionSelector::Create(alternative.rule, options));
    answer.selectors.push_back(selector);
  }
  return answer;
}

const char* NameOf(dp::SelectionRule rule) {
  switch (rule) {
    case dp::SelectionRule::kTruncatedGeometric:
      return "truncated_geometric";
    case dp::SelectionRule::kLaplaceThreshold:
      return "laplace_threshold";
    case dp::SelectionRule::kGaussianThreshold:
      return "gaussian_threshold";
  }
  return "unknown";
}

std::string ShowRational(const Rational& value) {
  const std::string numerator = FormatInt128(static_cast<int128>(value.numerator));
  return value.denominator == 1
             ? numerator
             : numerator + "/" + FormatInt128(static_cast<int128>(value.denominator));
}

// Whole numbers as such, as long as readers of JSON can hold them.
Json Whole(double value) {
  return value < 0x1p53 ? Json(static_cast<int64_t>(value)) : Json(value);
}

Json NoiseJson(const Noise& noise) {
  const bool is_laplace = noise.law.kind == NoiseKind::kDiscreteLaplace;
  Json json = {{is_laplace ? "scale" : "variance", ShowRational(noise.law.parameter)}};
  if (!is_laplace) json["sigma"] = std::sqrt(dp::ToDouble(noise.law.parameter));
  json["standard_error"] = noise.standard_error;
  json["half_width"] = Whole(noise.half_width);
  return json;
}

Json SelectionJson(const Answer& answer, const std::vector<int64_t>& units) {
  Json rules = Json::array();
  for (const dp::PartitionSelector& selector : answer.selectors) {
    Json keep = Json::array();
    for (const int64_t count : units) {
      keep.push_back({{"units", count}, {"probability", selector.KeepProbability(count)}});
    }
    Json rule = {{"rule", NameOf(selector.rule())}};
    rule["threshold"] = nullptr;
    if (const auto threshold = selector.threshold()) {
      rule["threshold"] = Whole(static_cast<double>(*threshold));
    }
    rule["units_for_half"] = Whole(static_cast<double>(selector.UnitsForHalf()));
    rule["failure_delta"] = selector.cost().failure_delta.ToString();
    rule["keep"] = std::move(keep);
    rules.push_back(std::move(rule));
  }
  return {{"best", NameOf(answer.selectors.front().rule())}, {"rules", std::move(rules)}};
}

std::string ShowJson(const Wanted& wanted, const Answer& answer, const CalibrateOptions& options) {
  Json json = {{"schema", "weir.v1"},
               {"epsilon", wanted.epsilon.ToString()},
               {"delta", wanted.delta.is_zero() ? "" : wanted.delta.ToString()},
               {"l0", options.l0},
               {"linf", options.linf}};
  Json noise = {{"discrete_laplace", NoiseJson(answer.laplace)}};
  if (answer.gaussian) {
    noise["discrete_gaussian"] = NoiseJson(*answer.gaussian);
    noise["analytic_gaussian_sigma"] = answer.analytic_sigma;
  }
  noise["smaller"] = answer.is_laplace_smaller() ? "discrete_laplace" : "discrete_gaussian";
  json["noise"] = std::move(noise);
  if (!answer.selectors.empty()) json["selection"] = SelectionJson(answer, options.units);
  return json.dump() + "\n";
}

std::string ShowDigits(double value) {
  char text[32];
  static_cast<void>(std::snprintf(text, sizeof(text), "%.4g", value));
  return text;
}

std::string ShowNoise(const Answer& answer) {
  TextTable table({"NOISE", "PARAMETER", "STANDARD ERROR", "95 % INTERVAL"});
  const auto add = [&](const char* name, const std::string& parameter, const Noise& noise) {
    table.Add(
        {name, parameter, ShowDigits(noise.standard_error), "+/- " + ShowNumber(noise.half_width)});
  };
  add("discrete Laplace", "scale " + ShowDigits(dp::ToDouble(answer.laplace.law.parameter)),
      answer.laplace);
  if (!answer.gaussian) return table.ToString();
  add("discrete Gaussian",
      "sigma " + ShowDigits(std::sqrt(dp::ToDouble(answer.gaussian->law.parameter))),
      *answer.gaussian);
  return table.ToString() + "smaller error: " +
         (answer.is_laplace_smaller() ? "discrete Laplace" : "discrete Gaussian") +
         "; continuous Gaussian noise would need sigma " + ShowDigits(answer.analytic_sigma) + "\n";
}

std::string ShowSelection(const Answer& answer, const std::vector<int64_t>& units) {
  std::vector<std::string> header = {"SELECTION RULE", "THRESHOLD", "UNITS FOR 50 %"};
  for (const int64_t count : units) header.push_back("P[" + std::to_string(count) + "]");
  TextTable table(header);
  for (const dp::PartitionSelector& selector : answer.selectors) {
    const auto threshold = selector.threshold();
    std::vector<std::string> row = {NameOf(selector.rule()),
                                    threshold ? FormatInt128(*threshold) : "-",
                                    FormatInt128(selector.UnitsForHalf())};
    for (const int64_t count : units) row.push_back(ShowDigits(selector.KeepProbability(count)));
    table.Add(row);
  }
  return "\n" + table.ToString();
}

Status RunCalibrate(const Context& context, const CalibrateOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const Wanted wanted, ReadWanted(options));
  WEIR_ASSIGN_OR_RETURN(const Answer answer, Calibrate(wanted, options.pre_threshold));
  if (context.json) {
    context.PrintData(ShowJson(wanted, answer, options));
    return OkStatus();
  }
  context.PrintData(ShowNoise(answer));
  if (!answer.selectors.empty()) context.PrintData(ShowSelection(answer, options.units));
  return OkStatus();
}

}  // namespace

void AddCalibrateCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<CalibrateOptions>();
  CLI::App* calibrate =
      app.add_subcommand("calibrate", "What noise, and which choice of keys, a budget buys");
  calibrate->footer("example: weir calibrate --epsilon 1 --delta 1e-6 --l0 4 --units 1,10,50");
  calibrate->add_option("--epsilon", options->epsilon, "Epsilon of one release")->required();
  calibrate->add_option("--delta", options->delta,
                        "Delta of one release; default: none, Laplace noise only");
  calibrate->add_option("--l0", options->l0,
                        "Most keys that one privacy unit may touch; default 1");
  calibrate->add_option(
      "--linf", options->linf,
      "Most that one privacy unit changes one value by, in grid steps; default 1");
  calibrate->add_option("--pre-threshold", options->pre_threshold,
                        "Keys of fewer units are never shown; default 1");
  calibrate
      ->add_option("--units", options->units,
                   "Show the chance that keys of so many units appear; default 1,5,10,20,50,100")
      ->delimiter(',');
  context.OnCommand(calibrate, [&context, options] { return RunCalibrate(context, *options); });
}

}  // namespace weir::tool
