// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_FILE_FORM_H_
#define WEIR_DATA_INTERNAL_FILE_FORM_H_

#include <string>

#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {

// Whether a file begins, and a Parquet file ends, as one of its form does: so that who gave a file
// a wrong name, or half a file, reads that and not what a parser makes of it. An empty text, also
// one whose name says that it is compressed, passes. `path`: its name, which tells how a text is
// compressed.
//
// Errors: DATA_LOSS        another form than the name says, or one that is not read.
//         INVALID_ARGUMENT Parquet that is compressed as a whole, by its name.
Status CheckForm(const OpenFile& file, const std::string& path, SourceFormat format);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_FILE_FORM_H_
