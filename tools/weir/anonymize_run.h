// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_ANONYMIZE_RUN_H_
#define WEIR_TOOLS_WEIR_ANONYMIZE_RUN_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/weir/context.h"
#include "tools/weir/kept_files.h"
#include "tools/weir/progress_line.h"
#include "weir/anon/anonymize.h"

namespace weir::tool {

// What the commands that write an anonymized file take.
struct AnonymizeOutputs {
  std::string output;
  std::string json;         // --json FILE
  bool has_json = false;    // --json, with or without a file
  std::string certificate;  // --certificate FILE
  std::string report;       // --report FILE
  std::vector<std::string> targets;
  bool force = false;
};
struct AnonymizeEffort {
  uint32_t time_limit_seconds = 0;  // 0: the recipe's
  uint32_t threads = 0;             // 0: the recipe's
  anon::ActionContext actions = {};
};
void AddOutputOptions(CLI::App* command, AnonymizeOutputs& outputs);
// Settles what --json means: with a file, where the result goes; without, as for all commands. A
// recipe that stands right behind --json was meant for the recipe.
// Errors: INVALID_ARGUMENT  there is no recipe.
Status SettleJson(Context& context, std::string& recipe, AnonymizeOutputs& outputs);
// Where keys are, and for whom and when an output is.
void AddKeyOptions(CLI::App* command, anon::ActionContext& actions);
void AddEffortOptions(CLI::App* command, AnonymizeEffort& effort);

// A recipe document, read and validated; reads no data.
StatusOr<anon::Recipe> ReadRecipe(const Context& context, const std::string& path);

// Limits of the recipe, of the options where they say more, and of the machine.
anon::AnonymizeOptions OptionsFor(const anon::Recipe& recipe, const AnonymizeEffort& effort,
                                  ProgressLine& progress);

// Whether all outputs can be written and none of them is a file that is read. Before any work.
Status CheckOutputs(const AnonymizeOutputs& outputs, const anon::Recipe& recipe,
                    const std::string& recipe_path);

// With --force: what the outputs replace is kept until all of them stand. Keeps references.
void KeepReplaced(const AnonymizeOutputs& outputs, KeptFiles& kept, anon::OutputLocation& location);

// The result for the owner, in a file and on stdout, where they are asked for; adds the file that
// was written.
Status WriteResults(const Context& context, const AnonymizeOutputs& outputs,
                    const std::string& json, std::vector<std::string>& written);

// Finds or repeats a transformation, writes the file, its certificate, the result and the report,
// and tells what was done.
using FindTransformation = std::function<StatusOr<anon::SearchResult>(anon::Anonymizer&)>;
Status RunAnonymization(Context& context, const anon::Recipe& recipe,
                        const std::string& recipe_path, const AnonymizeOutputs& outputs,
                        const AnonymizeEffort& effort, const FindTransformation& find);

// The same for a recipe that makes a table of origins and destinations.
Status RunOdTable(Context& context, const anon::Recipe& recipe, const AnonymizeOutputs& outputs,
                  const AnonymizeEffort& effort);

// The result for the owner, as one JSON object.
std::string ResultToJson(const OwnerView<anon::AnonymizationFacts>& facts);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_ANONYMIZE_RUN_H_
