// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/dataset_report.h"

#include "tools/weir/text_table.h"
#include "weir/doc/yaml_reader.h"

namespace weir::tool {
namespace {

// Where a fault is and what it is.
std::string DescribeFault(const data::SourceFault& fault, const data::DatasetDescription& dataset) {
  std::string text;
  if (fault.row == 0) {
    text = data::NameOf(dataset.source());
  } else {
    if (!fault.file.empty()) text.append(fault.file).append(", ");
    text.append("row ").append(std::to_string(fault.row));
  }
  if (!fault.column.empty()) text.append(", column ").append(fault.column);
  return text.append(": ").append(fault.what);
}

}  // namespace

StatusOr<data::DatasetDescription> ReadDescription(const Context& context,
                                                   const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Dataset> document,
                        doc::ParseYaml<v1::Dataset>(text, path));
  return data::DatasetDescription::Create(document, AbsoluteFolder(path));
}

void PrintReport(const Context& context, const data::DatasetDescription& dataset,
                 const OwnerView<data::SourceReport>& view) {
  const data::SourceReport& report = view.ShowToOwner();
  context.Say(data::NameOf(dataset.source()) + ": " + std::to_string(report.rows) + " rows, " +
              std::to_string(report.privacy_units) + " privacy units, " +
              std::to_string(report.rows_without_unit) + " rows without a unit (dropped)");
  TextTable table({"COLUMN", "MISSING", "NOT PARSED", "OUTSIDE BOUNDS", "OUTSIDE DOMAIN"});
  for (const auto& column : report.columns) {
    table.Add({column.column, std::to_string(column.missing), std::to_string(column.not_parsed),
               std::to_string(column.outside_bounds), std::to_string(column.outside_domain)});
  }
  if (!table.empty()) context.Say(table.ToString());
}

Status JudgeReport(const Context& context, const data::DatasetDescription& dataset,
                   const OwnerView<data::SourceReport>& view, bool accept_faults) {
  const data::SourceReport& report = view.ShowToOwner();
  for (const data::SourceFault& fault : report.faults) context.Warn(DescribeFault(fault, dataset));
  if (report.fault_count > report.faults.size()) {
    context.Warn("and " + std::to_string(report.fault_count - report.faults.size()) +
                 " more faults");
  }
  for (const auto& column : report.columns) {
    if (column.outside_domain == 0) continue;
    context.Warn("column " + column.column + ": " + std::to_string(column.outside_domain) + " of " +
                 std::to_string(report.rows) +
                 " rows have a value outside the domain; with this key they do not count");
  }
  if (report.fault_count == 0 || accept_faults) return OkStatus();
  return InvalidArgument(
      "%s does not fit its description: mend it, declare the values as `missing`, or let them "
      "count as missing with --accept-faults",
      data::NameOf(dataset.source()).c_str());
}

}  // namespace weir::tool
