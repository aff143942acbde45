// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/transformer.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/staged_rows.h"
#include "weir/anon/internal/unit_name.h"
#include "weir/anon/row_actions.h"

namespace weir::anon {
namespace {

// |value| < 10^24, so that sums and products with row counts stay exact.
constexpr int kMostNumberDigits = 24;

using internal::CodedTable;

Status NotRead(const std::string& name) {
  return InvalidArgument("column %s was not read", name.c_str());
}

bool IsNumber(const RecipeColumn& column) {
  return column.type == v1::VALUE_TYPE_INT || column.type == v1::VALUE_TYPE_DECIMAL;
}

// The values of a dictionary as coefficients at one number of decimals; 0 for the missing one.
struct Numbers {
  std::vector<int128> values;
  int decimals = 0;
};

StatusOr<Numbers> NumbersOf(const CodedColumn& column, int least_decimals) {
  const auto fault = [&column] {
    return InvalidArgument(
        "column %s has values that are no decimal numbers of up to %d digits; "
        "name those that mean no value in `missing`",
        column.name.c_str(), kMostNumberDigits);
  };
  std::vector<Decimal> decimals;
  Numbers numbers{.values = {}, .decimals = least_decimals};
  for (size_t i = 0; i < column.values.size(); ++i) {
    const bool is_missing = column.values[i].empty();
    const StatusOr<Decimal> value = is_missing ? Decimal{} : ParseDecimal(column.values[i]);
    if (!value.ok()) return fault();
    numbers.decimals = std::max(numbers.decimals, -value->exponent);
    decimals.push_back(*value);
  }
  int128 most = 1;
  for (int i = 0; i < kMostNumberDigits; ++i) most *= 10;
  for (const Decimal& decimal : decimals) {
    const StatusOr<int128> value = ScaleDecimal(decimal, numbers.decimals, Rounding::kExact);
    if (!value.ok() || *value <= -most || *value >= most) return fault();
    numbers.values.push_back(*value);
  }
  return numbers;
}

StatusOr<std::vector<uint32_t>> RanksOf(const RecipeColumn& column, const CodedColumn& coded) {
  std::vector<uint32_t> order(coded.values.size());
  std::iota(order.begin(), order.end(), 0U);
  if (IsNumber(column)) {
    WEIR_ASSIGN_OR_RETURN(const Numbers numbers, NumbersOf(coded, 0));
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return numbers.values[a] < numbers.values[b]; });
  } else {
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return coded.values[a] < coded.values[b]; });
  }
  std::vector<uint32_t> ranks(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) ranks[order[i]] = i;
  return ranks;
}

// The unit of each row by its place in `names`; 0, the empty text: none. Lengths stand before the
// parts of a name, so that no two units are one text.
struct RowUnits {
  std::vector<uint32_t> of_row;
  Dictionary names;
};

StatusOr<RowUnits> UnitsOf(const CodedTable& table, const std::vector<std::string>& unit) {
  std::vector<const CodedColumn*> columns;
  for (const std::string& name : unit) {
    columns.push_back(table.Find(name));
    if (columns.back() == nullptr) return NotRead(name);
  }
  RowUnits units;
  units.names.Add("");
  units.of_row.reserve(table.facts.rows);
  std::string name;
  for (size_t row = 0; row < table.facts.rows; ++row) {
    name.clear();
    for (const CodedColumn* column : columns) {
      if (!internal::AddUnitPart(name, column->values[column->codes[row]])) break;
    }
    units.of_row.push_back(units.names.Add(name));
  }
  return units;
}

class DateShifter {
 public:
  DateShifter(SecretBytes key, uint32_t days, RandomSource& random)
      : key_(std::move(key)), days_(days), random_(random) {}

  Status Shift(CodedColumn& column, const RowUnits& units) {
    std::vector<int64_t> shifts(units.names.size(), 0);
    for (size_t unit = 1; unit < shifts.size(); ++unit) {
      shifts[unit] = DateShiftOf(key_, units.names[unit], days_);
    }
    Dictionary shifted;
    for (size_t row = 0; row < column.codes.size(); ++row) {
      const std::string_view text = column.values[column.codes[row]];
      const uint32_t unit = units.of_row[row];
      const int64_t shift = unit == 0 ? RandomDateShift(days_, random_) : shifts[unit];
      std::optional<std::string> date = text.empty() ? std::string() : ShiftDate(text, shift);
      if (!date.has_value()) return internal::NoDate(column.name);
      column.codes[row] = shifted.Add(*date);
    }
    if (column.use == ColumnUse::kAnalysed) {
      const std::vector<uint32_t> places = shifted.Sort();
      for (uint32_t& code : column.codes) code = places[code];
    }
    column.values = std::move(shifted);
    return OkStatus();
  }

 private:
  SecretBytes key_;
  uint32_t days_;
  RandomSource& random_;
};

// The whole part of percent * rows / 100, at least 1.
StatusOr<uint64_t> WindowOf(const v1::RankSwapAction& action, size_t rows) {
  WEIR_ASSIGN_OR_RETURN(const Decimal percent, ParseDecimal(action.percent()));
  const Decimal product{percent.coefficient * static_cast<int128>(rows), percent.exponent - 2};
  WEIR_ASSIGN_OR_RETURN(const int128 window, ScaleDecimal(product, 0, Rounding::kDown));
  return std::max<uint64_t>(1, static_cast<uint64_t>(window));
}

