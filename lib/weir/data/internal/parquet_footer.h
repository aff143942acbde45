// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_PARQUET_FOOTER_H_
#define WEIR_DATA_INTERNAL_PARQUET_FOOTER_H_

#include <optional>
#include <string>
#include <string_view>

#include "weir/base/status.h"
#include "weir/data/internal/source_file.h"

namespace weir::data::internal {

// A Parquet file says of a column of byte arrays that it holds text; readers then refuse the whole
// file for one value that is not UTF-8. So that one row cannot decide whether a file can be read,
// we take the mark away and judge each value ourselves.

// `metadata`: the FileMetaData of a Parquet file (parquet.thrift, Thrift's compact protocol). The
// same without the annotations UTF8, ENUM, JSON of converted_type and STRING, ENUM, JSON of
// logicalType; nothing else changes. Empty: the bytes are no FileMetaData.
std::optional<std::string> WithoutTextMarks(std::string_view metadata);

// A copy of the Parquet file with such metadata: without a name, in `folder`, or in memory if
// `folder` is empty and the file has at most `memory_bytes`.
//
// Errors: DATA_LOSS          no Parquet file, or its metadata is encrypted.
//         RESOURCE_EXHAUSTED the copy does not fit.
//         UNAVAILABLE        the disk fails.
StatusOr<OpenFile> CopyWithoutTextMarks(const OpenFile& file, const std::string& folder,
                                        uint64_t memory_bytes);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_PARQUET_FOOTER_H_
