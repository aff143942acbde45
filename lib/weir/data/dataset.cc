// SPDX-License-Identifier: Apache-2.0
#include "weir/data/dataset.h"

#include <algorithm>
#include <set>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/files.h"
#include "weir/base/identifiers.h"
#include "weir/data/internal/hierarchy_reader.h"
#include "weir/data/internal/source_reader.h"
#include "weir/data/internal/value_text.h"

namespace weir::data {
namespace {

constexpr int64_t kMostGridSteps = 1'000'000'000'000'000'000;
constexpr int128 kMostSteps = int128{1} << 62;

bool IsNumeric(v1::ColumnType type) {
  return type == v1::COLUMN_TYPE_INT || type == v1::COLUMN_TYPE_DECIMAL;
}

// Checks one column of the document.
class ColumnReader {
 public:
  ColumnReader(const doc::Locations& locations, std::string name, const v1::Column& column)
      : locations_(locations), path_("columns." + name), column_(column) {
    description_.name = std::move(name);
    description_.type = column.type();
  }

  StatusOr<ColumnDescription> Read() && {
    if (description_.name.find('\0') != std::string::npos) {
      return At("", InvalidArgument("a column name holds a NUL"));
    }
    if (column_.type() == v1::COLUMN_TYPE_UNSPECIFIED) {
      return At("", InvalidArgument("column %s has no type", description_.name.c_str()));
    }
    WEIR_RETURN_IF_ERROR(ReadMissing());
    WEIR_RETURN_IF_ERROR(ReadBounds());
    WEIR_RETURN_IF_ERROR(ReadGrid());
    WEIR_RETURN_IF_ERROR(CheckSteps());
    WEIR_RETURN_IF_ERROR(ReadDomain());
    WEIR_ASSIGN_OR_RETURN(description_.hierarchy,
                          internal::ReadHierarchy(locations_, path_, description_, column_));
    return std::move(description_);
  }

 private:
  Status At(const std::string& field, const Status& status) const {
    return locations_.At(field.empty() ? path_ : path_ + "." + field, status);
  }

  Status ReadMissing() {
    std::set<std::string> seen;
    for (const std::string& value : column_.missing().values()) {
      if (seen.insert(value).second) continue;
      return At("missing.values",
                InvalidArgument("missing value \"%s\" is there twice", value.c_str()));
    }
    description_.missing_values.assign(seen.begin(), seen.end());
    description_.missing_is_key = column_.missing().as() == v1::MISSING_RULE_OWN_KEY;
    return OkStatus();
  }

  Status ReadBounds() {
    if (column_.bounds().empty()) return OkStatus();
    if (!IsNumeric(column_.type())) {
      return At("bounds", InvalidArgument("bounds are for int and decimal columns only"));
    }
    if (column_.bounds_size() != 2) {
      return At("bounds", InvalidArgument("bounds are [lowest, highest], got %d numbers",
                                          column_.bounds_size()));
    }
    WEIR_ASSIGN_OR_RETURN(description_.lowest, ReadNumber("bounds[0]", column_.bounds(0)));
    WEIR_ASSIGN_OR_RETURN(description_.highest, ReadNumber("bounds[1]", column_.bounds(1)));
    if (Compare(*description_.lowest, *description_.highest) >= 0) {
      return At("bounds", InvalidArgument("bounds must ascend, got [%s, %s]",
                                          column_.bounds(0).c_str(), column_.bounds(1).c_str()));
    }
    return OkStatus();
  }

  Status ReadGrid() {
    if (column_.grid().empty()) {
      if (column_.type() == v1::COLUMN_TYPE_INT) description_.grid = Decimal{1, 0};
      return OkStatus();
    }
    if (!IsNumeric(column_.type())) {
      return At("grid", InvalidArgument("a grid is for int and decimal columns only"));
    }
    WEIR_ASSIGN_OR_RETURN(description_.grid, ReadNumber("grid", column_.grid()));
    if (description_.grid->coefficient < 1 || description_.grid->coefficient > kMostGridSteps) {
      return At("grid", InvalidArgument("grid must be positive with at most 18 digits, got %s",
                                        column_.grid().c_str()));
    }
    return OkStatus();
  }

