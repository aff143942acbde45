// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/anonymize_run.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tools/weir/text_table.h"
#include "weir/doc/json_writer.h"
#include "weir/doc/yaml_reader.h"

namespace weir::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kLeastMemoryBytes = uint64_t{64} << 20;
constexpr unsigned kMostThreads = 256;

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

uint64_t HalfOfMemory() {
  const auto pages = static_cast<uint64_t>(std::max(1L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<uint64_t>(std::max(1L, ::sysconf(_SC_PAGESIZE)));
  return pages * page_bytes / 2;
}

Json RiskToJson(const anon::RiskFigures& risk) {
  return {{"highest", risk.highest},
          {"average", risk.average},
          {"share_at_risk", risk.share_at_risk},
          {"threshold", anon::kRiskThreshold},
          {"sample_uniques", risk.sample_uniques},
          {"rows", risk.rows},
          {"equivalence_classes", risk.classes}};
}

Json SizesToJson(const std::map<uint64_t, uint64_t>& sizes) {
  Json list = Json::array();
  for (const auto& [rows, classes] : sizes) list.push_back({{"rows", rows}, {"classes", classes}});
  return list;
}

Json AttributesToJson(const anon::AnonymizationFacts& facts) {
  Json list = Json::array();
  for (const anon::AttributeOutcome& attribute : facts.attributes) {
    Json entry = {{"name", attribute.name},
                  {"level", attribute.level},
                  {"height", attribute.height},
                  {"loss", attribute.loss}};
    const auto hash = facts.hierarchy_sha256.find(attribute.name);
    if (hash != facts.hierarchy_sha256.end()) entry["hierarchy_sha256"] = hash->second;
    list.push_back(std::move(entry));
  }
  return list;
}

Json UniquenessToJson(const anon::TraceUniqueness& uniqueness) {
  return {{"share", uniqueness.share},    {"lower", uniqueness.lower}, {"upper", uniqueness.upper},
          {"exact", uniqueness.is_exact}, {"units", uniqueness.units}, {"tried", uniqueness.tried}};
}

Json MobilityToJson(const anon::MobilityFacts& facts) {
  Json result = {{"rows_read", facts.rows_read}, {"rows_removed", facts.rows_removed}};
  if (facts.known_points == 0) return result;
  result["uniqueness"] = {{"points", facts.known_points},
                          {"before", UniquenessToJson(facts.unique_before)},
                          {"after", UniquenessToJson(facts.unique_after)}};
  return result;
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
  context.Say("highest risk " + Percent(facts.before.highest) + " before, " +
              Percent(facts.after.highest) + " after; average " + Percent(facts.before.average) +
              " before, " + Percent(facts.after.average) + " after");
  if (facts.mobility.has_value() && facts.mobility->known_points > 0) {
    context.Say("traces that are alone with " + std::to_string(facts.mobility->known_points) +
                " of their points: " + Percent(facts.mobility->unique_before.share) + " before, " +
                Percent(facts.mobility->unique_after.share) + " after");
  }
  if (!facts.search.optimal) {
    context.Warn("the time limit ended the search: a better transformation may exist, by at most " +
                 Percent(anon::GapOf(facts.search)) + " of the score");
  }
  if (facts.rows_without_unit > 0) {
    context.Warn("some rows have no privacy unit: they count as rows and as no unit");
  }
  context.Say("wrote " + path);
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
  command->add_flag("--force", outputs.force, "Replace existing files");
}

void AddEffortOptions(CLI::App* command, AnonymizeEffort& effort) {
  command->add_option("--time-limit", effort.time_limit_seconds,
                      "Seconds for the search; then the best so far is taken; default: the "
                      "recipe's, else none");
  command->add_option("--threads", effort.threads,
                      "Default: the recipe's, else those of the machine");
}

StatusOr<anon::Recipe> ReadRecipe(const Context& context, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Recipe> document,
                        doc::ParseYaml<v1::Recipe>(text, path));
  return anon::Recipe::Create(document, AbsoluteFolder(path));
}

anon::AnonymizeOptions OptionsFor(const anon::Recipe& recipe, const AnonymizeEffort& effort,
                                  const std::string& temp_folder, ProgressLine& progress) {
  anon::AnonymizeOptions options;
  const uint64_t memory = recipe.search().memory_mib() << 20;
  options.limits.memory_bytes = std::max(kLeastMemoryBytes, memory > 0 ? memory : HalfOfMemory());
  unsigned threads = effort.threads > 0 ? effort.threads : recipe.search().threads();
  if (threads == 0) threads = std::thread::hardware_concurrency();
  options.limits.threads = std::clamp(threads, 1U, kMostThreads);
  options.limits.temp_folder = temp_folder;
  const uint32_t seconds = effort.time_limit_seconds > 0 ? effort.time_limit_seconds
                                                         : recipe.search().time_limit_seconds();
  if (seconds > 0) options.time_limit = std::chrono::seconds(seconds);
  options.progress = [&progress](anon::Stage stage, double share) {
    progress.Show(NameOf(stage), share);
    return true;
  };
  return options;
}

Status CheckOutputs(const Context& context, const AnonymizeOutputs& outputs,
                    const anon::Recipe& recipe, const std::string& recipe_path) {
  if (!outputs.output.ends_with(".csv") && !outputs.output.ends_with(".parquet")) {
    return InvalidArgument("the output must end in .csv or .parquet, got %s",
                           outputs.output.c_str());
  }
  const std::vector<std::string> inputs = InputsOf(recipe, recipe_path);
  std::vector<std::string> written;
  for (const std::string& path : {outputs.output, outputs.json, outputs.certificate}) {
    if (path.empty()) continue;
    for (const std::string& input : inputs) {
      if (CanonicalPath(path) != CanonicalPath(input)) continue;
      return InvalidArgument("%s is an input of this recipe: write to another file", path.c_str());
    }
    for (const std::string& other : written) {
      if (CanonicalPath(path) != CanonicalPath(other)) continue;
      return InvalidArgument("%s cannot be two outputs at once", path.c_str());
    }
    written.push_back(path);
    WEIR_RETURN_IF_ERROR(CheckWritable(context, path, outputs.force));
  }
  return OkStatus();
}

Status RunAnonymization(Context& context, const anon::Recipe& recipe,
                        const AnonymizeOutputs& outputs, const AnonymizeEffort& effort,
                        const FindTransformation& find) {
  ProgressLine progress(context);
  const anon::AnonymizeOptions options =
      OptionsFor(recipe, effort, AbsoluteFolder(outputs.output), progress);
  WEIR_ASSIGN_OR_RETURN(anon::Anonymizer anonymizer,
                        anon::Anonymizer::Open(recipe, options, context.files(), context.random()));
  WEIR_ASSIGN_OR_RETURN(const anon::SearchResult found, find(anonymizer));
  const anon::OutputLocation location = {
      .path = outputs.output,
      .format =
          outputs.output.ends_with(".parquet") ? v1::FILE_FORMAT_PARQUET : v1::FILE_FORMAT_CSV,
      .delimiter = recipe.input().format == v1::FILE_FORMAT_CSV ? recipe.input().delimiter : ',',
      .replace = outputs.force};
  WEIR_ASSIGN_OR_RETURN(const OwnerView<anon::AnonymizationFacts> facts,
                        anonymizer.Write(found, location));
  progress.Clear();
  if (!outputs.certificate.empty()) {
    v1::Certificate certificate = anon::MakeCertificate(facts);
    certificate.set_made_by(std::string("weir ") + WEIR_VERSION);
    WEIR_RETURN_IF_ERROR(WriteOutput(
        context, outputs.certificate,
        doc::WriteJson(certificate, {.with_schema = true, .indent = 2}) + "\n", outputs.force));
  }
  if (!outputs.json.empty()) {
    WEIR_RETURN_IF_ERROR(
        WriteOutput(context, outputs.json, ResultToJson(facts) + "\n", outputs.force));
  }
  if (context.json) context.PrintData(ResultToJson(facts) + "\n");
  Summarize(context, facts, outputs.output);
  return OkStatus();
}

std::string ResultToJson(const OwnerView<anon::AnonymizationFacts>& view) {
  const anon::AnonymizationFacts& facts = view.ShowToOwner();
  Json levels = Json::object();
  for (const anon::AttributeOutcome& attribute : facts.attributes) {
    levels[attribute.name] = attribute.level;
  }
  Json result = {{"schema", "weir.v1"},
                 {"recipe_sha256", facts.recipe_sha256},
                 {"input_sha256", facts.input_sha256},
                 {"output_sha256", facts.output_sha256},
                 {"rows", facts.rows},
                 {"rows_without_unit", facts.rows_without_unit},
                 {"output_rows", facts.output_rows},
                 {"models", facts.models},
                 {"levels", std::move(levels)},
                 {"score", facts.search.score}};
  result["suppressed_rows"] = facts.search.suppressed_rows;
  result["equivalence_classes"] = facts.search.classes;
  result["nodes_total"] = facts.search.nodes_total;
  result["nodes_checked"] = facts.search.nodes_checked;
  result["optimal"] = facts.search.optimal ? Json(true) : Json(anon::GapOf(facts.search));
  result["lower_bound"] = facts.search.optimal ? facts.search.score : facts.search.lower_bound;
  result["attributes"] = AttributesToJson(facts);
  result["risks"] = {{"before", RiskToJson(facts.before)}, {"after", RiskToJson(facts.after)}};
  result["class_sizes"] = {{"before", SizesToJson(facts.class_sizes_before)},
                           {"after", SizesToJson(facts.class_sizes_after)}};
  if (facts.mobility.has_value()) result["mobility"] = MobilityToJson(*facts.mobility);
  return result.dump(2, ' ', /*ensure_ascii=*/true);
}

}  // namespace weir::tool
