// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_PROFILE_COLUMN_VALUES_H_
#define WEIR_ANON_PROFILE_COLUMN_VALUES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/profile/profile.h"

namespace weir::anon {

// A distinct value of a column.
struct CountedValue {
  std::string_view text;  // without white space around it
  uint64_t rows = 0;
};

// What the values of a column say. Everything but its name, role and reason is filled in, and those
// follow from AssignRole.
ColumnProfile ProfileColumn(std::string_view name, std::vector<CountedValue> values);

// Role, reason and hierarchy of a profiled column.
void AssignRole(ColumnProfile& column, const std::vector<CountedValue>& values);

}  // namespace weir::anon

#endif  // WEIR_ANON_PROFILE_COLUMN_VALUES_H_
