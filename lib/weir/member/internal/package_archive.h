// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_INTERNAL_PACKAGE_ARCHIVE_H_
#define WEIR_MEMBER_INTERNAL_PACKAGE_ARCHIVE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/base/status.h"
#include "weir/base/time.h"

namespace weir::member::internal {

// The three files inside a sealed package, in this order: delivery.note, manifest.note,
// payload.parquet.
struct PackageArchive {
  std::string delivery_note;
  std::string manifest_note;
  std::string payload;
  Time modified;  // whole seconds
};

// As a ustar archive that any `tar` unpacks: mode 0600, owner 0, nothing else. Equal arguments give
// equal bytes.
// Errors: INTERNAL  libarchive refuses.
StatusOr<std::string> WriteArchive(const PackageArchive& archive);

// Takes apart what WriteArchive makes and nothing else: ustar, exactly these three regular files
// in this order, no extension headers, links, owners or names beside them, padding of zeros.
// Errors: DATA_LOSS  anything else, or a file beyond its limit.
StatusOr<PackageArchive> ReadArchive(std::string_view tar, uint64_t payload_limit_bytes);

}  // namespace weir::member::internal

#endif  // WEIR_MEMBER_INTERNAL_PACKAGE_ARCHIVE_H_
