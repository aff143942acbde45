// SPDX-License-Identifier: Apache-2.0
// weir risk: how well people can be found in a file, for its owner.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/weir/anonymize_run.h"
#include "tools/weir/commands.h"
#include "tools/weir/owner_file.h"
#include "tools/weir/progress_line.h"
#include "tools/weir/risk_report.h"
#include "weir/anon/output_file.h"
#include "weir/anon/risk/file_linkage.h"
#include "weir/anon/risk/record_scores.h"
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
  std::string recipe;
  std::string against;
  std::vector<std::string> persons;
  std::string records;
  bool force = false;
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
  if (!command.against.empty() || !command.recipe.empty() || !command.persons.empty()) {
    return InvalidArgument(
        "--against, --recipe and --person are about a published file: weir risk PUBLISHED --recipe "
        "%s",
        command.input.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const anon::Recipe recipe, ReadRecipe(context, command.input));
  return anon::RiskRequestOf(recipe);
}

// A file whose delimiter is that of another one unless the command says which.
StatusOr<anon::InputLocation> LocateLike(const anon::InputLocation& other, const std::string& path,
                                         const RiskCommand& command) {
  WEIR_ASSIGN_OR_RETURN(anon::InputLocation location, LocateOwnerFile(path, command.delimiter));
  const bool both_csv = location.format == v1::FILE_FORMAT_CSV && other.format == location.format;
  if (command.delimiter.empty() && both_csv) location.delimiter = other.delimiter;
  return location;
}

// A published file, by the recipe that made it.
StatusOr<anon::RiskRequest> RequestForPublished(const Context& context,
                                                const RiskCommand& command) {
  WEIR_ASSIGN_OR_RETURN(const anon::Recipe recipe, ReadRecipe(context, command.recipe));
  anon::RiskRequest request = anon::RiskRequestOf(recipe);
  request.privacy_unit = command.privacy_unit;
  request.population.reset();
  request.population_table.reset();
  for (const std::string& text : command.missing) {
    for (const std::string& name : request.quasi_identifiers) request.missing[name].push_back(text);
  }
  WEIR_ASSIGN_OR_RETURN(request.linkage, anon::LinkageRequestOf(recipe, context.files()));
  WEIR_ASSIGN_OR_RETURN(request.input, LocateLike(recipe.input(), command.input, command));
  return request;
}

StatusOr<anon::RiskRequest> RequestForFile(const Context& context, const RiskCommand& command) {
  if (!command.recipe.empty()) {
    if (command.quasi_identifiers.empty()) return RequestForPublished(context, command);
    return InvalidArgument("the recipe names the quasi-identifiers; leave out --quasi-identifiers");
  }
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

Status AddLinkage(const RiskCommand& command, anon::RiskRequest& request) {
  if (!command.against.empty()) {
    WEIR_ASSIGN_OR_RETURN(const anon::InputLocation known,
                          LocateLike(request.input, command.against, command));
    if (!request.linkage.has_value()) request.linkage = anon::LinkageRequest{.known = known};
    request.linkage->known = known;
  }
  if (command.persons.empty()) return OkStatus();
  if (!request.linkage.has_value()) {
    return InvalidArgument("--person needs a file to link with: --against or --recipe");
  }
  request.linkage->persons = command.persons;
  for (const std::string& name : command.persons) request.missing[name] = command.missing;
  return OkStatus();
}

StatusOr<anon::RiskRequest> MakeRequest(const Context& context, const RiskCommand& command) {
  WEIR_ASSIGN_OR_RETURN(anon::RiskRequest request, IsRecipe(command.input)
                                                       ? RequestForRecipe(context, command)
                                                       : RequestForFile(context, command));
  WEIR_ASSIGN_OR_RETURN(request.threshold, ParseDecimal(command.threshold));
  if (command.population > 0) request.population = command.population;
  if (!command.population_file.empty()) {
    WEIR_ASSIGN_OR_RETURN(request.population_table,
                          LocateOwnerFile(command.population_file, command.delimiter));
  }
  WEIR_RETURN_IF_ERROR(AddLinkage(command, request));
  request.scores_records = !command.records.empty();
  return request;
}

bool IsSameFile(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored);
}

// Where the scores go, asked before any work.
StatusOr<anon::OutputLocation> LocateRecords(const RiskCommand& command,
                                             const anon::RiskRequest& request) {
  anon::OutputLocation location = {.path = command.records,
                                   .format = v1::FILE_FORMAT_CSV,
                                   .delimiter = ',',
                                   .replace = command.force};
  if (command.records.ends_with(".parquet")) {
    location.format = v1::FILE_FORMAT_PARQUET;
  } else if (!command.records.ends_with(".csv")) {
    return InvalidArgument("--records must end in .csv or .parquet, got %s",
                           command.records.c_str());
  }
  std::vector<std::string> inputs = {command.input, command.recipe, request.input.path};
  if (request.population_table.has_value()) inputs.push_back(request.population_table->path);
  if (request.linkage.has_value()) inputs.push_back(request.linkage->known.path);
  for (const std::string& input : inputs) {
    if (!IsSameFile(command.records, input)) continue;
    return InvalidArgument("%s is read by this command: write the scores to another file",
                           command.records.c_str());
  }
  WEIR_RETURN_IF_ERROR(anon::CheckOutput(location));
  return location;
}

Status RunRisk(const Context& context, const RiskCommand& command) {
  WEIR_ASSIGN_OR_RETURN(const anon::RiskRequest request, MakeRequest(context, command));
  anon::OutputLocation records;
  if (request.scores_records) {
    WEIR_ASSIGN_OR_RETURN(records, LocateRecords(command, request));
  } else if (command.force) {
    return InvalidArgument("--force replaces the file of --records, which is not named");
  }
  ProgressLine progress(context);
  anon::ReadLimits limits = LimitsOfMachine(command.threads);
  limits.progress = [&progress](double share) {
    progress.Show("reading", share);
    return true;
  };
  const StatusOr<anon::RiskFindings> findings =
      anon::RiskAnalysis::Analyze(request, limits, context.random());
  progress.Clear();
  if (!findings.ok()) {
    HintAtDelimiter(context, request.input);
    return findings.status();
  }
  if (findings->scores.has_value()) {
    WEIR_RETURN_IF_ERROR(anon::WriteRecordScores(*findings->scores, records));
    context.Say("wrote " + records.path + ": who stands out in the file, as private as it is");
  }
  context.PrintData(context.json ? RiskReportToJson(findings->report)
                                 : RiskReportToText(findings->report, command.input),
                    "the report of risks");
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
  risk->add_option("--against", command->against,
                   "A file that somebody knows, with the same columns: how many of its rows can be "
                   "linked with the right row of this one?");
  risk->add_option("--recipe", command->recipe,
                   "The recipe that made this file: its quasi-identifiers and hierarchies, and its "
                   "input as --against");
  risk->add_option("--person", command->persons,
                   "Columns of both files that tell who a row is about: counts right links")
      ->delimiter(',');
  risk->add_option("--records", command->records,
                   "Write the scores of every row to this file, .csv or .parquet; it is private");
  risk->add_flag("--force", command->force, "Replace an existing file of scores");
  risk->add_option("--delimiter", command->delimiter, "Of a CSV file; default \",\"");
  risk->add_option("--threads", command->threads, "Default: those of the machine");
  risk->footer(
      "example: weir risk riders.csv --quasi-identifiers age,sex,zip --privacy-unit rider_id\n"
      "Shows exact figures about the file: for the eyes of its owner.");
  context.OnCommand(risk, [&context, command] { return RunRisk(context, *command); });
}

}  // namespace weir::tool
