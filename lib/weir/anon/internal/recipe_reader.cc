// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/recipe_reader.h"

#include <algorithm>
#include <set>
#include <utility>

namespace weir::anon::internal {
namespace {

class ColumnReader {
 public:
  ColumnReader(const doc::Locations& locations, std::string name,
               const v1::RecipeAttribute& attribute)
      : locations_(locations), path_("attributes." + name), attribute_(attribute) {
    column_.name = std::move(name);
    column_.role = attribute.role();
    if (attribute.type() != v1::VALUE_TYPE_UNSPECIFIED) column_.type = attribute.type();
  }

  StatusOr<RecipeColumn> Read() && {
    WEIR_RETURN_IF_ERROR(ReadHierarchy());
    WEIR_RETURN_IF_ERROR(ReadLevels());
    WEIR_RETURN_IF_ERROR(ReadWeight());
    WEIR_RETURN_IF_ERROR(ReadMissing());
    for (int i = 0; i < attribute_.action_size(); ++i) {
      WEIR_RETURN_IF_ERROR(CheckAction(locations_, path_ + ".action[" + std::to_string(i) + "]",
                                       column_, attribute_.action(i)));
      column_.actions.push_back(attribute_.action(i));
    }
    return std::move(column_);
  }

 private:
  bool is_quasi_identifier() const { return column_.role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER; }
  Status At(const std::string& field, const Status& status) const {
    return locations_.At(path_ + "." + field, status);
  }

  Status ReadHierarchy() {
    if (!attribute_.has_hierarchy()) return OkStatus();
    if (!is_quasi_identifier() && column_.role != v1::ATTRIBUTE_ROLE_SENSITIVE) {
      return At("hierarchy", InvalidArgument("only quasi-identifiers and sensitive attributes have "
                                             "a hierarchy; change the role of %s or leave the "
                                             "hierarchy out",
                                             column_.name.c_str()));
    }
    column_.hierarchy = attribute_.hierarchy();
    return CheckHierarchyRule(locations_, path_ + ".hierarchy", attribute_.hierarchy());
  }

  Status ReadLevels() {
    if (!attribute_.has_levels()) return OkStatus();
    if (!is_quasi_identifier()) {
      return At("levels", InvalidArgument("only quasi-identifiers have levels; leave the key out"));
    }
    const v1::LevelRange& levels = attribute_.levels();
    column_.lowest_level = levels.lowest();
    if (levels.has_highest()) column_.highest_level = levels.highest();
    if (column_.highest_level.value_or(column_.lowest_level) < column_.lowest_level) {
      return At("levels", InvalidArgument("lowest must not be above highest, got %u and %u",
                                          levels.lowest(), levels.highest()));
    }
    return OkStatus();
  }

  Status ReadWeight() {
    if (attribute_.weight().empty()) return OkStatus();
    if (!is_quasi_identifier()) {
      return At("weight", InvalidArgument("only quasi-identifiers have a weight; leave the key "
                                          "out"));
    }
    const DecimalRule rule = {.words = "must not be negative", .lowest = Decimal{0, 0}};
    WEIR_ASSIGN_OR_RETURN(const Decimal weight,
                          ReadDecimalIn(locations_, path_ + ".weight", attribute_.weight(), rule));
    column_.weight = ToDouble(weight);
    return OkStatus();
  }

  Status ReadMissing() {
    std::set<std::string> seen;
    for (int i = 0; i < attribute_.missing_size(); ++i) {
      if (seen.insert(attribute_.missing(i)).second) continue;
      return At("missing[" + std::to_string(i) + "]",
                InvalidArgument("a missing value is there twice; name it once"));
    }
    column_.missing.assign(seen.begin(), seen.end());
    return OkStatus();
  }

  const doc::Locations& locations_;
  std::string path_;
  const v1::RecipeAttribute& attribute_;
  RecipeColumn column_;
};

bool IsIn(const Decimal& value, const DecimalRule& rule) {
  if (rule.lowest.has_value()) {
    const int order = Compare(value, *rule.lowest);
    if (order < 0 || (order == 0 && rule.above_lowest)) return false;
  }
  return !rule.highest.has_value() || Compare(value, *rule.highest) <= 0;
}

}  // namespace

DecimalRule ShareRule() {
  return {.words = "must be in [0, 1]", .lowest = Decimal{0, 0}, .highest = Decimal{1, 0}};
}

DecimalRule PositiveRule() {
  return {.words = "must be greater than 0", .lowest = Decimal{0, 0}, .above_lowest = true};
}

StatusOr<Decimal> ReadDecimalIn(const doc::Locations& locations, const std::string& path,
                                const std::string& text, const DecimalRule& rule) {
  const StatusOr<Decimal> value = ParseDecimal(text);
  WEIR_RETURN_IF_ERROR(locations.At(path, value.status()));
  if (IsIn(*value, rule)) return *value;
  const size_t dot = path.rfind('.');
  const std::string name = dot == std::string::npos ? path : path.substr(dot + 1);
  return locations.At(path,
                      InvalidArgument("%s %s, got %s", name.c_str(), rule.words, text.c_str()));
}

Status CheckPath(const doc::Locations& locations, const std::string& path,
                 const std::string& file) {
  if (!file.empty() && file.find('\0') == std::string::npos) return OkStatus();
  return locations.At(path, InvalidArgument("a path has at least one character and no NUL"));
}

StatusOr<char> ReadDelimiter(const std::string& delimiter) {
  if (delimiter.empty()) return ',';
  const char c = delimiter.front();
  const bool is_printable = (c >= ' ' && c <= '~') || c == '\t';
  if (delimiter.size() == 1 && is_printable && c != '"') return c;
  return InvalidArgument("a delimiter is one ASCII character and not a quote");
}

StatusOr<std::vector<RecipeColumn>> ReadColumns(const doc::Locations& locations,
                                                const v1::Recipe& message) {
  std::vector<RecipeColumn> columns;
  columns.reserve(message.attributes().size());
  for (const auto& [name, attribute] : message.attributes()) {
    WEIR_ASSIGN_OR_RETURN(RecipeColumn column, ColumnReader(locations, name, attribute).Read());
    columns.push_back(std::move(column));
  }
  std::sort(columns.begin(), columns.end(),
            [](const RecipeColumn& a, const RecipeColumn& b) { return a.name < b.name; });
  bool has_weight = false;
  bool has_quasi_identifier = false;
  for (const RecipeColumn& column : columns) {
    if (column.role != v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) continue;
    has_quasi_identifier = true;
    has_weight = has_weight || column.weight > 0;
  }
  if (!has_quasi_identifier) {
    return locations.At("attributes",
                        InvalidArgument("no attribute is a quasi-identifier; give that role to "
                                        "what others may know about a person"));
  }
  if (!has_weight) {
    return locations.At("attributes", InvalidArgument("all weights are 0; leave one above 0"));
  }
  return columns;
}

const RecipeColumn* FindColumnIn(const std::vector<RecipeColumn>& columns, std::string_view name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [name](const RecipeColumn& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace weir::anon::internal
