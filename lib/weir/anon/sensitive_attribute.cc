// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/sensitive_attribute.h"

#include <algorithm>

namespace weir::anon {

StatusOr<SensitiveAttribute> SensitiveAttribute::Of(const TupleTable& table,
                                                    std::string_view name) {
  for (size_t place = 0; place < table.sensitive.size(); ++place) {
    const SensitiveColumn& column = table.sensitive[place];
    if (column.name != name) continue;
    SensitiveAttribute attribute{.name = column.name,
                                 .place = place,
                                 .rows = std::vector<uint64_t>(column.values, 0),
                                 .total = 0};
    for (const ValueCount& count : column.counts.items) {
      attribute.rows[count.value] += count.rows;
      attribute.total += count.rows;
    }
    if (attribute.total == 0) return FailedPrecondition("the table has no row");
    return attribute;
  }
  return NotFound("the table has no sensitive attribute %s", QuoteText(name).c_str());
}

uint64_t SensitiveAttribute::values_in_use() const {
  return static_cast<uint64_t>(
      std::count_if(rows.begin(), rows.end(), [](uint64_t count) { return count > 0; }));
}

}  // namespace weir::anon
