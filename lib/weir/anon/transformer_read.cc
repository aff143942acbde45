// SPDX-License-Identifier: Apache-2.0
// Row actions while a file is read.
#include <algorithm>
#include <memory>
#include <utility>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/output_cells.h"
#include "weir/anon/internal/staged_rows.h"
#include "weir/anon/row_actions.h"
#include "weir/anon/transformer.h"
#include "weir/anon/value_actions.h"

namespace weir::anon {
namespace {

using internal::CodedTable;

StatusOr<size_t> PlaceOf(const ReadRequest& read, const std::string& name) {
  for (size_t i = 0; i < read.columns.size(); ++i) {
    if (read.columns[i].name == name) return i;
  }
  return InvalidArgument("column %s was not read", name.c_str());
}

// The row actions of a column.
std::vector<v1::Action> RowActionsOf(const RecipeColumn& column) {
  std::vector<v1::Action> actions;
  for (const v1::Action& action : column.actions) {
    if (IsRowAction(action)) actions.push_back(action);
  }
  return actions;
}

bool IsAlone(const std::vector<v1::Action>& actions, bool (*is)(const v1::Action&)) {
  return actions.size() == 1 && is(actions[0]);
}
bool IsDateShift(const v1::Action& action) { return action.has_date_shift(); }
bool IsPram(const v1::Action& action) { return action.has_pram(); }

// How often each value of a column occurs, for drawing one as it occurs.
struct Frequencies {
  Dictionary values;
  std::vector<uint32_t> codes;   // those that are not missing
  std::vector<uint64_t> before;  // rows up to and with each code
};

StatusOr<Frequencies> CountValues(const InputLocation& input, const ColumnRequest& column,
                                  ReadLimits limits, RandomSource& random) {
  limits.holding = Holding::kStreamed;
  limits.progress = nullptr;
  ReadRequest request = {.columns = {column}};
  request.columns[0].use = ColumnUse::kAnalysed;
  WEIR_ASSIGN_OR_RETURN(CodedTable table, internal::ReadTable(input, request, limits, random));
  CodedColumn& counted = table.columns[0];
  Frequencies found;
  uint64_t rows = 0;
  for (size_t record = 0; record < counted.codes.size(); ++record) {
    if (counted.values[counted.codes[record]].empty()) continue;
    rows += table.rows_of_record[record];
    found.codes.push_back(counted.codes[record]);
    found.before.push_back(rows);
  }
  found.values = std::move(counted.values);
  return found;
}

// One column of all rows; `held_bytes` are what the columns before and this one take.
StatusOr<CodedTable> ReadHeldColumn(const InputLocation& input, const ColumnRequest& column,
                                    uint64_t& held_bytes, ReadLimits limits, RandomSource& random) {
  limits.holding = Holding::kHeld;
  limits.progress = nullptr;
  ReadRequest request = {.columns = {column}};
  request.columns[0].use = ColumnUse::kAnalysed;
  WEIR_ASSIGN_OR_RETURN(CodedTable table, internal::ReadTable(input, request, limits, random));
  held_bytes += table.facts.rows * sizeof(uint32_t);
  if (held_bytes <= limits.memory_bytes) return table;
  return ResourceExhausted(
      "the columns with rank-swap take more than the memory limit of %llu MiB; allow more memory",
      static_cast<unsigned long long>(limits.memory_bytes >> 20));
}

// What PostRandomize does, a row at a time: a uniformly drawn row has each value with its share.
StatusOr<internal::StagedAction> StagePram(const InputLocation& input, const ColumnRequest& column,
                                           const v1::PramAction& action, const ReadLimits& limits,
                                           RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const Decimal keep, ParseDecimal(action.keep()));
  WEIR_ASSIGN_OR_RETURN(const RationalShare share, ReadShare(keep));
  WEIR_ASSIGN_OR_RETURN(Frequencies counted, CountValues(input, column, limits, random));
  internal::StagedAction staged;
  staged.draw = [share, known = std::make_shared<const Frequencies>(std::move(counted)),
                 &random](std::string_view text) {
    if (internal::UniformBelow(random, share.denominator) < share.numerator) return text;
    if (known->before.empty()) return text;
    const uint64_t row = internal::UniformBelow(random, known->before.back());
    const auto at = std::upper_bound(known->before.begin(), known->before.end(), row);
    return known->values[known->codes[static_cast<size_t>(at - known->before.begin())]];
  };
  return staged;
}

}  // namespace

bool Transformer::CanRead(const Request& request) {
  return std::all_of(request.columns.begin(), request.columns.end(),
                     [](const RecipeColumn& column) {
                       const std::vector<v1::Action> actions = RowActionsOf(column);
                       return IsAlone(actions, IsDateShift) ||
                              std::none_of(actions.begin(), actions.end(), IsDateShift);
                     });
}

StatusOr<bool> Transformer::WouldHold(const InputLocation& input, const ReadRequest& read,
                                      const ReadLimits& limits) {
  return internal::WouldHold(input, read, limits);
}

StatusOr<Microdata> Transformer::Read(const InputLocation& input, const ReadRequest& read,
                                      const Request& request, const ReadLimits& limits,
                                      Files& files, RandomSource& random) {
  WEIR_CHECK(CanRead(request));
  std::vector<internal::StagedAction> staged;
  uint64_t held_bytes = 0;
  for (const RecipeColumn& column : request.columns) {
    WEIR_ASSIGN_OR_RETURN(const size_t place, PlaceOf(read, column.name));
    const std::vector<v1::Action> actions = RowActionsOf(column);
    if (IsAlone(actions, IsDateShift)) {
      internal::StagedAction& shift = staged.emplace_back();
      WEIR_ASSIGN_OR_RETURN(shift.shift_key,
                            DateShiftKey(actions[0].date_shift(), request.context, files));
      shift.shift_days = actions[0].date_shift().days();
      for (const std::string& name : request.unit) {
        WEIR_ASSIGN_OR_RETURN(const size_t unit, PlaceOf(read, name));
        shift.unit.push_back(unit);
      }
    } else if (IsAlone(actions, IsPram)) {
      WEIR_ASSIGN_OR_RETURN(
          internal::StagedAction pram,
          StagePram(input, read.columns[place], actions[0].pram(), limits, random));
      staged.push_back(std::move(pram));
    } else {
      WEIR_ASSIGN_OR_RETURN(CodedTable table,
                            ReadHeldColumn(input, read.columns[place], held_bytes, limits, random));
      const Request alone = {.columns = {column}, .unit = {}, .context = request.context};
      Microdata before(AnonKey(), std::make_unique<CodedTable>(std::move(table)));
      WEIR_ASSIGN_OR_RETURN(Microdata after, Apply(std::move(before), alone, files, random));
      staged.emplace_back().column_after = std::move(std::move(after).Take(AnonKey())->columns[0]);
    }
    staged.back().column = place;
  }
  WEIR_ASSIGN_OR_RETURN(CodedTable table,
                        internal::ReadStaged(input, read, staged, limits, random));
  return Microdata(AnonKey(), std::make_unique<CodedTable>(std::move(table)));
}

}  // namespace weir::anon
