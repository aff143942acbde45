// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/anonymize_run.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "tools/weir/owner_file.h"
#include "tools/weir/text_table.h"
#include "weir/anon/report/report.h"
#include "weir/doc/json_writer.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"

namespace weir::tool {
namespace {

std::filesystem::path CanonicalPath(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
}

std::vector<std::string> InputsOf(const anon::Recipe& recipe, const std::string& recipe_path) {
  std::vector<std::string> inputs = {recipe_path, recipe.input().path};
  if (recipe.population().has_value()) inputs.push_back(recipe.population()->path);
  for (const anon::RecipeColumn& column : recipe.columns()) {
    if (!column.hierarchy.has_value() || column.hierarchy->csv().empty()) continue;
    inputs.push_back(JoinPath(recipe.folder(), column.hierarchy->csv()));
  }
  return inputs;
}

const char* NameOf(anon::Stage stage) {
  switch (stage) {
    case anon::Stage::kReading:
      return "reading";
    case anon::Stage::kSearching:
      return "searching";
    case anon::Stage::kWriting:
      return "writing";
    default:
      return "verifying";
  }
}

std::string Percent(double share) { return ShowNumber(share * 100) + " %"; }

void Summarize(const Context& context, const OwnerView<anon::AnonymizationFacts>& view,
               const std::string& path) {
  const anon::AnonymizationFacts& facts = view.ShowToOwner();
  TextTable table({"ATTRIBUTE", "LEVEL", "LOSS"});
  for (const anon::AttributeOutcome& attribute : facts.attributes) {
    table.Add({attribute.name,
               std::to_string(attribute.level) + " of " + std::to_string(attribute.height),
               Percent(attribute.loss)});
  }
  context.Say(table.ToString());
  context.Say("suppressed " + std::to_string(facts.search.suppressed_rows) + " of " +
              std::to_string(facts.rows) + " rows; " + std::to_string(facts.search.classes) +
              " equivalence classes, verified in the file");
  context.Say(std::string(facts.before.counts_units ? "counted in privacy units: " : "") +
              "highest risk " + Percent(facts.before.highest) + " before, " +
              Percent(facts.after.highest) + " after; average " + Percent(facts.before.average) +
              " before, " + Percent(facts.after.average) + " after");
  if (facts.mobility.has_value() && facts.mobility->known_points > 0) {
    context.Say("traces that are alone with " + std::to_string(facts.mobility->known_points) +
                " of their points: " + Percent(facts.mobility->unique_before.share) + " before, " +
                Percent(facts.mobility->unique_after.share) + " after");
  }
  if (facts.is_recoded) {
    context.Say(
        "recoded class by class; levels are the highest that occur, and the score has no "
        "proved bound");
  } else if (!facts.search.optimal) {
    context.Warn(
        "the limit of time or memory ended the search: a better transformation may exist, by at "
        "most " +
        Percent(anon::GapOf(facts.search)) + " of the score");
  }
  if (facts.rows_without_unit > 0) {
    context.Warn("some rows have no privacy unit: they count as rows and as no unit");
  }
  context.Say("wrote " + path);
}

Status WriteReport(const Context& context, const anon::Recipe& recipe,
                   const std::string& recipe_path, const AnonymizeOutputs& outputs,
                   const OwnerView<anon::AnonymizationFacts>& facts) {
  WEIR_ASSIGN_OR_RETURN(const std::string recipe_text, doc::WriteYaml(recipe.message()));
  const anon::ReportFrame frame = {.recipe_name = recipe_path,
                                   .recipe_text = recipe_text,
                                   .input_name = recipe.input().path,
                                   .output_name = outputs.output,
                                   .made_at = FormatTime(context.clock().Now()),
                                   .made_by = std::string("weir ") + WEIR_VERSION};
  return WriteForOwner(context, outputs.report, anon::WriteHtmlReport(facts, recipe, frame),
                       outputs.force, "the report");
}

// The files beside the output; adds those that were written.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a recipe and where it was read
Status WriteDescriptions(const Context& context, const anon::Recipe& recipe,
                         const std::string& recipe_path, const AnonymizeOutputs& outputs,
                         const OwnerView<anon::AnonymizationFacts>& facts,
                         std::vector<std::string>& written) {
  if (!outputs.certificate.empty()) {
    v1::Certificate certificate = anon::MakeCertificate(facts);
    certificate.set_made_by(std::string("weir ") + WEIR_VERSION);
    WEIR_RETURN_IF_ERROR(
        WriteOutput(context, outputs.certificate,
                    doc::WriteJson(certificate, {.with_schema = true, .indent = 2}) + "\n",
                    outputs.force, "the certificate"));
    written.push_back(outputs.certificate);
  }
  if (!outputs.report.empty()) {
    WEIR_RETURN_IF_ERROR(WriteReport(context, recipe, recipe_path, outputs, facts));
    written.push_back(outputs.report);
  }
  return WriteResults(context, outputs, ResultToJson(facts) + "\n", written);
}

}  // namespace

void AddOutputOptions(CLI::App* command, AnonymizeOutputs& outputs) {
  command->add_option("-o,--output", outputs.output, "File to write: .csv or .parquet")->required();
  command
      ->add_option_function<std::vector<std::string>>(
          "--json",
          [&outputs](const std::vector<std::string>& values) {
            outputs.has_json = true;
            if (!values.empty()) outputs.json = values[0];
          },
          "Write the result as JSON to this file; without a file: to stdout")
      ->expected(0, 1)
      ->type_name("[FILE]");
  command->add_option("--certificate", outputs.certificate,
                      "Write what may travel with the output: nothing about the input");
  command->add_option(
      "--report", outputs.report,
      "Write a page for the owner, HTML: risk and use of the file before and after");
  command
      ->add_option("--target", outputs.targets,
                   "Columns that the report tries to guess from the quasi-identifiers, besides "
                   "the sensitive ones that models protect")
      ->delimiter(',');
  command->add_flag("--force", outputs.force, "Replace existing files");
}

Status SettleJson(Context& context, std::string& recipe, AnonymizeOutputs& outputs) {
  if (recipe.empty()) std::swap(recipe, outputs.json);
  if (recipe.empty()) return InvalidArgument("recipe is required");
  if (outputs.has_json && outputs.json.empty()) context.json = true;
  return OkStatus();
}

void AddKeyOptions(CLI::App* command, anon::ActionContext& actions) {
  command->add_option(
      "--keys", actions.keys_folder,
      "Folder of the secret keys that the recipe names: NAME.key of at least 32 random "
      "bytes, readable by you alone");
  command->add_option("--recipient", actions.recipient,
                      "Who gets the output: others get other pseudonyms of scope recipient");
  command->add_option("--period", actions.period,
                      "What time the output is about: other periods get other pseudonyms of scope "
                      "period");
}

void AddEffortOptions(CLI::App* command, AnonymizeEffort& effort) {
  command->add_option("--time-limit", effort.time_limit_seconds,
                      "Seconds for the search; then the best so far is taken; default: the "
                      "recipe's, else none");
  command->add_option("--threads", effort.threads,
                      "Default: the recipe's, else those of the machine");
  AddKeyOptions(command, effort.actions);
}

StatusOr<anon::Recipe> ReadRecipe(const Context& context, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Recipe> document,
                        doc::ParseYaml<v1::Recipe>(text, path));
  return anon::Recipe::Create(document, AbsoluteFolder(path));
}

