// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DP_INTERNAL_AUDIT_CASE_GROUPS_H_
#define WEIR_DP_INTERNAL_AUDIT_CASE_GROUPS_H_

#include <vector>

#include "weir/dp/audit_cases.h"
#include "weir/dp/intervals.h"

namespace weir::dp::internal {

// The rows of BuiltInAuditCases beside noise on numbers; each appends its own.

// Which keys are shown: the three rules, each on a key of some units and on a new key.
void AddSelectionCases(AuditBuild build, std::vector<AuditCase>& cases);

// Choices among candidates, and questions that stop at the first yes.
void AddChoiceCases(AuditBuild build, std::vector<AuditCase>& cases);

// Many noises of which a function is released: quantile trees, running totals.
void AddStructureCases(AuditBuild build, std::vector<AuditCase>& cases);

// The same law, 10 % too small.
NoiseLaw ShrinkNoise(const NoiseLaw& law);

}  // namespace weir::dp::internal

#endif  // WEIR_DP_INTERNAL_AUDIT_CASE_GROUPS_H_
