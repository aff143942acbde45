// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CANONICAL_CONDITION_H_
#define WEIR_DATA_CANONICAL_CONDITION_H_

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"

namespace weir::data {

// The one way to write a condition: every value in its type's canonical text, lists ascending as
// texts and without repetitions.
// Errors: INVALID_ARGUMENT no such column, or a value that is not of its type.
StatusOr<Condition> CanonicalCondition(const DatasetDescription& dataset, Condition condition);

}  // namespace weir::data

#endif  // WEIR_DATA_CANONICAL_CONDITION_H_
