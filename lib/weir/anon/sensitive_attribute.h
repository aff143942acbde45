// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_SENSITIVE_ATTRIBUTE_H_
#define WEIR_ANON_SENSITIVE_ATTRIBUTE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/anon/tuple_table.h"
#include "weir/base/status.h"

namespace weir::anon {

// A sensitive attribute and how its values are spread over the whole table: what a class is
// compared with. Whoever sees the published file can count this, whatever the transformation.
struct SensitiveAttribute {
  std::string name;
  size_t place = 0;            // in TupleTable::sensitive and ClassView::sensitive
  std::vector<uint64_t> rows;  // by value; 0 for values of the domain that no row has
  uint64_t total = 0;          // sum of `rows`

  // Errors: NOT_FOUND            the table has no such sensitive attribute.
  //         FAILED_PRECONDITION  the table has no row.
  static StatusOr<SensitiveAttribute> Of(const TupleTable& table, std::string_view name);

  // Values that some row has.
  uint64_t values_in_use() const;
};

}  // namespace weir::anon

#endif  // WEIR_ANON_SENSITIVE_ATTRIBUTE_H_
