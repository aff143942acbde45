// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/bounded_query.h"

#include <algorithm>

#include "weir/data/internal/time_text.h"

namespace weir::data::internal {
namespace {

constexpr int64_t kMostGridSteps = 1'000'000'000'000'000'000;

class Resolver {
 public:
  explicit Resolver(const DatasetDescription& dataset) : dataset_(dataset) {}

  Status AddUnit() {
    for (const std::string& name : dataset_.unit().columns()) {
      WEIR_ASSIGN_OR_RETURN(const size_t column, Use(name));
      query_.unit_columns.push_back(column);
    }
    return OkStatus();
  }

  Status AddWindow(const std::vector<std::string>& names) {
    const auto& window = dataset_.unit().window();
    if (!window.has_value()) {
      if (names.empty()) return OkStatus();
      return InvalidArgument("data set %s has no windows", dataset_.id().c_str());
    }
    WEIR_ASSIGN_OR_RETURN(const size_t column, Use(window->column));
    const v1::ColumnType type = query_.columns[column]->type;
    if (type != v1::COLUMN_TYPE_DATE && type != v1::COLUMN_TYPE_TIMESTAMP) {
      return InvalidArgument("window column %s is not a time", window->column.c_str());
    }
    query_.window = {
        .column = column, .period = window->period, .is_date = type == v1::COLUMN_TYPE_DATE};
    for (const std::string& name : names) {
      WEIR_ASSIGN_OR_RETURN(const int64_t number, ParseWindow(window->period, name));
      query_.window->admitted.insert(number);
    }
    return OkStatus();
  }

  Status AddKey(const KeyDomain& domain) {
    WEIR_ASSIGN_OR_RETURN(const size_t column, Use(domain.column));
    WEIR_ASSIGN_OR_RETURN(KeyCoder coder, KeyCoder::Create(*query_.columns[column], domain));
    if (query_.cells > (uint64_t{1} << 63) / coder.size()) {
      return InvalidArgument("the keys have more than 2^63 combinations");
    }
    query_.cells *= coder.size();
    query_.keys.push_back({.column = column, .coder = std::move(coder)});
    return OkStatus();
  }

  Status AddMeasure(const Contribution& contribution) {
    BoundedQuery::Measure measure{.kind = contribution.kind};
    if (contribution.kind == ContributionKind::kSum) {
      WEIR_RETURN_IF_ERROR(CheckSum(contribution));
      WEIR_ASSIGN_OR_RETURN(const size_t column, Use(contribution.column));
      const v1::ColumnType type = query_.columns[column]->type;
      if (type != v1::COLUMN_TYPE_INT && type != v1::COLUMN_TYPE_DECIMAL) {
        return InvalidArgument("column %s has no numbers to sum", contribution.column.c_str());
      }
      measure.sum = query_.sums.size();
      query_.sums.push_back(
          {.column = column, .contribution = contribution, .is_int = type == v1::COLUMN_TYPE_INT});
    }
    query_.measures.push_back(measure);
    return OkStatus();
  }

  BoundedQuery Finish(const ContributionBounds& bounds, RandomSource& random) && {
    query_.max_keys_per_unit = static_cast<uint64_t>(bounds.max_keys_per_unit.value());
    query_.max_rows_per_key = static_cast<uint64_t>(bounds.max_rows_per_key.value());
    query_.unit_key = MakeSipKey(random);
    query_.cell_key = MakeSipKey(random);
    query_.sample_key = MakeSipKey(random);
    return std::move(query_);
  }

 private:
  static Status CheckSum(const Contribution& contribution) {
    const char* column = contribution.column.c_str();
    if (contribution.grid.coefficient < 1 || contribution.grid.coefficient > kMostGridSteps) {
      return InvalidArgument("sum of %s: grid %s is not a positive decimal of 18 digits", column,
                             FormatDecimal(contribution.grid).c_str());
    }
    if (contribution.lowest > contribution.highest) {
      return InvalidArgument("sum of %s: the clamps do not ascend", column);
    }
    return OkStatus();
  }

  StatusOr<size_t> Use(const std::string& name) {
    for (size_t i = 0; i < query_.columns.size(); ++i) {
      if (query_.columns[i]->name == name) return i;
    }
    const ColumnDescription* column = dataset_.FindColumn(name);
    if (column == nullptr) {
      return InvalidArgument("data set %s describes no column %s", dataset_.id().c_str(),
                             name.c_str());
    }
    query_.columns.push_back(column);
    return query_.columns.size() - 1;
  }

  const DatasetDescription& dataset_;
  BoundedQuery query_;
};

StatusOr<Resolver> Resolve(const DatasetDescription& dataset, const AggregateQuery& query) {
  if (query.measures.empty()) return InvalidArgument("a query needs a measure");
  Resolver resolver(dataset);
  WEIR_RETURN_IF_ERROR(resolver.AddUnit());
  WEIR_RETURN_IF_ERROR(resolver.AddWindow(query.windows));
  for (const KeyDomain& key : query.keys) WEIR_RETURN_IF_ERROR(resolver.AddKey(key));
  for (const Contribution& measure : query.measures) {
    WEIR_RETURN_IF_ERROR(resolver.AddMeasure(measure));
  }
  return resolver;
}

}  // namespace

StatusOr<BoundedQuery> ResolveQuery(const DatasetDescription& dataset, const AggregateQuery& query,
                                    RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(Resolver resolver, Resolve(dataset, query));
  return std::move(resolver).Finish(query.bounds, random);
}

}  // namespace weir::data::internal

namespace weir::data {

Status CheckQuery(const DatasetDescription& dataset, const AggregateQuery& query) {
  Status status = internal::Resolve(dataset, query).status();
  if (status.ok() || status.code() == StatusCode::kInvalidArgument) return status;
  return InvalidArgument("%s", MessageOf(status).c_str());
}

}  // namespace weir::data
