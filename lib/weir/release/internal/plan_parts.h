// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_PLAN_PARTS_H_
#define WEIR_RELEASE_INTERNAL_PLAN_PARTS_H_

#include <optional>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/release.pb.h"

// The rules of a spec, one function a part. None reads data.
namespace weir::release::internal {

// INVALID_ARGUMENT: there is no such column.
StatusOr<const data::ColumnDescription*> FindColumn(const data::DatasetDescription& dataset,
                                                    const std::string& name);
bool IsNumeric(const data::ColumnDescription& column);

// Errors: INVALID_ARGUMENT "`what` must ascend, ...", or a text that is no number.
StatusOr<std::vector<Decimal>> ReadAscending(
    const google::protobuf::RepeatedPtrField<std::string>& texts, const char* what);

// "[0,10)": bucket `bucket` between ascending edges.
std::string BucketLabel(const std::vector<Decimal>& edges, size_t bucket);

// Text of every code of a public domain; none: missing values.
std::vector<std::optional<std::string>> LabelsOf(const data::KeyDomain& key);

// The domain of a key: buckets of a number, parts or periods of a time, a level of a hierarchy, the
// column's declared values (with all levels of a hierarchy, too), or none if `may_be_open`.
StatusOr<data::KeyDomain> PlanKey(const data::DatasetDescription& dataset, const v1::Key& key,
                                  bool may_be_open);

// The same key with canonical decimals.
v1::Key CanonicalKey(const v1::Key& key, const data::KeyDomain& domain);

// Text of every period from the first to the last, both included.
// Errors: INVALID_ARGUMENT for text that is no period of that length, a last one before the first,
//         or more than 100,000 of them.
StatusOr<std::vector<std::string>> PeriodsOf(const v1::Period& period);

// The condition, in canonical text.
StatusOr<data::Condition> PlanCondition(const data::DatasetDescription& dataset,
                                        const v1::Condition& condition);

v1::Condition DescribeCondition(const data::Condition& condition);

// A number that is written as 0 is no number that is left out.
// Errors: INVALID_ARGUMENT naming its place in the spec.
Status CheckZeros(const doc::Document<v1::ReleaseSpec>& spec);

// Sorted; each of the form that the dataset's window has; at most ledger::kMaxWindows.
StatusOr<std::vector<std::string>> PlanWindows(const data::DatasetDescription& dataset,
                                               const v1::ReleaseSpec& spec);

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_PLAN_PARTS_H_
