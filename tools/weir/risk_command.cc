// SPDX-License-Identifier: Apache-2.0
// weir risk: how well people can be found in a file, for its owner.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/weir/anonymize_run.h"
#include "tools/weir/commands.h"
#include "tools/weir/owner_file.h"
#include "tools/weir/progress_line.h"
#include "tools/weir/risk_report.h"
#include "weir/anon/risk/risk_analysis.h"

namespace weir::tool {
namespace {

struct RiskCommand {
  std::string input;
  std::vector<std::string> quasi_identifiers;
  std::vector<std::string> privacy_unit;
  std::vector<std::string> missing;
  uint64_t population = 0;
  std::string population_file;
  std::string threshold = "0.2";
  std::string delimiter;
  unsigned threads = 0;
};

bool IsRecipe(const std::string& path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

StatusOr<anon::RiskRequest> RequestForRecipe(const Context& context, const RiskCommand& command) {
  if (!command.quasi_identifiers.empty() || !command.privacy_unit.empty() ||
      !command.missing.empty() || !command.delimiter.empty()) {
    return InvalidArgument(
        "a recipe says itself which columns, units, missing values and delimiter there are; leave "
        "out --quasi-identifiers, --privacy-unit, --missing and --delimiter");
  }
  WEIR_ASSIGN_OR_RETURN(const anon::Recipe recipe, ReadRecipe(context, command.input));
  return anon::RiskRequestOf(recipe);
}

StatusOr<anon::RiskRequest> RequestForFile(const RiskCommand& command) {
  if (command.quasi_identifiers.empty()) {
    return InvalidArgument(
        "name the columns that somebody could know of a person: --quasi-identifiers a,b,c; `weir "
        "profile` proposes some");
  }
  anon::RiskRequest request;
  WEIR_ASSIGN_OR_RETURN(request.input, LocateOwnerFile(command.input, command.delimiter));
  request.quasi_identifiers = command.quasi_identifiers;
  request.privacy_unit = command.privacy_unit;
  for (const std::string& name : command.quasi_identifiers) {
    request.missing[name] = command.missing;
  }
  for (const std::string& name : command.privacy_unit) request.missing[name] = command.missing;
  return request;
}

StatusOr<anon::RiskRequest> MakeRequest(const Context& context, const RiskCommand& command) {
  WEIR_ASSIGN_OR_RETURN(anon::RiskRequest request, IsRecipe(command.input)
                                                       ? RequestForRecipe(context, command)
                                                       : RequestForFile(command));
  WEIR_ASSIGN_OR_RETURN(request.threshold, ParseDecimal(command.threshold));
  if (command.population > 0) request.population = command.population;
  if (!command.population_file.empty()) {
    WEIR_ASSIGN_OR_RETURN(request.population_table,
                          LocateOwnerFile(command.population_file, command.delimiter));
  }
  return request;
}

Status RunRisk(const Context& context, const RiskCommand& command) {
  WEIR_ASSIGN_OR_RETURN(const anon::RiskRequest request, MakeRequest(context, command));
  ProgressLine progress(context);
  anon::ReadLimits limits = LimitsOfMachine(command.threads);
  limits.progress = [&progress](double share) {
    progress.Show("reading", share);
    return true;
  };
  StatusOr<OwnerView<anon::RiskReport>> report =
      anon::RiskAnalysis::Analyze(request, limits, context.random());
  progress.Clear();
  if (!report.ok()) {
    HintAtDelimiter(context, request.input);
    return report.status();
  }
  context.PrintData(context.json ? RiskReportToJson(*report)
                                 : RiskReportToText(*report, command.input));
  return OkStatus();
}

}  // namespace

void AddRiskCommand(CLI::App& app, Context& context) {
  CLI::App* risk = app.add_subcommand(
      "risk", "How well people can be found in a file by what others may know of them");
  auto command = std::make_shared<RiskCommand>();
  risk->add_option("input", command->input,
                   "CSV, Parquet or JSON lines file, or a recipe: the risk of its input")
      ->required();
  risk->add_option("--quasi-identifiers", command->quasi_identifiers,
                   "Columns that somebody could know of a person: a,b,c")
      ->delimiter(',');
  risk->add_option("--privacy-unit", command->privacy_unit,
                   "Columns that together name a person; default: every row is one")
      ->delimiter(',');
  risk->add_option("--missing", command->missing, "Texts that stand for no value: N,NULL")
      ->delimiter(',');
  risk->add_option("--population", command->population,
                   "How many people the rows were drawn from: estimates how many are unique among "
                   "them")
      ->check(CLI::PositiveNumber);
  risk->add_option("--population-file", command->population_file,
                   "Table of all these people with the same columns");
  risk->add_option("--threshold", command->threshold, "Risk that is too high, in [0, 1]")
      ->capture_default_str();
  risk->add_option("--delimiter", command->delimiter, "Of a CSV file; default \",\"");
  risk->add_option("--threads", command->threads, "Default: those of the machine");
  risk->footer(
      "example: weir risk riders.csv --quasi-identifiers age,sex,zip --privacy-unit rider_id\n"
      "Shows exact figures about the file: for the eyes of its owner.");
  context.OnCommand(risk, [&context, command] { return RunRisk(context, *command); });
}

}  // namespace weir::tool
