// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_SOURCE_FILES_H_
#define WEIR_DATA_INTERNAL_SOURCE_FILES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"

namespace weir::data::internal {

inline constexpr size_t kMostFiles = 100'000;

// The path of a source names one file or, if it holds `*` or `?`, all files that match: `?` is one
// byte of a name, `*` any number of them, and `**` as a whole name any number of folders, none
// included. No wildcard takes a slash, or the dot that a name begins with. Other characters stand
// for themselves, brackets too.
bool IsPattern(std::string_view path);
bool MatchesPattern(std::string_view pattern, std::string_view path);

// The files of a path, sorted by the bytes of their names; the path itself if it is no pattern. A
// pattern takes no folders, and `**` enters no folder by a symbolic link.
// INVALID_ARGUMENT: nothing matches, more than kMostFiles do, or a folder cannot be read.
StatusOr<std::vector<std::string>> FindFiles(const std::string& path);

// The value that a folder of the path gives a column: `2025` for year in
// "/data/year=2025/part-0.parquet". Names and values are percent-decoded; none: the folder says
// `__HIVE_DEFAULT_PARTITION__`, or nothing behind the `=`.
// INVALID_ARGUMENT: no folder, or two, give the column a value; what is decoded is damaged.
StatusOr<std::optional<std::string>> PartitionValue(std::string_view path,
                                                    const std::string& column);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_SOURCE_FILES_H_
