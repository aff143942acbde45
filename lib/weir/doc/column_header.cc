// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/column_header.h"

#include "weir/doc/internal/utf8.h"

namespace weir::doc {

bool IsColumnHeader(std::string_view text) {
  constexpr size_t kMostBytes = 128;
  return !text.empty() && text.size() <= kMostBytes && internal::IsText(text) &&
         text.find_first_of("\t\r\n") == std::string_view::npos;
}

}  // namespace weir::doc