  // On the grid both bounds must fit the sensitivity of a sum: 2^62 steps.
  Status CheckSteps() const {
    if (!description_.grid.has_value() || !description_.lowest.has_value()) return OkStatus();
    for (const Decimal& bound : {*description_.lowest, *description_.highest}) {
      const int128 steps = internal::ToGrid(bound, *description_.grid, INT64_MIN, INT64_MAX);
      if (steps <= kMostSteps && steps >= -kMostSteps) continue;
      return At("bounds", InvalidArgument("bound %s is more than 2^62 grid steps from zero",
                                          FormatDecimal(bound).c_str()));
    }
    return OkStatus();
  }

  Status ReadDomain() {
    std::set<std::string> seen;
    for (int i = 0; i < column_.domain().values_size(); ++i) {
      const std::string field = "domain.values[" + std::to_string(i) + "]";
      auto text = internal::CanonicalText(column_.type(), column_.domain().values(i));
      WEIR_RETURN_IF_ERROR(At(field, text.status()));
      if (!seen.insert(*text).second) {
        return At(field, InvalidArgument("domain value \"%s\" is there twice", text->c_str()));
      }
      if (IsMissing(column_.domain().values(i)) || IsMissing(*text)) {
        return At(field, InvalidArgument("\"%s\" is a missing value, too", text->c_str()));
      }
      description_.domain.push_back(*std::move(text));
    }
    return OkStatus();
  }

  bool IsMissing(const std::string& text) const {
    const auto& missing = description_.missing_values;
    return std::find(missing.begin(), missing.end(), text) != missing.end();
  }

  StatusOr<Decimal> ReadNumber(const std::string& field, const std::string& text) const {
    const auto number = ParseDecimal(text);
    WEIR_RETURN_IF_ERROR(At(field, number.status()));
    if (column_.type() == v1::COLUMN_TYPE_INT && !internal::ToInt64(*number).has_value()) {
      return At(field, InvalidArgument("an int column takes whole numbers of 64 bits, got %s",
                                       text.c_str()));
    }
    return *number;
  }

