// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/collapse.h"

#include "weir/anon/internal/collapse_table.h"

namespace weir::anon {

class RecordCollapser final {
 public:
  static StatusOr<CollapsedTable> Collapse(const Microdata& microdata,
                                           const CollapseRequest& request) {
    const internal::CodedTable* const population =
        request.population == nullptr ? nullptr : &request.population->table(AnonKey());
    return internal::CollapseTable(microdata.table(AnonKey()), request, population);
  }
};

StatusOr<CollapsedTable> Collapse(const Microdata& microdata, const CollapseRequest& request) {
  return RecordCollapser::Collapse(microdata, request);
}

}  // namespace weir::anon
