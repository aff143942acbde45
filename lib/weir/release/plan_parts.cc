// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/plan_parts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "weir/data/canonical_condition.h"
#include "weir/ledger/ledger.h"

namespace weir::release::internal {
namespace {

StatusOr<std::vector<Decimal>> ReadEdges(const v1::Bucket& bucket) {
  WEIR_ASSIGN_OR_RETURN(std::vector<Decimal> edges, ReadAscending(bucket.edges(), "bucket edges"));
  if (edges.size() < 2) return InvalidArgument("buckets need at least two edges");
  return edges;
}

bool IsTime(const data::ColumnDescription& column) {
  return column.type == v1::COLUMN_TYPE_DATE || column.type == v1::COLUMN_TYPE_TIMESTAMP;
}

std::vector<std::string> Numbers(int first, int last) {
  std::vector<std::string> numbers;
  for (int i = first; i <= last; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

Status SetPart(const data::ColumnDescription& column, v1::DatePart part, data::KeyDomain& domain) {
  if (!IsTime(column)) {
    return InvalidArgument("column %s is neither a date nor a timestamp and has no parts",
                           column.name.c_str());
  }
  switch (part) {
    case v1::DATE_PART_QUARTER:
      domain.part = data::KeyPart::kQuarter;
      domain.values = Numbers(1, 4);
      return OkStatus();
    case v1::DATE_PART_MONTH:
      domain.part = data::KeyPart::kMonth;
      domain.values = Numbers(1, 12);
      return OkStatus();
    case v1::DATE_PART_DAY:
      domain.part = data::KeyPart::kDay;
      domain.values = Numbers(1, 31);
      return OkStatus();
    case v1::DATE_PART_WEEKDAY:
      domain.part = data::KeyPart::kWeekday;
      domain.values = Numbers(1, 7);
      return OkStatus();
    case v1::DATE_PART_HOUR:
      if (column.type == v1::COLUMN_TYPE_DATE) {
        return InvalidArgument("column %s is a date and has no hours", column.name.c_str());
      }
      domain.part = data::KeyPart::kHour;
      domain.values = Numbers(0, 23);
      return OkStatus();
    default:
      return InvalidArgument("a year is no part with a public end: name a period instead");
  }
}

data::KeyPart PartOf(v1::PeriodLength length) {
  switch (length) {
    case v1::PERIOD_LENGTH_YEAR:
      return data::KeyPart::kPeriodYear;
    case v1::PERIOD_LENGTH_MONTH:
      return data::KeyPart::kPeriodMonth;
    case v1::PERIOD_LENGTH_DAY:
      return data::KeyPart::kPeriodDay;
    default:
      return data::KeyPart::kPeriodHour;
  }
}

Status SetPeriod(const data::ColumnDescription& column, const v1::Period& period,
                 data::KeyDomain& domain) {
  if (!IsTime(column)) {
    return InvalidArgument("column %s is neither a date nor a timestamp and has no periods",
                           column.name.c_str());
  }
  if (column.type == v1::COLUMN_TYPE_DATE && period.per() == v1::PERIOD_LENGTH_HOUR) {
    return InvalidArgument("column %s is a date and has no hours", column.name.c_str());
  }
  domain.part = PartOf(period.per());
  WEIR_ASSIGN_OR_RETURN(domain.values, PeriodsOf(period));
  return OkStatus();
}

Status SetLevel(const data::ColumnDescription& column, const std::string& name,
                data::KeyDomain& domain) {
  const std::optional<size_t> level = column.FindLevel(name);
  if (!level.has_value()) {
    return InvalidArgument("column %s has no level %s in its hierarchy", column.name.c_str(),
                           name.c_str());
  }
  for (const data::HierarchyGroup& group : column.hierarchy[*level].groups) {
    domain.values.push_back(group.name);
  }
  domain.members = column.ValuesOfGroups(*level);
  return OkStatus();
}

Status SetAllLevels(const data::ColumnDescription& column, data::KeyDomain& domain) {
  if (column.hierarchy.empty()) {
    return InvalidArgument("column %s has no hierarchy in the dataset document",
                           column.name.c_str());
  }
  if (column.missing_is_key) {
    return InvalidArgument(
        "column %s counts missing values as a key of its own, which is in no level of its "
        "hierarchy",
        column.name.c_str());
  }
  domain.values = column.domain;
  return OkStatus();
}

Status SetValues(const data::ColumnDescription& column, bool may_be_open, data::KeyDomain& domain) {
  domain.values = column.domain;
  if (domain.values.empty() && column.type == v1::COLUMN_TYPE_BOOL) {
    domain.values = {"false", "true"};
  }
  if (!domain.values.empty()) return OkStatus();
  if (!may_be_open) {
    return InvalidArgument(
        "key %s needs a public `domain` in the dataset document, buckets in the spec, or a "
        "`selection` of the keys that are shown",
        column.name.c_str());
  }
  domain.open = true;
  return OkStatus();
}

int FormsOf(const v1::Key& key) {
  return static_cast<int>(key.has_bucket()) +
         static_cast<int>(key.part() != v1::DATE_PART_UNSPECIFIED) +
         static_cast<int>(key.has_period()) + static_cast<int>(!key.level().empty()) +
         static_cast<int>(key.all_levels());
}

}  // namespace

StatusOr<const data::ColumnDescription*> FindColumn(const data::DatasetDescription& dataset,
                                                    const std::string& name) {
  const data::ColumnDescription* column = dataset.FindColumn(name);
  if (column == nullptr) {
    return InvalidArgument("data set %s has no column %s", dataset.id().c_str(), name.c_str());
  }
  return column;
}

bool IsNumeric(const data::ColumnDescription& column) {
  return column.type == v1::COLUMN_TYPE_INT || column.type == v1::COLUMN_TYPE_DECIMAL;
}

StatusOr<std::vector<Decimal>> ReadAscending(
    const google::protobuf::RepeatedPtrField<std::string>& texts, const char* what) {
  std::vector<Decimal> values;
  for (const std::string& text : texts) {
    WEIR_ASSIGN_OR_RETURN(const Decimal value, ParseDecimal(text));
    if (!values.empty() && Compare(values.back(), value) >= 0) {
      return InvalidArgument("%s must ascend, got %s after %s", what, text.c_str(),
                             FormatDecimal(values.back()).c_str());
    }
    values.push_back(value);
  }
  return values;
}

std::string BucketLabel(const std::vector<Decimal>& edges, size_t bucket) {
  return "[" + FormatDecimal(edges[bucket]) + "," + FormatDecimal(edges[bucket + 1]) + ")";
}

StatusOr<data::KeyDomain> PlanKey(const data::DatasetDescription& dataset, const v1::Key& key,
                                  bool may_be_open) {
  WEIR_ASSIGN_OR_RETURN(const data::ColumnDescription* column, FindColumn(dataset, key.column()));
  data::KeyDomain domain{.column = column->name, .missing_is_key = column->missing_is_key};
  if (FormsOf(key) > 1) {
    return InvalidArgument("a key has at most one of bucket, part, period, level and all_levels");
  }
  if (key.keep_negative() && !key.all_levels()) {
    return InvalidArgument("keep_negative goes with all_levels: nothing else is cut at 0");
  }
  if (key.has_bucket()) {
    if (!IsNumeric(*column)) {
      return InvalidArgument("buckets need a number; column %s is none", column->name.c_str());
    }
    WEIR_ASSIGN_OR_RETURN(domain.edges, ReadEdges(key.bucket()));
  } else if (key.part() != v1::DATE_PART_UNSPECIFIED) {
    WEIR_RETURN_IF_ERROR(SetPart(*column, key.part(), domain));
  } else if (key.has_period()) {
    WEIR_RETURN_IF_ERROR(SetPeriod(*column, key.period(), domain));
  } else if (!key.level().empty()) {
    WEIR_RETURN_IF_ERROR(SetLevel(*column, key.level(), domain));
  } else if (key.all_levels()) {
    WEIR_RETURN_IF_ERROR(SetAllLevels(*column, domain));
  } else {
    WEIR_RETURN_IF_ERROR(SetValues(*column, may_be_open, domain));
  }
  return domain;
}

std::vector<std::optional<std::string>> LabelsOf(const data::KeyDomain& key) {
  std::vector<std::optional<std::string>> labels(key.values.begin(), key.values.end());
  for (size_t i = 0; i + 1 < key.edges.size(); ++i) labels.emplace_back(BucketLabel(key.edges, i));
  if (key.missing_is_key) labels.emplace_back(std::nullopt);
  return labels;
}

v1::Key CanonicalKey(const v1::Key& key, const data::KeyDomain& domain) {
  v1::Key canonical = key;
  if (!key.has_bucket()) return canonical;
  canonical.mutable_bucket()->clear_edges();
  for (const Decimal& edge : domain.edges) {
    canonical.mutable_bucket()->add_edges(FormatDecimal(edge));
  }
  return canonical;
}

StatusOr<data::Condition> PlanCondition(const data::DatasetDescription& dataset,
                                        const v1::Condition& asked) {
  WEIR_RETURN_IF_ERROR(FindColumn(dataset, asked.column()).status());
  const auto given = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
  };
  return data::CanonicalCondition(dataset,
                                  {.column = asked.column(),
                                   .in = {asked.in().begin(), asked.in().end()},
                                   .not_in = {asked.not_in().begin(), asked.not_in().end()},
                                   .at_least = given(asked.at_least()),
                                   .above = given(asked.above()),
                                   .at_most = given(asked.at_most()),
                                   .below = given(asked.below())});
}

v1::Condition DescribeCondition(const data::Condition& condition) {
  v1::Condition described;
  described.set_column(condition.column);
  for (const std::string& text : condition.in) described.add_in(text);
  for (const std::string& text : condition.not_in) described.add_not_in(text);
  described.set_at_least(condition.at_least.value_or(""));
  described.set_above(condition.above.value_or(""));
  described.set_at_most(condition.at_most.value_or(""));
  described.set_below(condition.below.value_or(""));
  return described;
}

Status CheckZeros(const doc::Document<v1::ReleaseSpec>& spec) {
  struct Number {
    const char* path;
    uint64_t value;
  };
  const v1::Bounds& bounds = spec.message.bounds();
  for (const Number& number :
       {Number{"bounds.max_keys_per_unit", bounds.max_keys_per_unit()},
        Number{"bounds.max_rows_per_key", bounds.max_rows_per_key()},
        Number{"bounds.max_rows_per_unit", bounds.max_rows_per_unit()},
        Number{"bounds.estimate.max_keys_per_unit", bounds.estimate().max_keys_per_unit()},
        Number{"bounds.estimate.max_rows_per_key", bounds.estimate().max_rows_per_key()},
        Number{"selection.min_units", spec.message.selection().min_units()}}) {
    if (number.value > 0 || !spec.locations.Find(number.path).ok()) continue;
    return spec.locations.At(number.path,
                             InvalidArgument("%s must be at least 1, got 0", number.path));
  }
  return OkStatus();
}

StatusOr<std::vector<std::string>> PlanWindows(const data::DatasetDescription& dataset,
                                               const v1::ReleaseSpec& spec) {
  std::vector<std::string> windows(spec.windows().begin(), spec.windows().end());
  if (windows.empty()) return windows;
  if (windows.size() > ledger::kMaxWindows) {
    return InvalidArgument("a release names at most %zu windows, got %zu", ledger::kMaxWindows,
                           windows.size());
  }
  const std::optional<PrivacyUnit::Window>& window = dataset.unit().window();
  if (!window.has_value()) {
    return InvalidArgument("data set %s has no window", dataset.id().c_str());
  }
  for (const std::string& text : windows) {
    if (!IsWindowText(text, window->period)) {
      return InvalidArgument("%s is not a window of data set %s", text.c_str(),
                             dataset.id().c_str());
    }
  }
  std::sort(windows.begin(), windows.end());
  if (std::adjacent_find(windows.begin(), windows.end()) != windows.end()) {
    return InvalidArgument("a window is named twice");
  }
  return windows;
}

}  // namespace weir::release::internal
