// SPDX-License-Identifier: Apache-2.0
// weir anonymize: a file about people becomes one that may be given away.
#include <memory>
#include <string>

#include "tools/weir/anonymize_run.h"
#include "tools/weir/commands.h"

namespace weir::tool {
namespace {

struct AnonymizeCommand {
  std::string recipe;
  AnonymizeOutputs outputs;
  AnonymizeEffort effort;
};

Status Anonymize(Context& context, AnonymizeCommand& command) {
  WEIR_RETURN_IF_ERROR(SettleJson(context, command.recipe, command.outputs));
  WEIR_ASSIGN_OR_RETURN(const anon::Recipe recipe, ReadRecipe(context, command.recipe));
  WEIR_RETURN_IF_ERROR(CheckOutputs(command.outputs, recipe, command.recipe));
  if (recipe.mobility().has_origin_destination()) {
    return RunOdTable(context, recipe, command.outputs, command.effort);
  }
  return RunAnonymization(context, recipe, command.recipe, command.outputs, command.effort,
                          [](anon::Anonymizer& anonymizer) { return anonymizer.Find(); });
}

}  // namespace

void AddAnonymizeCommand(CLI::App& app, Context& context) {
  CLI::App* anonymize = app.add_subcommand(
      "anonymize", "Generalize and suppress a file until it holds the models of a recipe");
  auto command = std::make_shared<AnonymizeCommand>();
  anonymize->add_option("recipe", command->recipe, "Recipe document: <name>.recipe.yaml; required");
  AddOutputOptions(anonymize, command->outputs);
  AddEffortOptions(anonymize, command->effort);
  anonymize->footer(
      "example: weir anonymize riders.recipe.yaml -o riders-public.csv --report report.html");
  context.OnCommand(anonymize, [&context, command] { return Anonymize(context, *command); });
}

}  // namespace weir::tool
