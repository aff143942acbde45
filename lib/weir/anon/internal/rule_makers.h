// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_RULE_MAKERS_H_
#define WEIR_ANON_INTERNAL_RULE_MAKERS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/hierarchy_rules.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon::internal {

// Most placeholders that a stated domain may need.
inline constexpr int64_t kMostDomainParts = 1'000'000;

using Values = std::span<const std::string_view>;

// One function a kind of rule; each leaves out the missing value "". They assume a rule that
// CheckHierarchyRule has passed.
StatusOr<RuleResult> ApplyInterval(const v1::IntervalRule& rule, v1::ValueType type, Values values);
StatusOr<RuleResult> ApplyGrid(const v1::GridRule& rule, Values values);
StatusOr<RuleResult> ApplyOrder(const v1::OrderRule& rule, Values values);
StatusOr<RuleResult> ApplyPrefix(const v1::PrefixRule& rule, Values values);
StatusOr<RuleResult> ApplyDate(const v1::DateRule& rule, Values values);
StatusOr<RuleResult> ApplyArea(const v1::AreaRule& rule, Values values);

// A number as data has it: spaces around, a plus sign and leading zeros are passed over.
StatusOr<Decimal> ReadDataDecimal(std::string_view text);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_RULE_MAKERS_H_
