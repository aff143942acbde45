// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_COLUMN_HEADER_H_
#define WEIR_DOC_COLUMN_HEADER_H_

#include <string_view>

namespace weir::doc {

// Whether a document can name a column by this text, as it stands in the header of a file: 1 to 128
// bytes of UTF-8 on one line, without control characters, byte order marks or controls of
// direction. So it can be shown as it is.
bool IsColumnHeader(std::string_view text);

}  // namespace weir::doc

#endif  // WEIR_DOC_COLUMN_HEADER_H_
