// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_PARQUET_FOOTER_H_
#define WEIR_DATA_INTERNAL_PARQUET_FOOTER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "weir/base/status.h"
#include "weir/data/source_file.h"

namespace weir::data::internal {

// Two marks in a Parquet file make a reader refuse the whole of it for one value: "text", when a
// value is not UTF-8, and "milliseconds", when a time does not fit into microseconds. So that one
// row cannot decide whether a file can be read, we take these marks away and judge each value
// ourselves.

struct UnmarkedMetadata {
  std::string bytes;
  // Top-level columns that hold milliseconds since 1970-01-01 as plain INT64 now.
  std::set<std::string> milliseconds;
};

// `metadata`: the FileMetaData of a Parquet file (parquet.thrift, Thrift's compact protocol). The
// same without converted_type UTF8, ENUM, JSON and logicalType STRING, ENUM, JSON; and in top-level
// columns without TIMESTAMP_MILLIS and TIMESTAMP(MILLIS). Nothing else changes. Empty: the bytes
// are no FileMetaData.
std::optional<UnmarkedMetadata> Unmark(std::string_view metadata);

struct UnmarkedFile {
  OpenFile file;
  std::set<std::string> milliseconds;
};

// A copy of the Parquet file with such metadata: without a name, in `folder`, or in memory if
// `folder` is empty and the file has at most `memory_bytes`.
//
// Errors: DATA_LOSS          no Parquet file, or its metadata is encrypted.
//         RESOURCE_EXHAUSTED the copy does not fit.
//         UNAVAILABLE        the disk fails.
StatusOr<UnmarkedFile> CopyUnmarked(const OpenFile& file, const std::string& folder,
                                    uint64_t memory_bytes);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_PARQUET_FOOTER_H_
