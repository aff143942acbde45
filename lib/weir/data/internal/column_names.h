// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_COLUMN_NAMES_H_
#define WEIR_DATA_INTERNAL_COLUMN_NAMES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "weir/base/status.h"

namespace weir::data::internal {

// A source that has the columns `found` has none of this name: says which it has.
Status NoColumn(const std::string& name, const std::vector<std::string>& found);

// The place of a column. INVALID_ARGUMENT: there is none, or there are two.
StatusOr<size_t> FindName(const std::vector<std::string>& names, const std::string& name);

// The places of the columns `names` in the first line of a text file.
// INVALID_ARGUMENT: it lacks one, which is said without its cells unless it is a header; or has
// two.
StatusOr<std::vector<size_t>> FindInHeader(const std::vector<std::string>& line,
                                           const std::vector<std::string>& names);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_COLUMN_NAMES_H_