  const doc::Locations& locations_;
  std::string path_;
  const v1::Column& column_;
  ColumnDescription description_;
};

StatusOr<std::vector<ColumnDescription>> ReadColumns(const doc::Document<v1::Dataset>& document) {
  std::vector<ColumnDescription> columns;
  for (const auto& [name, column] : document.message.columns()) {
    WEIR_ASSIGN_OR_RETURN(ColumnDescription description,
                          ColumnReader(document.locations, name, column).Read());
    columns.push_back(std::move(description));
  }
  std::sort(columns.begin(), columns.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return columns;
}

const ColumnDescription* Find(const std::vector<ColumnDescription>& columns,
                              std::string_view name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [name](const auto& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

StatusOr<std::optional<PrivacyUnit::Window>> ReadWindow(
    const doc::Document<v1::Dataset>& document, const std::vector<ColumnDescription>& columns) {
  if (!document.message.has_window()) return std::optional<PrivacyUnit::Window>();
  const v1::Window& window = document.message.window();
  const ColumnDescription* column = Find(columns, window.column());
  if (column == nullptr) {
    return document.locations.At(
        "window.column", InvalidArgument("column %s is not described", window.column().c_str()));
  }
  if (column->type != v1::COLUMN_TYPE_DATE && column->type != v1::COLUMN_TYPE_TIMESTAMP) {
    return document.locations.At(
        "window.column",
        InvalidArgument("column %s is no date or timestamp", window.column().c_str()));
  }
  switch (window.per()) {
    case v1::WINDOW_LENGTH_YEAR:
      return PrivacyUnit::Window{.column = window.column(), .period = WindowPeriod::kYear};
    case v1::WINDOW_LENGTH_MONTH:
      return PrivacyUnit::Window{.column = window.column(), .period = WindowPeriod::kMonth};
    case v1::WINDOW_LENGTH_DAY:
      return PrivacyUnit::Window{.column = window.column(), .period = WindowPeriod::kDay};
    default:
      return document.locations.At("window.per", InvalidArgument("per is year, month or day"));
  }
}

StatusOr<PrivacyUnit> ReadUnit(const doc::Document<v1::Dataset>& document,
                               const std::vector<ColumnDescription>& columns) {
  const auto& names = document.message.privacy_unit();
  for (int i = 0; i < names.size(); ++i) {
    if (Find(columns, names[i]) != nullptr) continue;
    return document.locations.At("privacy_unit[" + std::to_string(i) + "]",
                                 InvalidArgument("column %s is not described", names[i].c_str()));
  }
  WEIR_ASSIGN_OR_RETURN(auto window, ReadWindow(document, columns));
  auto unit = PrivacyUnit::Create({names.begin(), names.end()}, std::move(window));
  WEIR_RETURN_IF_ERROR(document.locations.At("privacy_unit", unit.status()));
  return unit;
}

StatusOr<AccountBudget> ReadBudget(const doc::Document<v1::Dataset>& document) {
  const v1::Budget& budget = document.message.budget();
  const auto epsilon = Epsilon::Parse(budget.epsilon());
  WEIR_RETURN_IF_ERROR(document.locations.At("budget.epsilon", epsilon.status()));
  const auto delta = Delta::Parse(budget.delta());
  WEIR_RETURN_IF_ERROR(document.locations.At("budget.delta", delta.status()));
  std::string account = budget.account().empty() ? document.message.dataset() : budget.account();
  WEIR_RETURN_IF_ERROR(
      document.locations.At("budget.account", CheckIdentifier("account", account)));
  return AccountBudget{.account = std::move(account), .epsilon = *epsilon, .delta = *delta};
}

StatusOr<DefaultBounds> ReadDefaultBounds(const doc::Document<v1::Dataset>& document) {
  const v1::DefaultBounds& message = document.message.bounds();
  DefaultBounds bounds;
  for (const auto& [path, value] :
       {std::pair<const char*, uint64_t>{"bounds.max_keys_per_unit", message.max_keys_per_unit()},
        {"bounds.max_rows_per_key", message.max_rows_per_key()},
        {"bounds.max_rows_per_unit", message.max_rows_per_unit()}}) {
    if (value > 0 || !document.locations.Find(path).ok()) continue;
    return document.locations.At(path, InvalidArgument("%s must be at least 1, got 0", path));
  }
  if (message.max_keys_per_unit() != 0) {
    const auto keys = L0Sensitivity::Create(message.max_keys_per_unit());
    WEIR_RETURN_IF_ERROR(document.locations.At("bounds.max_keys_per_unit", keys.status()));
    bounds.max_keys_per_unit = *keys;
  }
  if (message.max_rows_per_key() != 0) {
    const auto rows = LInfSensitivity::Create(message.max_rows_per_key());
    WEIR_RETURN_IF_ERROR(document.locations.At("bounds.max_rows_per_key", rows.status()));
    bounds.max_rows_per_key = *rows;
  }
  if (message.max_rows_per_unit() > static_cast<uint64_t>(kMostSteps)) {
    return document.locations.At("bounds.max_rows_per_unit",
                                 InvalidArgument("max_rows_per_unit must be at most 2^62"));
  }
  if (message.max_rows_per_unit() != 0) {
    bounds.max_rows_per_unit = static_cast<int64_t>(message.max_rows_per_unit());
  }
  return bounds;
}

// Injective: every text carries its length.
class CanonicalWriter {
 public:
  void Add(std::string_view name, std::string_view value) {
    text_ +=
        std::string(name) + " " + std::to_string(value.size()) + " " + std::string(value) + "\n";
  }
  void Add(std::string_view name, const std::optional<Decimal>& value) {
    if (value.has_value()) Add(name, FormatDecimal(*value));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_ = "weir/dataset-public/v1\n";
};

std::string PublicText(const DatasetDescription& dataset) {
  CanonicalWriter writer;
  writer.Add("dataset", dataset.id());
  writer.Add("epoch", dataset.epoch());
  writer.Add("unit", dataset.unit().ToString());
  for (const std::string& column : dataset.unit().columns()) writer.Add("unit_column", column);
  for (const ColumnDescription& column : dataset.columns()) {
    writer.Add("column", column.name);
    writer.Add("type", v1::ColumnType_Name(column.type));
    writer.Add("missing_as", column.missing_is_key ? "own_key" : "drop");
    for (const std::string& value : column.missing_values) writer.Add("missing", value);
    writer.Add("lowest", column.lowest);
    writer.Add("highest", column.highest);
    writer.Add("grid", column.grid);
    for (const std::string& value : column.domain) writer.Add("domain", value);
    for (const HierarchyLevel& level : column.hierarchy) {
      writer.Add("level", level.name);
      for (const HierarchyGroup& group : level.groups) {
        writer.Add("group", group.name);
        for (const uint32_t member : group.members) writer.Add("member", std::to_string(member));
      }
    }
  }
  return writer.text();
}

}  // namespace

std::optional<size_t> ColumnDescription::FindLevel(std::string_view level) const {
  for (size_t i = 0; i < hierarchy.size(); ++i) {
    if (hierarchy[i].name == level) return i;
  }
  return std::nullopt;
}

std::vector<std::vector<std::string>> ColumnDescription::ValuesOfGroups(size_t level) const {
  std::vector<std::vector<std::string>> values;
  for (const std::string& value : domain) values.push_back({value});
  for (size_t i = 0; i <= level; ++i) {
    std::vector<std::vector<std::string>> above;
    for (const HierarchyGroup& group : hierarchy[i].groups) {
      above.emplace_back();
      for (const uint32_t member : group.members) {
        above.back().insert(above.back().end(), values[member].begin(), values[member].end());
      }
    }
    values = std::move(above);
  }
  return values;
}

DatasetDescription::DatasetDescription(std::string id, Source source, PrivacyUnit unit,
                                       AccountBudget budget)
    : id_(std::move(id)),
      source_(std::move(source)),
      unit_(std::move(unit)),
      budget_(std::move(budget)) {}

StatusOr<DatasetDescription> DatasetDescription::Create(const doc::Document<v1::Dataset>& document,
                                                        const std::string& folder) {
  const v1::Dataset& message = document.message;
  WEIR_RETURN_IF_ERROR(
      document.locations.At("dataset", CheckIdentifier("dataset", message.dataset())));
  if (message.theme() == v1::THEME_UNSPECIFIED) {
    return document.locations.At("theme", InvalidArgument("a data set has a theme"));
  }
  WEIR_ASSIGN_OR_RETURN(Source source, internal::ReadSource(document, folder));
  WEIR_ASSIGN_OR_RETURN(std::vector<ColumnDescription> columns, ReadColumns(document));
  WEIR_ASSIGN_OR_RETURN(PrivacyUnit unit, ReadUnit(document, columns));
  WEIR_ASSIGN_OR_RETURN(AccountBudget budget, ReadBudget(document));
  WEIR_ASSIGN_OR_RETURN(const DefaultBounds default_bounds, ReadDefaultBounds(document));
  DatasetDescription dataset(message.dataset(), std::move(source), std::move(unit),
                             std::move(budget));
  dataset.title_ = message.title();
  dataset.theme_ = message.theme();
  dataset.epoch_ = message.epoch().empty() ? "1" : message.epoch();
  dataset.default_bounds_ = default_bounds;
  dataset.columns_ = std::move(columns);
  dataset.public_sha256_ = Sha256Hex(PublicText(dataset));
  return dataset;
}

const ColumnDescription* DatasetDescription::FindColumn(std::string_view name) const {
  return Find(columns_, name);
}

}  // namespace weir::data
