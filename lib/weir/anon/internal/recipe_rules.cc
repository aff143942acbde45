// SPDX-License-Identifier: Apache-2.0
// What hierarchies and actions of a recipe must look like; no data is needed to tell.
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "weir/anon/internal/date_label.h"
#include "weir/anon/internal/recipe_reader.h"
#include "weir/anon/value_actions.h"

namespace weir::anon::internal {
namespace {

// A thousand years.
constexpr uint32_t kMostShiftDays = 365250;

using Field = google::protobuf::RepeatedPtrField<std::string>;

// Each width must be a whole multiple of the one before, so that intervals and cells nest.
Status CheckWidths(const doc::Locations& locations, const std::string& path, const Field& widths) {
  std::optional<Decimal> before;
  for (int i = 0; i < widths.size(); ++i) {
    const std::string item = path + "[" + std::to_string(i) + "]";
    WEIR_ASSIGN_OR_RETURN(const Decimal width,
                          ReadDecimalIn(locations, item, widths.Get(i), PositiveRule()));
    if (before.has_value()) {
      const int exponent = std::min(width.exponent, before->exponent);
      const StatusOr<int128> wide = ScaleDecimal(width, -exponent, Rounding::kExact);
      const StatusOr<int128> narrow = ScaleDecimal(*before, -exponent, Rounding::kExact);
      const bool is_multiple = wide.ok() && narrow.ok() && *wide > *narrow && *wide % *narrow == 0;
      if (!is_multiple) {
        return locations.At(item,
                            InvalidArgument("%s is no multiple of %s, the width before; "
                                            "levels must nest",
                                            widths.Get(i).c_str(), widths.Get(i - 1).c_str()));
      }
    }
    before = width;
  }
  return OkStatus();
}

Status CheckInterval(const doc::Locations& locations, const std::string& path,
                     const v1::IntervalRule& rule) {
  WEIR_RETURN_IF_ERROR(CheckWidths(locations, path + ".widths", rule.widths()));
  if (!rule.origin().empty()) {
    WEIR_RETURN_IF_ERROR(
        ReadDecimalIn(locations, path + ".origin", rule.origin(), kAnyDecimal).status());
  }
  WEIR_ASSIGN_OR_RETURN(const Decimal lowest,
                        ReadDecimalIn(locations, path + ".lowest", rule.lowest(), kAnyDecimal));
  WEIR_ASSIGN_OR_RETURN(const Decimal highest,
                        ReadDecimalIn(locations, path + ".highest", rule.highest(), kAnyDecimal));
  if (Compare(lowest, highest) < 0) return OkStatus();
  return locations.At(path + ".highest",
                      InvalidArgument("lowest must be below highest, got %s and %s",
                                      rule.lowest().c_str(), rule.highest().c_str()));
}

Status CheckOrder(const doc::Locations& locations, const std::string& path,
                  const v1::OrderRule& rule) {
  for (int i = 0; i < rule.sizes_size(); ++i) {
    if (rule.sizes(i) >= 2) continue;
    return locations.At(
        path + ".sizes[" + std::to_string(i) + "]",
        InvalidArgument("a level joins at least 2 neighbours, got %u", rule.sizes(i)));
  }
  std::set<std::string> seen;
  for (int i = 0; i < rule.values_size(); ++i) {
    if (seen.insert(rule.values(i)).second) continue;
    return locations.At(
        path + ".values[" + std::to_string(i) + "]",
        InvalidArgument("%s is there twice; name it once", QuoteText(rule.values(i)).c_str()));
  }
  return OkStatus();
}

Status CheckPrefix(const doc::Locations& locations, const std::string& path,
                   const v1::PrefixRule& rule) {
  uint32_t before = 0;
  for (int i = 0; i < rule.masked_size(); ++i) {
    if (rule.masked(i) <= before) {
      return locations.At(path + ".masked[" + std::to_string(i) + "]",
                          InvalidArgument("masked characters must ascend from 1, got %u after %u",
                                          rule.masked(i), before));
    }
    before = rule.masked(i);
  }
  return OkStatus();
}

Status CheckDate(const doc::Locations& locations, const std::string& path,
                 const v1::DateRule& rule) {
  for (int i = 1; i < rule.levels_size(); ++i) {
    if (IsFunctionOf(rule.levels(i), rule.levels(i - 1))) continue;
    return locations.At(path + ".levels[" + std::to_string(i) + "]",
                        InvalidArgument("does not follow from the level before; each level must "
                                        "be coarser, and a week lies in no month"));
  }
  if (rule.first().empty() != rule.last().empty()) {
    return locations.At(path, InvalidArgument("first and last stand together; give both or none"));
  }
  if (rule.first().empty()) return OkStatus();
  const auto first = ReadMinute(rule.first());
  const auto last = ReadMinute(rule.last());
  if (!first.has_value() || !last.has_value() || *first > *last) {
    return locations.At(path + ".first",
                        InvalidArgument("first and last are dates such as 2025-01-31, the earlier "
                                        "one first"));
  }
  return OkStatus();
}

Status CheckCoding(const doc::Locations& locations, const std::string& path,
                   const v1::CodingAction& coding) {
  if (coding.bottom().empty() && coding.top().empty()) {
    return locations.At(path, InvalidArgument("coding needs bottom, top or both"));
  }
  if (coding.bottom().empty() || coding.top().empty()) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const Decimal bottom,
                        ReadDecimalIn(locations, path + ".bottom", coding.bottom(), kAnyDecimal));
  WEIR_ASSIGN_OR_RETURN(const Decimal top,
                        ReadDecimalIn(locations, path + ".top", coding.top(), kAnyDecimal));
  if (Compare(bottom, top) < 0) return OkStatus();
  return locations.At(path, InvalidArgument("bottom must be below top, got %s and %s",
                                            coding.bottom().c_str(), coding.top().c_str()));
}

bool IsTime(const RecipeColumn& column) {
  return column.type == v1::VALUE_TYPE_DATE || column.type == v1::VALUE_TYPE_TIMESTAMP;
}

// Removing and keeping are what roles do: an action must not say the opposite.
Status CheckRoleAction(const RecipeColumn& column, const v1::Action& action) {
  const bool is_identifier = column.role == v1::ATTRIBUTE_ROLE_IDENTIFIER;
  if (action.has_keep() && (is_identifier || column.role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER)) {
    return InvalidArgument(
        "column %s may not be kept as it is; give it another role if it tells "
        "nothing about who a row is, or leave the action out",
        column.name.c_str());
  }
  if (action.has_remove() && !is_identifier) {
    return InvalidArgument(
        "only identifiers are removed; leave column %s out of attributes instead",
        column.name.c_str());
  }
  const bool hides = action.has_remove() || action.has_pseudonym() || action.has_mask();
  if (is_identifier && !hides && !action.has_keep()) {
    return InvalidArgument(
        "an identifier is removed, masked or made a pseudonym; give column %s another role if its "
        "values name nobody",
        column.name.c_str());
  }
  if (action.has_microaggregate() && column.role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) {
    return InvalidArgument("column %s is generalized; aggregate columns that are kept",
                           column.name.c_str());
  }
  return OkStatus();
}

// Row actions work on the values that value actions made, and removing or keeping is all there is.
Status CheckOrderOfActions(const RecipeColumn& column, const v1::Action& action) {
  if (column.actions.empty()) return OkStatus();
  const v1::Action& before = column.actions.back();
  if (before.has_remove() || before.has_keep() || before.has_microaggregate()) {
    return InvalidArgument("nothing comes after remove, keep or microaggregate");
  }
  if (action.has_remove() || action.has_keep()) {
    return InvalidArgument("remove and keep stand alone");
  }
  if (IsValueAction(action) && IsRowAction(before)) {
    return InvalidArgument(
        "coding, round, mask and pseudonym come before date-shift, pram, "
        "rank-swap and microaggregate");
  }
  return OkStatus();
}

Status CheckMask(const v1::MaskAction& mask) {
  const auto characters = std::count_if(mask.with().begin(), mask.with().end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
  if (mask.with().empty() || characters == 1) return OkStatus();
  return InvalidArgument("what masks is one character, got %s", QuoteText(mask.with()).c_str());
}

bool IsNumber(const RecipeColumn& column) {
  return column.type == v1::VALUE_TYPE_INT || column.type == v1::VALUE_TYPE_DECIMAL;
}

Status CheckMicroaggregate(const RecipeColumn& column, const v1::MicroaggregateAction& action) {
  if (!IsNumber(column)) {
    return InvalidArgument("only numbers are aggregated; give column %s the type int or decimal",
                           column.name.c_str());
  }
  if (action.k() != 1) return OkStatus();
  return InvalidArgument("a group of one hides nobody; k must be at least 2");
}

Status CheckPlainAction(const doc::Locations& locations, const std::string& path,
                        const RecipeColumn& column, const v1::Action& action) {
  const DecimalRule keep = ShareRule();
  DecimalRule percent = {.words = "must be in (0, 100]",
                         .lowest = Decimal{0, 0},
                         .highest = Decimal{1, 2},
                         .above_lowest = true};
  switch (action.action_case()) {
    case v1::Action::kRound:
      return ReadDecimalIn(locations, path + ".round.to", action.round().to(), PositiveRule())
          .status();
    case v1::Action::kPram:
      return ReadDecimalIn(locations, path + ".pram.keep", action.pram().keep(), keep).status();
    case v1::Action::kRankSwap:
      return ReadDecimalIn(locations, path + ".rank-swap.percent", action.rank_swap().percent(),
                           percent)
          .status();
    case v1::Action::kDateShift:
      if (action.date_shift().days() == 0 || action.date_shift().days() > kMostShiftDays) {
        return locations.At(path + ".date-shift.days",
                            InvalidArgument("days must be in [1, %u], got %u", kMostShiftDays,
                                            action.date_shift().days()));
      }
      if (!IsTime(column)) {
        return locations.At(path, InvalidArgument("only dates are shifted; give column %s the type "
                                                  "date or timestamp",
                                                  column.name.c_str()));
      }
      return OkStatus();
    case v1::Action::kMicroaggregate:
      return locations.At(path + ".microaggregate",
                          CheckMicroaggregate(column, action.microaggregate()));
    case v1::Action::kMask:
      return locations.At(path + ".mask.with", CheckMask(action.mask()));
    default:
      return OkStatus();
  }
}

}  // namespace

Status CheckHierarchyRule(const doc::Locations& locations, const std::string& path,
                          const v1::HierarchyRule& rule) {
  const int rules = static_cast<int>(!rule.csv().empty()) + static_cast<int>(rule.has_interval()) +
                    static_cast<int>(rule.has_order()) + static_cast<int>(rule.has_prefix()) +
                    static_cast<int>(rule.has_date()) + static_cast<int>(rule.has_grid()) +
                    static_cast<int>(rule.has_area());
  if (rules != 1) {
    return locations.At(path, InvalidArgument("a hierarchy is one of csv, interval, order, prefix, "
                                              "date, grid and area; got %d of them",
                                              rules));
  }
  if (!rule.delimiter().empty() && rule.csv().empty()) {
    return locations.At(path + ".delimiter",
                        InvalidArgument("only a CSV file has a delimiter; leave the key out"));
  }
  if (!rule.csv().empty()) {
    WEIR_RETURN_IF_ERROR(CheckPath(locations, path + ".csv", rule.csv()));
    return locations.At(path + ".delimiter", ReadDelimiter(rule.delimiter()).status());
  }
  if (rule.has_interval()) return CheckInterval(locations, path + ".interval", rule.interval());
  if (rule.has_order()) return CheckOrder(locations, path + ".order", rule.order());
  if (rule.has_prefix()) return CheckPrefix(locations, path + ".prefix", rule.prefix());
  if (rule.has_date()) return CheckDate(locations, path + ".date", rule.date());
  if (rule.has_grid()) {
    return CheckWidths(locations, path + ".grid.degrees", rule.grid().degrees());
  }
  return OkStatus();
}

Status CheckAction(const doc::Locations& locations, const std::string& path,
                   const RecipeColumn& column, const v1::Action& action) {
  WEIR_RETURN_IF_ERROR(locations.At(path, CheckRoleAction(column, action)));
  WEIR_RETURN_IF_ERROR(locations.At(path, CheckOrderOfActions(column, action)));
  if (action.has_coding()) return CheckCoding(locations, path + ".coding", action.coding());
  return CheckPlainAction(locations, path, column, action);
}

}  // namespace weir::anon::internal
