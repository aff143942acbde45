// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/weir/commands.h"
#include "tools/weir/text_table.h"
#include "weir/base/decimal.h"
#include "weir/doc/yaml_reader.h"
#include "weir/dp/account.h"
#include "weir/v1/account.pb.h"

namespace weir::tool {
namespace {

struct AccountOptions {
  std::string file;
  std::string epsilon;
};

// Which fields an event of a kind has; the first two are LossEvent's parameter and second.
struct Form {
  dp::LossKind kind;
  const char* parameter;
  const char* second;  // "": none
};

Form FormOf(v1::AccountMechanism mechanism) {
  switch (mechanism) {
    case v1::ACCOUNT_MECHANISM_GAUSSIAN:
      return {dp::LossKind::kGaussian, "sigma", ""};
    case v1::ACCOUNT_MECHANISM_DISCRETE_GAUSSIAN:
      return {dp::LossKind::kDiscreteGaussian, "sigma", ""};
    case v1::ACCOUNT_MECHANISM_LAPLACE:
      return {dp::LossKind::kLaplace, "scale", ""};
    case v1::ACCOUNT_MECHANISM_DISCRETE_LAPLACE:
      return {dp::LossKind::kDiscreteLaplace, "scale", ""};
    case v1::ACCOUNT_MECHANISM_APPROXIMATE:
      return {dp::LossKind::kApproximate, "epsilon", "delta"};
    case v1::ACCOUNT_MECHANISM_SUBSAMPLED_GAUSSIAN:
      return {dp::LossKind::kSubsampledGaussian, "sigma", "q"};
    default:
      return {dp::LossKind::kPure, "epsilon", ""};
  }
}

struct Field {
  const char* name;
  const std::string& text;
};

std::vector<Field> NumbersOf(const v1::AccountEvent& event) {
  return {{"sigma", event.sigma()},
          {"scale", event.scale()},
          {"epsilon", event.epsilon()},
          {"delta", event.delta()},
          {"q", event.q()}};
}

// The word of the document: "discrete_gaussian".
std::string WordOf(v1::AccountMechanism mechanism) {
  std::string word = v1::AccountMechanism_Name(mechanism).substr(sizeof("ACCOUNT_MECHANISM_") - 1);
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return word;
}

// One event at `path`: no field but those it needs, and all of them.
StatusOr<dp::LossEvent> ReadEvent(const v1::AccountEvent& event, const doc::Locations& locations,
                                  const std::string& path) {
  const Form form = FormOf(event.mechanism());
  const std::string word = WordOf(event.mechanism());
  dp::LossEvent result{.kind = form.kind};
  const char* missing = nullptr;
  for (const Field& field : NumbersOf(event)) {
    const bool first = field.name == std::string_view(form.parameter);
    const bool wanted = first || field.name == std::string_view(form.second);
    if (field.text.empty()) {
      if (wanted) missing = field.name;
      continue;
    }
    if (!wanted) {
      return locations.At(path + "." + field.name,
                          InvalidArgument("%s takes %s%s%s, not %s", word.c_str(), form.parameter,
                                          *form.second ? " and " : "", form.second, field.name));
    }
    WEIR_ASSIGN_OR_RETURN(const Decimal number, ParseDecimal(field.text));
    (first ? result.parameter : result.second) = ToDouble(number);
  }
  if (missing != nullptr) {
    return locations.At(path, InvalidArgument("%s needs %s", word.c_str(), missing));
  }
  if (locations.Find(path + ".count").ok()) result.count = event.count();
  return result;
}

struct Plan {
  std::vector<dp::LossEvent> events;
  Delta delta;
  std::optional<Epsilon> epsilon;
  uint32_t group;
};

// "count must be ..." at the count, "sigma must be ..." at the sigma.
Status CheckEvent(const dp::LossEvent& event, const doc::Locations& locations,
                  const std::string& path) {
  const Status status = dp::CheckEvent(event);
  if (status.ok()) return OkStatus();
  const std::string message = MessageOf(status);
  return locations.At(path + "." + message.substr(0, message.find(' ')), status);
}

StatusOr<Plan> ReadPlan(const std::string& text, const AccountOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const auto document, doc::ParseYaml<v1::AccountPlan>(text, options.file));
  const doc::Locations& locations = document.locations;
  const v1::AccountPlan& message = document.message;
  const StatusOr<Delta> delta = Delta::Parse(message.delta());
  if (!delta.ok()) return locations.At("delta", delta.status());
  Plan plan{.events = {}, .delta = *delta, .epsilon = std::nullopt, .group = 1};
  if (!options.epsilon.empty() || !message.epsilon().empty()) {
    const bool by_option = !options.epsilon.empty();
    const auto epsilon = Epsilon::Parse(by_option ? options.epsilon : message.epsilon());
    if (!epsilon.ok()) {
      if (!by_option) return locations.At("epsilon", epsilon.status());
      return InvalidArgument("--epsilon: %s", MessageOf(epsilon.status()).c_str());
    }
    plan.epsilon = *epsilon;
  }
  if (locations.Find("group").ok()) plan.group = message.group();
  for (int i = 0; i < message.events_size(); ++i) {
    const std::string path = "events[" + std::to_string(i) + "]";
    WEIR_ASSIGN_OR_RETURN(dp::LossEvent event, ReadEvent(message.events(i), locations, path));
    WEIR_RETURN_IF_ERROR(CheckEvent(event, locations, path));
    event.group = plan.group;
    const Status grouped = dp::CheckEvent(event);
    if (!grouped.ok()) return locations.At("group", grouped);
    plan.events.push_back(event);
  }
  return plan;
}

void Fill(const dp::AccountFigures& figures, v1::AccountFigures& message) {
  message.set_pld(figures.pld);
  message.set_rdp(figures.rdp);
  message.set_zcdp(figures.zcdp);
  message.set_basic(figures.basic);
}

// Six digits, rounded up.
std::string ShowUp(double value) {
  if (!std::isfinite(value)) return "none";
  double shown = value;
  if (value > 0) {
    const double scale = std::pow(10.0, 5 - std::floor(std::log10(value)));
    if (std::isfinite(scale) && scale > 0) shown = std::ceil(value * scale * (1 - 1e-12)) / scale;
  }
  char text[40];
  static_cast<void>(std::snprintf(text, sizeof(text), "%.6g", shown));
  return text;
}

std::string ShowTable(const v1::AccountReport& report, const Plan& plan) {
  std::vector<std::string> header = {"ACCOUNTANT", "EPSILON AT DELTA " + plan.delta.ToString()};
  if (plan.epsilon.has_value()) {
    header.push_back("DELTA AT EPSILON " + plan.epsilon->ToString());
  }
  TextTable table(header);
  const v1::AccountFigures& epsilon = report.epsilon();
  const v1::AccountFigures& delta = report.delta_at_epsilon();
  const auto add = [&](const char* name, double first, double second) {
    std::vector<std::string> row = {name, ShowUp(first)};
    if (plan.epsilon.has_value()) row.push_back(ShowUp(second));
    table.Add(row);
  };
  add("pld", epsilon.pld(), delta.pld());
  add("rdp", epsilon.rdp(), delta.rdp());
  add("zcdp", epsilon.zcdp(), delta.zcdp());
  add("basic", epsilon.basic(), delta.basic());
  return table.ToString();
}

StatusOr<std::string> ReadFile(const Context& context, const std::string& path) {
  if (path != "-") return ReadDocument(context.files(), path);
  return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
}

Status Account(const Context& context, const AccountOptions& options) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, ReadFile(context, options.file));
  WEIR_ASSIGN_OR_RETURN(const Plan plan, ReadPlan(text, options));
  v1::AccountReport report;
  WEIR_ASSIGN_OR_RETURN(const dp::AccountFigures epsilon,
                        dp::AccountEpsilon(plan.events, plan.delta));
  Fill(epsilon, *report.mutable_epsilon());
  report.set_delta(plan.delta.value());
  report.set_group(plan.group);
  if (plan.epsilon.has_value()) {
    WEIR_ASSIGN_OR_RETURN(const dp::AccountFigures delta,
                          dp::AccountDelta(plan.events, *plan.epsilon));
    Fill(delta, *report.mutable_delta_at_epsilon());
    report.set_at_epsilon(plan.epsilon->value());
  }
  if (context.json) {
    context.PrintJson(report);
  } else {
    context.PrintData(ShowTable(report, plan));
  }
  return OkStatus();
}

}  // namespace

void AddAccountCommand(CLI::App& app, Context& context) {
  CLI::App* account =
      app.add_subcommand("account", "Add up the privacy loss of planned noise; charges nothing");
  account->footer("example: weir account year.account.yaml --epsilon 2");
  auto options = std::make_shared<AccountOptions>();
  account->add_option("file", options->file, "List of events, YAML or JSON; - for stdin")
      ->required();
  account->add_option("--epsilon", options->epsilon, "Also show delta at this epsilon");
  context.OnCommand(account, [&context, options] { return Account(context, *options); });
}

}  // namespace weir::tool