anon::AnonymizeOptions OptionsFor(const anon::Recipe& recipe, const AnonymizeEffort& effort,
                                  ProgressLine& progress) {
  anon::AnonymizeOptions options;
  options.actions = effort.actions;
  options.limits = LimitsOfMachine(effort.threads > 0 ? effort.threads : recipe.search().threads(),
                                   recipe.search().memory_mib() << 20);
  const uint32_t seconds = effort.time_limit_seconds > 0 ? effort.time_limit_seconds
                                                         : recipe.search().time_limit_seconds();
  if (seconds > 0) options.time_limit = std::chrono::seconds(seconds);
  options.progress = [&progress](anon::Stage stage, double share) {
    progress.Show(NameOf(stage), share);
    return true;
  };
  return options;
}

Status CheckOutputs(const AnonymizeOutputs& outputs, const anon::Recipe& recipe,
                    const std::string& recipe_path) {
  if (outputs.output == "-") {
    return InvalidArgument(
        "weir reads the output again and proves it before it gets its name, so it cannot go to "
        "standard output; write -o FILE.csv or FILE.parquet");
  }
  if (!outputs.output.ends_with(".csv") && !outputs.output.ends_with(".parquet")) {
    return InvalidArgument("the output must end in .csv or .parquet, got %s",
                           outputs.output.c_str());
  }
  const std::vector<std::string> inputs = InputsOf(recipe, recipe_path);
  std::vector<std::string> written;
  for (const std::string& path :
       {outputs.output, outputs.json, outputs.certificate, outputs.report}) {
    if (path.empty()) continue;
    const bool is_file = path != "-";
    for (const std::string& input : inputs) {
      if (!is_file || CanonicalPath(path) != CanonicalPath(input)) continue;
      return InvalidArgument("%s is an input of this recipe: write to another file", path.c_str());
    }
    for (const std::string& other : written) {
      if (CanonicalPath(path) != CanonicalPath(other)) continue;
      return InvalidArgument("%s cannot be two outputs at once", path.c_str());
    }
    written.push_back(path);
    if (is_file) WEIR_RETURN_IF_ERROR(CheckWritable(path, outputs.force));
  }
  return OkStatus();
}

