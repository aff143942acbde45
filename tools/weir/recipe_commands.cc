// SPDX-License-Identifier: Apache-2.0
// weir recipe check|freeze|apply.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/weir/anonymize_run.h"
#include "tools/weir/commands.h"
#include "tools/weir/owner_file.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"

namespace weir::tool {
namespace {

struct CheckCommand {
  std::string recipe;
  bool show_values = false;
  AnonymizeEffort effort;
};

struct FreezeCommand {
  std::string recipe;
  std::string output;
  bool force = false;
  AnonymizeEffort effort;
};

struct ApplyCommand {
  std::string recipe;
  std::string input;
  std::string delimiter;
  AnonymizeOutputs outputs;
  AnonymizeEffort effort;
};

// The measure would then take the input itself for the best output.
void WarnOfMeasure(const Context& context, const anon::Recipe& recipe) {
  const anon::QualityOptions& quality = recipe.quality();
  if (recipe.suppression_limit().coefficient == 0) return;
  if (!quality.ignore_suppression && quality.suppression_factor > 0) return;
  context.Warn(
      "the quality measure does not count suppressed rows and the suppression limit is "
      "above 0: expect as many rows to be suppressed as the limit allows");
}

std::string FindingsToJson(const anon::RecipeInspection& inspection, bool show_values) {
  nlohmann::ordered_json findings = nlohmann::ordered_json::array();
  for (const anon::Finding& finding : inspection.findings) {
    findings.push_back({{"severity", finding.is_error ? "error" : "warning"},
                        {"place", finding.place},
                        {"what", finding.what}});
  }
  nlohmann::ordered_json answer = {
      {"schema", "weir.v1"}, {"rows", inspection.rows}, {"findings", std::move(findings)}};
  if (show_values) answer["values_without_a_place"] = inspection.unplaced;
  return answer.dump(-1, ' ', /*ensure_ascii=*/true,
                     nlohmann::ordered_json::error_handler_t::replace);
}

std::string FindingsToText(const anon::RecipeInspection& inspection, bool show_values) {
  std::string text;
  for (const anon::Finding& finding : inspection.findings) {
    text += finding.place + ": " + (finding.is_error ? "error" : "warning") + ": " + finding.what +
            "\n";
  }
  if (!show_values) return text;
  for (const auto& [column, values] : inspection.unplaced) {
    for (const std::string& value : values) text += column + ": " + QuoteText(value) + "\n";
  }
  return text;
}

Status Check(const Context& context, const CheckCommand& command) {
  WEIR_ASSIGN_OR_RETURN(const anon::Recipe recipe, ReadRecipe(context, command.recipe));
  WarnOfMeasure(context, recipe);
  ProgressLine progress(context);
  const anon::AnonymizeOptions options = OptionsFor(recipe, command.effort, progress);
  WEIR_ASSIGN_OR_RETURN(
      const OwnerView<anon::RecipeInspection> view,
      anon::Anonymizer::Inspect(recipe, options, context.files(), context.random()));
  progress.Clear();
  const anon::RecipeInspection& inspection = view.ShowToOwner();
  context.PrintData(context.json ? FindingsToJson(inspection, command.show_values) + "\n"
                                 : FindingsToText(inspection, command.show_values),
                    "the findings");
  WEIR_RETURN_IF_ERROR(context.FinishOutput());
  const auto& findings = inspection.findings;
  const auto errors = std::count_if(findings.begin(), findings.end(),
                                    [](const anon::Finding& finding) { return finding.is_error; });
  if (errors > 0) {
    return InvalidArgument("%s cannot be used before %zu %s mended", command.recipe.c_str(),
                           static_cast<size_t>(errors), errors == 1 ? "fault is" : "faults are");
  }
  if (recipe.mobility().has_origin_destination()) {
    context.Say("the recipe and its files fit together");
    return OkStatus();
  }
  // What a search would refuse before it begins: k larger than the table, levels out of range.
  WEIR_RETURN_IF_ERROR(
      anon::Anonymizer::Open(recipe, options, context.files(), context.random()).status());
  context.Say("the recipe and its files fit together");
  return OkStatus();
}

Status Freeze(const Context& context, const FreezeCommand& command) {
  WEIR_ASSIGN_OR_RETURN(const anon::Recipe recipe, ReadRecipe(context, command.recipe));
  if (command.output != "-") {
    WEIR_RETURN_IF_ERROR(CheckWritable(command.output, command.force));
  }
  if (command.output != "-" && AbsoluteFolder(command.output) != AbsoluteFolder(command.recipe)) {
    return InvalidArgument("paths in a recipe start at its folder: write the frozen one to %s",
                           AbsoluteFolder(command.recipe).c_str());
  }
  ProgressLine progress(context);
  const anon::AnonymizeOptions options = OptionsFor(recipe, command.effort, progress);
  WEIR_ASSIGN_OR_RETURN(anon::Anonymizer anonymizer,
                        anon::Anonymizer::Open(recipe, options, context.files(), context.random()));
  WEIR_ASSIGN_OR_RETURN(const anon::SearchResult found, anonymizer.Find());
  progress.Clear();
  v1::Recipe frozen = recipe.message();
  WEIR_ASSIGN_OR_RETURN(*frozen.mutable_frozen(), anonymizer.Freeze(found));
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::WriteYaml(frozen));
  if (text.size() > doc::kMaxDocumentBytes) {
    return InvalidArgument("the frozen recipe would be longer than a document may be (%zu KiB)",
                           doc::kMaxDocumentBytes >> 10);
  }
  WEIR_RETURN_IF_ERROR(
      WriteOutput(context, command.output, text, command.force, "the frozen recipe"));
  if (!found.optimal && frozen.frozen().rounds().empty()) {
    context.Warn("the limit of time or memory ended the search before the best was proved");
  }
  if (command.output != "-") context.Say("wrote " + command.output);
  return OkStatus();
}

Status Apply(Context& context, ApplyCommand& command) {
  WEIR_RETURN_IF_ERROR(SettleJson(context, command.recipe, command.outputs));
  WEIR_ASSIGN_OR_RETURN(const anon::Recipe frozen, ReadRecipe(context, command.recipe));
  if (frozen.frozen() == nullptr) {
    return InvalidArgument("%s is not frozen; `weir recipe freeze` does that",
                           command.recipe.c_str());
  }
  if (command.input == "-") {
    return InvalidArgument(
        "a delivery is read more than once and cannot come from standard input; save it to a file");
  }
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(command.input, ignored).string();
  std::optional<char> delimiter;
  if (!command.delimiter.empty()) {
    WEIR_ASSIGN_OR_RETURN(const anon::InputLocation located,
                          LocateOwnerFile(path, command.delimiter));
    delimiter = located.delimiter;
  }
  const anon::Recipe recipe = frozen.WithInput(path, delimiter);
  WEIR_RETURN_IF_ERROR(CheckOutputs(command.outputs, recipe, command.recipe));
  const v1::FrozenTransformation& found = *frozen.frozen();
  return RunAnonymization(
      context, recipe, command.recipe, command.outputs, command.effort,
      [&found](anon::Anonymizer& anonymizer) -> StatusOr<anon::SearchResult> {
        WEIR_RETURN_IF_ERROR(anonymizer.CheckFrozen(found));
        StatusOr<anon::SearchResult> repeated = anonymizer.Repeat(found);
        if (repeated.ok()) return repeated;
        return Annotate(repeated.status(), "the frozen transformation does not hold for this file");
      });
}

void AddCheck(CLI::App* recipe, Context& context) {
  auto command = std::make_shared<CheckCommand>();
  CLI::App* check = recipe->add_subcommand(
      "check", "Whether a recipe fits its input, and what is suspicious in its hierarchies");
  check->add_option("recipe", command->recipe, "Recipe document")->required();
  check->add_flag("--show-values", command->show_values,
                  "Also print private values that have no place in a hierarchy, 20 a column");
  AddKeyOptions(check, command->effort.actions);
  check->footer("example: weir recipe check riders.recipe.yaml");
  context.OnCommand(check, [&context, command] { return Check(context, *command); });
}

void AddFreeze(CLI::App* recipe, Context& context) {
  auto command = std::make_shared<FreezeCommand>();
  CLI::App* freeze = recipe->add_subcommand(
      "freeze", "Search, and keep the transformation found for the next deliveries");
  freeze->add_option("recipe", command->recipe, "Recipe document")->required();
  freeze->add_option("-o,--output", command->output, "Recipe to write, or - for stdout")
      ->required();
  freeze->add_flag("--force", command->force, "Replace an existing file");
  AddEffortOptions(freeze, command->effort);
  freeze->footer("example: weir recipe freeze riders.recipe.yaml -o riders-2026.recipe.yaml");
  context.OnCommand(freeze, [&context, command] { return Freeze(context, *command); });
}

void AddApply(CLI::App* recipe, Context& context) {
  auto command = std::make_shared<ApplyCommand>();
  CLI::App* apply = recipe->add_subcommand(
      "apply", "Repeat a frozen transformation on another delivery, if it still holds");
  apply->add_option("recipe", command->recipe, "Frozen recipe; required");
  apply->add_option("--input", command->input, "The delivery, in place of the recipe's input")
      ->required();
  apply->add_option("--delimiter", command->delimiter,
                    "Of a CSV delivery; default: that of the recipe");
  AddOutputOptions(apply, command->outputs);
  AddEffortOptions(apply, command->effort);
  apply->footer(
      "example: weir recipe apply riders-2026.recipe.yaml --input riders-may.csv -o may.csv");
  context.OnCommand(apply, [&context, command] { return Apply(context, *command); });
}

}  // namespace

void AddRecipeCommands(CLI::App& app, Context& context) {
  CLI::App* recipe = app.add_subcommand("recipe", "Check, freeze and repeat anonymization recipes");
  recipe->require_subcommand(1);
  AddCheck(recipe, context);
  AddFreeze(recipe, context);
  AddApply(recipe, context);
}

}  // namespace weir::tool
