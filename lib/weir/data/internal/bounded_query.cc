// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/bounded_query.h"

#include <algorithm>

#include "weir/data/internal/record_words.h"
#include "weir/data/internal/time_text.h"

namespace weir::data::internal {
namespace {

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

  Status AddFilter(const Condition& condition) {
    WEIR_ASSIGN_OR_RETURN(const size_t column, Use(condition.column));
    WEIR_ASSIGN_OR_RETURN(RowFilter filter, RowFilter::Create(*query_.columns[column], condition));
    query_.filters.push_back({.column = column, .filter = std::move(filter)});
    return OkStatus();
  }

  Status AddKey(const KeyDomain& domain) {
    WEIR_ASSIGN_OR_RETURN(const size_t column, Use(domain.column));
    if (domain.open) {
      WEIR_ASSIGN_OR_RETURN(const OpenKey key, OpenKey::Create(*query_.columns[column], domain));
      query_.keys.push_back({.column = column, .open = key});
      query_.has_open_key = true;
      return OkStatus();
    }
    WEIR_ASSIGN_OR_RETURN(KeyCoder coder, KeyCoder::Create(*query_.columns[column], domain));
    if (query_.cells > (uint64_t{1} << 63) / coder.size()) {
      return InvalidArgument("the keys have more than 2^63 combinations");
    }
    query_.cells *= coder.size();
    query_.keys.push_back({.column = column, .closed = std::move(coder)});
    return OkStatus();
  }

  // All columns that come now are of measures alone.
  void EndOfRowColumns() { query_.columns_without_measures = query_.columns.size(); }

  Status AddMeasure(const Contribution& contribution) {
    if (contribution.kind == ContributionKind::kRows ||
        contribution.kind == ContributionKind::kUnits) {
      query_.measures.push_back({.kind = contribution.kind});
      return OkStatus();
    }
    WEIR_ASSIGN_OR_RETURN(const size_t column, Use(contribution.column));
    return AddContribution(contribution, column, query_);
  }

  Status AddHistogram(const UnitHistogram& histogram) {
    const bool is_of_values =
        histogram.figure == UnitFigure::kHighest || histogram.figure == UnitFigure::kLowest;
    size_t column = 0;
    if (is_of_values) {
      WEIR_ASSIGN_OR_RETURN(column, Use(histogram.column));
    }
    return internal::AddHistogram(histogram, column, query_);
  }

  Status SetBounds(const ContributionBounds& bounds) {
    query_.max_keys_per_unit = static_cast<uint64_t>(bounds.max_keys_per_unit.value());
    query_.max_rows_per_key = static_cast<uint64_t>(bounds.max_rows_per_key.value());
    if (!bounds.max_rows_per_unit.has_value()) return OkStatus();
    if (*bounds.max_rows_per_unit < 1) {
      return InvalidArgument("max_rows_per_unit must be at least 1, got %lld",
                             static_cast<long long>(*bounds.max_rows_per_unit));
    }
    const auto most = static_cast<uint64_t>(*bounds.max_rows_per_unit);
    if (most < uint128{query_.max_keys_per_unit} * query_.max_rows_per_key) {
      query_.max_rows_per_unit = most;
    }
    return OkStatus();
  }

  BoundedQuery Finish(RandomSource& random) && {
    PlaceWords(query_);
    for (SipKey* key : {&query_.unit_key, &query_.tuple_key, &query_.cell_key, &query_.share_key,
                        &query_.pair_key, &query_.sample_key}) {
      *key = MakeSipKey(random);
    }
    return std::move(query_);
  }

 private:
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
  if (query.measures.empty() && query.histograms.empty()) {
    return InvalidArgument("a query needs a measure");
  }
  Resolver resolver(dataset);
  WEIR_RETURN_IF_ERROR(resolver.AddUnit());
  WEIR_RETURN_IF_ERROR(resolver.AddWindow(query.windows));
  for (const Condition& condition : query.filter) {
    WEIR_RETURN_IF_ERROR(resolver.AddFilter(condition));
  }
  for (const KeyDomain& key : query.keys) WEIR_RETURN_IF_ERROR(resolver.AddKey(key));
  resolver.EndOfRowColumns();
  for (const Contribution& measure : query.measures) {
    WEIR_RETURN_IF_ERROR(resolver.AddMeasure(measure));
  }
  for (const UnitHistogram& histogram : query.histograms) {
    WEIR_RETURN_IF_ERROR(resolver.AddHistogram(histogram));
  }
  WEIR_RETURN_IF_ERROR(resolver.SetBounds(query.bounds));
  return resolver;
}

}  // namespace

StatusOr<BoundedQuery> ResolveQuery(const DatasetDescription& dataset, const AggregateQuery& query,
                                    RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(Resolver resolver, Resolve(dataset, query));
  return std::move(resolver).Finish(random);
}

}  // namespace weir::data::internal

namespace weir::data {

Status CheckQuery(const DatasetDescription& dataset, const AggregateQuery& query) {
  Status status = internal::Resolve(dataset, query).status();
  if (status.ok() || status.code() == StatusCode::kInvalidArgument) return status;
  return InvalidArgument("%s", MessageOf(status).c_str());
}

}  // namespace weir::data
