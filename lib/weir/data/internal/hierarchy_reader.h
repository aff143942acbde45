// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_HIERARCHY_READER_H_
#define WEIR_DATA_INTERNAL_HIERARCHY_READER_H_

#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/doc/locations.h"
#include "weir/v1/dataset.pb.h"

namespace weir::data::internal {

// Reads the hierarchy of a column whose name, type and domain are in `column`; `path` is where the
// column stands in the document.
//
// Errors: INVALID_ARGUMENT naming place and value: levels for a column without a domain, a level
//         without a name or with one used before, a level without groups, a group without a name
//         or without members, a member that is not there in the level before, is in two groups,
//         or is in none.
StatusOr<std::vector<HierarchyLevel>> ReadHierarchy(const doc::Locations& locations,
                                                    const std::string& path,
                                                    const ColumnDescription& column,
                                                    const v1::Column& message);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_HIERARCHY_READER_H_