Status WriteResults(const Context& context, const AnonymizeOutputs& outputs,
                    const std::string& json, std::vector<std::string>& written) {
  if (!outputs.json.empty()) {
    WEIR_RETURN_IF_ERROR(WriteForOwner(context, outputs.json, json, outputs.force, "the result"));
    written.push_back(outputs.json);
  }
  return context.json ? WriteForOwner(context, "-", json, outputs.force, "the result") : OkStatus();
}

void KeepReplaced(const AnonymizeOutputs& outputs, KeptFiles& kept,
                  anon::OutputLocation& location) {
  if (!outputs.force) return;
  location.before_naming = [&outputs, &kept] {
    return kept.Keep({outputs.output, outputs.certificate, outputs.json, outputs.report});
  };
}

Status RunAnonymization(Context& context, const anon::Recipe& recipe,
                        const std::string& recipe_path, const AnonymizeOutputs& outputs,
                        const AnonymizeEffort& effort, const FindTransformation& find) {
  ProgressLine progress(context);
  anon::AnonymizeOptions options = OptionsFor(recipe, effort, progress);
  options.limits.temp_folder = AbsoluteFolder(outputs.output);
  options.measures_accuracy = context.json || !outputs.json.empty() || !outputs.report.empty();
  options.targets = outputs.targets;
  WEIR_ASSIGN_OR_RETURN(anon::Anonymizer anonymizer,
                        anon::Anonymizer::Open(recipe, options, context.files(), context.random()));
  WEIR_ASSIGN_OR_RETURN(const anon::SearchResult found, find(anonymizer));
  KeptFiles kept;
  anon::OutputLocation location = {
      .path = outputs.output,
      .format =
          outputs.output.ends_with(".parquet") ? v1::FILE_FORMAT_PARQUET : v1::FILE_FORMAT_CSV,
      .delimiter = recipe.input().format == v1::FILE_FORMAT_CSV ? recipe.input().delimiter : ',',
      .replace = outputs.force};
  KeepReplaced(outputs, kept, location);
  WEIR_ASSIGN_OR_RETURN(const OwnerView<anon::AnonymizationFacts> facts,
                        anonymizer.Write(found, location));
  progress.Clear();
  std::vector<std::string> written = {outputs.output};
  const Status described = WriteDescriptions(context, recipe, recipe_path, outputs, facts, written);
  if (!described.ok()) return kept.TakeBack(context.files(), written, described);
  Summarize(context, facts, outputs.output);
  return OkStatus();
}

}  // namespace weir::tool
