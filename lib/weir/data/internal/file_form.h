// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_FILE_FORM_H_
#define WEIR_DATA_INTERNAL_FILE_FORM_H_

#include "weir/base/status.h"
#include "weir/data/internal/byte_stream.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {

// Whether a file begins, and a Parquet file ends, as one of its form does: so that who gave a file
// a wrong name, or half a file, reads that and not what a parser makes of it. An empty text, also
// one whose name says that it is compressed, passes.
//
// Errors: DATA_LOSS  another form than the name says, or one that is not read; the message goes on
//                    after the path: " is not a Parquet file".
Status CheckParquetForm(const OpenFile& file);
Status CheckTextForm(const OpenFile& file, Compression compression);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_FILE_FORM_H_
