// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tools/weir/anonymize_run.h"
#include "weir/anon/mobility/od_output.h"

namespace weir::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string OdToJson(const OwnerView<anon::OdFacts>& view) {
  const anon::OdFacts& facts = view.ShowToOwner();
  const bool has_narrowest = facts.narrowest != anon::kNoUpperBound;
  Json result = {{"schema", "weir.v1"},
                 {"recipe_sha256", facts.recipe_sha256},
                 {"input_sha256", facts.input_sha256},
                 {"output_sha256", facts.output_sha256},
                 {"rows", facts.rows},
                 {"rows_without_unit", facts.rows_without_unit}};
  result["origin_destination"] = {
      {"origins", facts.origins},
      {"destinations", facts.destinations},
      {"count", facts.counts_units ? "units" : "rows"},
      {"least", facts.rule.least},
      {"protection", facts.rule.protection},
      {"suppressed_small", facts.primary},
      {"suppressed_complementary", facts.complementary},
      {"published", facts.published},
      {"audit",
       {{"passed", true},
        {"exact", facts.audit_is_exact},
        {"narrowest_interval", has_narrowest ? Json(facts.narrowest) : Json(nullptr)},
        {"linear_programs", facts.audit_programs},
        {"by_withheld_margins", facts.by_withheld_margins}}}};
  return result.dump(2, ' ', /*ensure_ascii=*/true);
}

void SummarizeTable(const Context& context, const OwnerView<anon::OdFacts>& view,
                    const std::string& path) {
  const anon::OdFacts& facts = view.ShowToOwner();
  context.Say(std::to_string(facts.origins) + " origins, " + std::to_string(facts.destinations) +
              " destinations; " + std::to_string(facts.published) + " cells and margins published");
  context.Say("suppressed " + std::to_string(facts.primary) + " that are too small and " +
              std::to_string(facts.complementary) + " that would tell them");
  context.Say("audited: nothing published bounds a suppressed one to an interval narrower than " +
              std::to_string(facts.rule.protection));
  if (facts.counts_units && facts.rows_without_unit > 0) {
    context.Warn("some rows have no privacy unit: they are not in the table");
  }
  context.Say("wrote " + path);
}

}  // namespace

Status RunOdTable(Context& context, const anon::Recipe& recipe, const AnonymizeOutputs& outputs,
                  const AnonymizeEffort& effort) {
  if (!outputs.output.ends_with(".csv")) {
    return InvalidArgument("a table of origins and destinations is written as .csv, got %s",
                           outputs.output.c_str());
  }
  if (!outputs.certificate.empty()) {
    return InvalidArgument(
        "a table of origins and destinations has no certificate; leave "
        "--certificate out");
  }
  if (!outputs.report.empty()) {
    return InvalidArgument(
        "a table of origins and destinations has no report; leave --report out: --json tells what "
        "was suppressed");
  }
  ProgressLine progress(context);
  anon::AnonymizeOptions options = OptionsFor(recipe, effort, progress);
  options.limits.temp_folder = AbsoluteFolder(outputs.output);
  KeptFiles kept;
  anon::OutputLocation location = {
      .path = outputs.output,
      .format = v1::FILE_FORMAT_CSV,
      .delimiter = recipe.input().format == v1::FILE_FORMAT_CSV ? recipe.input().delimiter : ',',
      .replace = outputs.force};
  KeepReplaced(outputs, kept, location);
  WEIR_ASSIGN_OR_RETURN(
      const OwnerView<anon::OdFacts> facts,
      anon::WriteOdTable(recipe, options, location, context.files(), context.random()));
  progress.Clear();
  std::vector<std::string> written = {outputs.output};
  const Status described = WriteResults(context, outputs, OdToJson(facts) + "\n", written);
  if (!described.ok()) return kept.TakeBack(context.files(), written, described);
  SummarizeTable(context, facts, outputs.output);
  return OkStatus();
}

}  // namespace weir::tool