class RowTransformer {
 public:
  RowTransformer(CodedTable& table, const Transformer::Request& request, Files& files,
                 RandomSource& random)
      : table_(table), request_(request), files_(files), random_(random) {}

  Status Run() {
    if (!table_.held) {
      return InvalidArgument("actions on rows need all rows in memory; allow more memory");
    }
    const auto shifts = [](const RecipeColumn& column) {
      return std::any_of(column.actions.begin(), column.actions.end(),
                         [](const v1::Action& action) { return action.has_date_shift(); });
    };
    if (std::any_of(request_.columns.begin(), request_.columns.end(), shifts)) {
      WEIR_ASSIGN_OR_RETURN(units_, UnitsOf(table_, request_.unit));
    }
    for (const RecipeColumn& column : request_.columns) {
      const auto found =
          std::find_if(table_.columns.begin(), table_.columns.end(),
                       [&column](const CodedColumn& coded) { return coded.name == column.name; });
      if (found == table_.columns.end()) return NotRead(column.name);
      for (const v1::Action& action : column.actions) {
        WEIR_RETURN_IF_ERROR(Do(action, column, *found));
      }
    }
    return OkStatus();
  }

 private:
  Status Do(const v1::Action& action, const RecipeColumn& column, CodedColumn& coded) {
    const std::optional<uint32_t> missing = coded.values.Find("");
    if (action.has_date_shift()) {
      WEIR_ASSIGN_OR_RETURN(SecretBytes key,
                            DateShiftKey(action.date_shift(), request_.context, files_));
      return DateShifter(std::move(key), action.date_shift().days(), random_).Shift(coded, units_);
    }
    if (action.has_pram()) {
      WEIR_ASSIGN_OR_RETURN(const Decimal keep, ParseDecimal(action.pram().keep()));
      WEIR_ASSIGN_OR_RETURN(const RationalShare share, ReadShare(keep));
      PostRandomize(coded.codes, missing, share, random_);
    }
    if (action.has_rank_swap()) {
      WEIR_ASSIGN_OR_RETURN(const std::vector<uint32_t> ranks, RanksOf(column, coded));
      const auto absent = missing.has_value()
                              ? std::count(coded.codes.begin(), coded.codes.end(), *missing)
                              : std::ptrdiff_t{0};
      WEIR_ASSIGN_OR_RETURN(
          const uint64_t window,
          WindowOf(action.rank_swap(), coded.codes.size() - static_cast<size_t>(absent)));
      RankSwap(coded.codes, missing, ranks, window, random_);
    }
    return OkStatus();
  }

  CodedTable& table_;
  const Transformer::Request& request_;
  Files& files_;
  RandomSource& random_;
  RowUnits units_ = {};
};

// Two decimals more than the column has, except for whole numbers.
int ExtraDecimals(const RecipeColumn& column) { return column.type == v1::VALUE_TYPE_INT ? 0 : 2; }

}  // namespace

StatusOr<Microdata> Transformer::Apply(Microdata microdata, const Request& request, Files& files,
                                       RandomSource& random) {
  std::unique_ptr<CodedTable> table = std::move(microdata).Take(AnonKey());
  WEIR_RETURN_IF_ERROR(RowTransformer(*table, request, files, random).Run());
  return Microdata(AnonKey(), std::move(table));
}

StatusOr<OutputColumn> Transformer::Aggregate(const Microdata& microdata,
                                              const RecipeColumn& column,
                                              const v1::MicroaggregateAction& action,
                                              std::span<const uint32_t> group_of) {
  const CodedTable& table = microdata.table(AnonKey());
  if (!table.held) {
    return InvalidArgument("actions on rows need all rows in memory; allow more memory");
  }
  const CodedColumn* coded = table.Find(column.name);
  if (coded == nullptr) return NotRead(column.name);
  WEIR_ASSIGN_OR_RETURN(Numbers numbers, NumbersOf(*coded, 0));
  const int extra = ExtraDecimals(column);
  for (int128& value : numbers.values) {
    for (int i = 0; i < extra; ++i) value *= 10;
  }
  OutputColumn output{.name = column.name,
                      .column = column.name,
                      .source = CellSource::kByRow,
                      .texts = {""},
                      .text_of = std::vector<uint32_t>(coded->codes.size(), 0)};
  std::map<uint32_t, std::vector<size_t>> groups;
  for (size_t row = 0; row < coded->codes.size(); ++row) {
    if (!coded->values[coded->codes[row]].empty()) groups[group_of[row]].push_back(row);
  }
  for (const auto& [group, rows] : groups) {
    std::vector<int128> values;
    values.reserve(rows.size());
    for (const size_t row : rows) values.push_back(numbers.values[coded->codes[row]]);
    const size_t k = action.k() == 0 ? values.size() : action.k();
    const std::vector<uint32_t> parts = MdavGroups(values, k);
    std::map<uint32_t, std::vector<int128>> members;
    for (size_t i = 0; i < values.size(); ++i) members[parts[i]].push_back(values[i]);
    const auto first = static_cast<uint32_t>(output.texts.size());
    for (auto& [part, list] : members) {
      output.texts.push_back(
          AggregateOf(action.function(), std::move(list), numbers.decimals + extra));
    }
    for (size_t i = 0; i < rows.size(); ++i) output.text_of[rows[i]] = first + parts[i];
  }
  return output;
}

}  // namespace weir::anon
