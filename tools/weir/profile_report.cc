// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/profile_report.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "tools/weir/risk_report.h"
#include "tools/weir/text_table.h"
#include "weir/anon/recipe.h"
#include "weir/doc/column_header.h"

namespace weir::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string TypeName(const anon::ColumnProfile& column) {
  if (column.has_leading_zeros) return "code";
  switch (column.type) {
    case v1::VALUE_TYPE_INT:
      return "int";
    case v1::VALUE_TYPE_DECIMAL:
      return "decimal";
    case v1::VALUE_TYPE_DATE:
      return "date";
    case v1::VALUE_TYPE_TIMESTAMP:
      return "timestamp";
    default:
      return "text";
  }
}

std::string FindingText(const anon::KindFinding& finding) {
  const std::string share = ShowShare(finding.share);
  const std::string kind = anon::NameOf(finding.kind);
  if (finding.is_found) return kind + " (" + share + " of the values)";
  return (finding.is_in_text ? "inside texts: " : "among others: ") + kind + " (" + share + ")";
}

std::string ReasonText(const anon::ColumnProfile& column) {
  std::string text;
  for (const anon::KindFinding& finding : column.findings) {
    text += (text.empty() ? "" : "; ") + FindingText(finding);
  }
  const auto add = [&text](const char* reason) {
    text += (text.empty() ? "" : "; ") + std::string(reason);
  };
  if (column.reason == anon::RoleReason::kKey) add("nearly every row has its own value");
  if (column.reason == anon::RoleReason::kNamedKey) add("codes, and the name says id");
  if (column.reason == anon::RoleReason::kConstant) add("one value");
  if (column.reason == anon::RoleReason::kKnown) {
    add("looks like a key, but others may know it: place, time or trait");
  }
  if (column.reason == anon::RoleReason::kSensitiveName) add("only the name says so");
  if (column.repeats) add("repeats: perhaps the privacy unit");
  if (!column.missing_texts.empty()) {
    add("missing:");
    for (const std::string& missing : column.missing_texts) text += " " + missing;
  }
  return text;
}

const char* ReasonWord(anon::RoleReason reason) {
  switch (reason) {
    case anon::RoleReason::kContent:
      return "content";
    case anon::RoleReason::kKey:
      return "key";
    case anon::RoleReason::kNamedKey:
      return "named_key";
    case anon::RoleReason::kConstant:
      return "constant";
    case anon::RoleReason::kKnown:
      return "known";
    case anon::RoleReason::kSensitiveName:
      return "sensitive_name";
    default:
      return "linkable";
  }
}

Json ColumnToJson(const anon::ColumnProfile& column) {
  Json findings = Json::array();
  for (const anon::KindFinding& finding : column.findings) {
    findings.push_back({{"kind", anon::NameOf(finding.kind)},
                        {"share", finding.share},
                        {"found", finding.is_found},
                        {"in_text", finding.is_in_text}});
  }
  return {{"name", column.name},
          {"type", TypeName(column)},
          {"rows_with_value", column.rows},
          {"rows_missing", column.missing},
          {"distinct_values", column.distinct},
          {"missing_texts", column.missing_texts},
          {"distinction", column.distinction},
          {"separation", column.separation},
          {"findings", std::move(findings)},
          {"role", anon::NameOf(column.role)},
          {"reason", ReasonWord(column.reason)},
          {"repeats", column.repeats}};
}

}  // namespace

std::string ProfileToText(const OwnerView<anon::FileProfile>& view, const std::string& name) {
  const anon::FileProfile& profile = view.ShowToOwner();
  TextTable table({"COLUMN", "TYPE", "VALUES", "MISSING", "SEPARATION", "PROPOSED ROLE", "WHY"});
  for (const anon::ColumnProfile& column : profile.columns) {
    table.Add({column.name, TypeName(column), std::to_string(column.distinct),
               ShowShare(static_cast<double>(column.missing) / static_cast<double>(profile.rows)),
               ShowShare(column.separation), anon::NameOf(column.role), ReasonText(column)});
  }
  std::string text = name + ": " + std::to_string(profile.rows) + " rows, " +
                     std::to_string(profile.columns.size()) + " columns\n\n" + table.ToString();
  text +=
      "\nquasi-identifiers, the most telling first (separation: share of all pairs of rows that "
      "differ):\n";
  std::string list;
  for (const size_t place : profile.ranked) {
    list += (list.empty() ? "" : ",") + profile.columns[place].name;
  }
  text += list.empty() ? "none\n" : list + "\n";
  return text;
}

std::string ProfileToJson(const OwnerView<anon::FileProfile>& view) {
  const anon::FileProfile& profile = view.ShowToOwner();
  Json columns = Json::array();
  for (const anon::ColumnProfile& column : profile.columns) columns.push_back(ColumnToJson(column));
  Json ranked = Json::array();
  for (const size_t place : profile.ranked) ranked.push_back(profile.columns[place].name);
  const Json json = {{"schema", "weir.v1"},
                     {"input_sha256", profile.sha256},
                     {"rows", profile.rows},
                     {"columns", std::move(columns)},
                     {"quasi_identifiers", std::move(ranked)}};
  return json.dump(-1, ' ', /*ensure_ascii=*/true) + "\n";
}

std::string DraftComment(const OwnerView<anon::FileProfile>& view) {
  const anon::FileProfile& profile = view.ShowToOwner();
  std::string text =
      "# A draft by `weir profile`: roles by content, not by knowledge. Read every line.\n"
      "# A quasi-identifier without a hierarchy is kept or suppressed as a whole.\n";
  for (const anon::ColumnProfile& column : profile.columns) {
    const std::string reason = ReasonText(column);
    if (!doc::IsColumnHeader(column.name)) {
      text += "# one column is left out, and so removed: a recipe cannot have its name\n";
    } else if (!reason.empty()) {
      text += "# " + column.name + ": " + reason + "\n";
    }
  }
  return text;
}

}  // namespace weir::tool
