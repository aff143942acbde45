// SPDX-License-Identifier: Apache-2.0
// weir profile: what a file seems to hold, and a draft of its recipe, for its owner.
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>

#include "tools/weir/commands.h"
#include "tools/weir/owner_file.h"
#include "tools/weir/profile_report.h"
#include "tools/weir/progress_line.h"
#include "weir/anon/profile/draft_recipe.h"
#include "weir/anon/risk/risk_analysis.h"
#include "weir/doc/yaml_writer.h"

namespace weir::tool {
namespace {

struct ProfileCommand {
  std::string input;
  std::string delimiter;
  std::string output;
  bool force = false;
  unsigned threads = 0;
};

// The path of the input as the recipe's folder sees it: relative where they share it.
std::string PathFrom(const std::string& recipe, const std::string& input) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path target = fs::weakly_canonical(fs::absolute(input, ignored), ignored);
  if (recipe == "-") return target.string();
  const fs::path folder = fs::weakly_canonical(AbsoluteFolder(recipe), ignored);
  return target.parent_path() == folder ? target.filename().string() : target.string();
}

StatusOr<std::string> DraftText(const ProfileCommand& command,
                                const OwnerView<anon::FileProfile>& profile) {
  v1::RecipeInput input;
  input.set_path(PathFrom(command.output, command.input));
  input.set_delimiter(command.delimiter == "\\t" ? "\t" : command.delimiter);
  WEIR_ASSIGN_OR_RETURN(const v1::Recipe recipe, anon::DraftRecipe(profile, input));
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::WriteYaml(recipe));
  return DraftComment(profile) + text;
}

Status RunProfile(const Context& context, const ProfileCommand& command) {
  if (!command.output.empty() && command.output != "-") {
    WEIR_RETURN_IF_ERROR(CheckWritable(command.output, command.force));
  }
  if (command.output == "-" && context.json) {
    return InvalidArgument("--json and -o - cannot both go to standard output");
  }
  WEIR_ASSIGN_OR_RETURN(const anon::InputLocation input,
                        LocateOwnerFile(command.input, command.delimiter));
  ProgressLine progress(context);
  anon::ReadLimits limits = LimitsOfMachine(command.threads);
  limits.progress = [&progress](double share) {
    progress.Show("reading", share);
    return true;
  };
  const StatusOr<OwnerView<anon::FileProfile>> profile =
      anon::RiskAnalysis::Profile(input, limits, context.random());
  progress.Clear();
  HintAtDelimiter(context, input);
  WEIR_RETURN_IF_ERROR(profile.status());
  if (!command.output.empty()) {
    WEIR_ASSIGN_OR_RETURN(const std::string draft, DraftText(command, *profile));
    WEIR_RETURN_IF_ERROR(
        WriteOutput(context, command.output, draft, command.force, "the draft of a recipe"));
    if (command.output == "-") return OkStatus();
    context.Say("wrote " + command.output + "; it is a proposal, read it before you use it");
  }
  context.PrintData(context.json ? ProfileToJson(*profile) : ProfileToText(*profile, command.input),
                    "the profile");
  return OkStatus();
}

}  // namespace

void AddProfileCommand(CLI::App& app, Context& context) {
  CLI::App* profile = app.add_subcommand(
      "profile", "What the columns of a file hold, which of them name or tell apart people");
  auto command = std::make_shared<ProfileCommand>();
  profile->add_option("input", command->input, "CSV, Parquet or JSON lines file")->required();
  profile->add_option("--delimiter", command->delimiter, "Of a CSV file; default \",\"");
  profile->add_option("-o,--output", command->output,
                      "Draft of a recipe to write: <name>.recipe.yaml, or - for stdout");
  profile->add_flag("--force", command->force, "Replace an existing file");
  profile->add_option("--threads", command->threads, "Default: those of the machine");
  profile->footer(
      "example: weir profile riders.csv -o riders.recipe.yaml\n"
      "Shows exact counts of the file, no values: for the eyes of its owner.");
  context.OnCommand(profile, [&context, command] { return RunProfile(context, *command); });
}

}  // namespace weir::tool
