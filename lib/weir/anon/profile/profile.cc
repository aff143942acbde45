// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/profile/profile.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/profile/column_values.h"
#include "weir/anon/risk/risk_analysis.h"

namespace weir::anon {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<CountedValue> ValuesOf(const CodedColumn& column,
                                   const std::vector<uint64_t>& rows_of_record) {
  std::vector<uint64_t> rows(column.values.size(), 0);
  for (size_t i = 0; i < column.codes.size(); ++i) {
    rows[column.codes[i]] += rows_of_record.empty() ? 1 : rows_of_record[i];
  }
  std::vector<CountedValue> values;
  values.reserve(rows.size());
  for (size_t code = 0; code < rows.size(); ++code) {
    if (rows[code] == 0) continue;
    values.push_back({.text = Trimmed(column.values[code]), .rows = rows[code]});
  }
  return values;
}

std::vector<size_t> Ranked(const std::vector<ColumnProfile>& columns) {
  std::vector<size_t> ranked;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) ranked.push_back(i);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [&columns](size_t a, size_t b) {
    return std::pair(columns[a].separation, columns[a].distinction) >
           std::pair(columns[b].separation, columns[b].distinction);
  });
  return ranked;
}

}  // namespace

StatusOr<OwnerView<FileProfile>> RiskAnalysis::Profile(const InputLocation& input,
                                                       const ReadLimits& limits,
                                                       RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, ReadColumnNames(input));
  ReadRequest request;
  for (const std::string& name : names) request.columns.push_back({.name = name});
  WEIR_ASSIGN_OR_RETURN(const Microdata microdata, ReadMicrodata(input, request, limits, random));
  const OwnerView<MicrodataFacts> facts = microdata.Facts();
  if (facts.ShowToOwner().rows == 0) return InvalidArgument("%s has no rows", input.path.c_str());
  FileProfile profile = {
      .sha256 = facts.ShowToOwner().sha256, .rows = facts.ShowToOwner().rows, .columns = {}};
  const internal::CodedTable& table = microdata.table(AnonKey());
  profile.columns.reserve(names.size());
  for (const CodedColumn& column : microdata.columns(AnonKey())) {
    profile.columns.push_back(ProfileColumn(column.name, ValuesOf(column, table.rows_of_record)));
  }
  profile.ranked = Ranked(profile.columns);
  return OwnerView<FileProfile>(std::move(profile));
}

}  // namespace weir::anon
