// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tools/weir/commands.h"
#include "tools/weir/text_table.h"
#include "weir/dp/audit_cases.h"

namespace weir::tool {
namespace {

// Of the whole run, shared evenly by its mechanisms.
constexpr double kFalsePositiveRate = 1e-9;

struct AuditRun {
  uint64_t samples = 1'000'000;
  bool broken = false;
};

struct AuditedCase {
  dp::AuditCase audited;
  dp::AuditReport report;
  bool exceeded() const { return report.Exceeds(audited.epsilon); }
};

StatusOr<std::vector<AuditedCase>> RunAll(const Context& context, const AuditRun& run) {
  std::vector<dp::AuditCase> cases =
      dp::BuiltInAuditCases(run.broken ? dp::AuditBuild::kBroken : dp::AuditBuild::kShipped);
  const double rate = kFalsePositiveRate / static_cast<double>(cases.size());
  std::vector<AuditedCase> results;
  for (dp::AuditCase& audited : cases) {
    WEIR_ASSIGN_OR_RETURN(
        dp::AuditReport report,
        dp::RunAuditCase(audited, {.samples = run.samples, .false_positive_rate = rate},
                         context.random()));
    results.push_back({.audited = std::move(audited), .report = std::move(report)});
  }
  return results;
}

const char* Verdict(const AuditedCase& result) {
  return result.exceeded() ? "exceeded" : "within claim";
}

void PrintTable(const Context& context, const std::vector<AuditedCase>& results) {
  TextTable table({"MECHANISM", "SETTING", "EPSILON", "DELTA", "FOUND", "VERDICT"});
  for (const AuditedCase& result : results) {
    table.Add({result.audited.name, result.audited.claim,
               ShowNumber(result.audited.epsilon.value()), ShowNumber(result.audited.delta.value()),
               ShowNumber(result.report.epsilon), Verdict(result)});
  }
  context.PrintData(table.ToString());
}

void PrintAuditJson(const Context& context, const AuditRun& run,
                    const std::vector<AuditedCase>& results) {
  nlohmann::ordered_json mechanisms = nlohmann::ordered_json::array();
  for (const AuditedCase& result : results) {
    mechanisms.push_back({{"mechanism", result.audited.name},
                          {"setting", result.audited.claim},
                          {"epsilon", result.audited.epsilon.ToString()},
                          {"delta", result.audited.delta.ToString()},
                          {"epsilon_lower_bound", result.report.epsilon},
                          {"event", result.report.event},
                          {"exceeded", result.exceeded()}});
  }
  const nlohmann::ordered_json answer = {{"schema", "weir.v1"},
                                         {"samples", run.samples},
                                         {"false_positive_rate", kFalsePositiveRate},
                                         {"broken_on_purpose", run.broken},
                                         {"mechanisms", std::move(mechanisms)}};
  context.PrintData(answer.dump(-1, ' ', true) + "\n");
}

Status Audit(const Context& context, const AuditRun& run) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<AuditedCase> results, RunAll(context, run));
  if (context.json) {
    PrintAuditJson(context, run, results);
  } else {
    PrintTable(context, results);
  }
  std::string exceeded;
  for (const AuditedCase& result : results) {
    if (!result.exceeded()) continue;
    exceeded += (exceeded.empty() ? "" : ", ") + result.audited.name;
    if (run.broken) exceeded += " (" + result.audited.fault + ")";
  }
  context.Say("FOUND is what up to " + std::to_string(run.samples) +
              " samples a side show of epsilon at that delta; a mechanism that keeps its claim is "
              "called exceeded with probability at most 1e-9 in this run");
  if (exceeded.empty()) return OkStatus();
  return Internal("more epsilon than claimed: %s", exceeded.c_str());
}

}  // namespace

void AddAuditCommand(CLI::App& app, Context& context) {
  auto run = std::make_shared<AuditRun>();
  CLI::App* audit = app.add_subcommand(
      "audit", "Measure what this installation's noise shows, against what it claims");
  audit->footer("example: weir audit --samples 10000000");
  audit
      ->add_option("--samples", run->samples,
                   "Outputs on each of two neighbouring inputs, from 1000 to 500000000; more find "
                   "smaller faults")
      ->capture_default_str();
  audit->add_flag("--broken", run->broken,
                  "Audit copies that are broken on purpose instead: all must be found");
  context.OnCommand(audit, [&context, run] { return Audit(context, *run); });
}

}  // namespace weir::tool
