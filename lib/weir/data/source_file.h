// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_SOURCE_FILE_H_
#define WEIR_DATA_SOURCE_FILE_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "weir/base/status.h"

namespace weir::data {

// An open file, closed with the object. Move-only.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile();
  OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;

  int descriptor() const { return descriptor_; }
  // A name of this very file, free of characters that mean something in a path pattern; whoever
  // swaps the file under its first name changes nothing.
  std::string ProcessPath() const;

 private:
  int descriptor_;
};

// For reading. INVALID_ARGUMENT, naming the path: not a regular file (a symbolic link to one is).
// Missing, not readable: as FileError.
StatusOr<OpenFile> OpenRegularFile(const std::string& path);

StatusOr<uint64_t> SizeOf(const OpenFile& file);

// Another descriptor of the same open file.
StatusOr<OpenFile> Duplicate(const OpenFile& file);

// What changes when somebody writes to a file, or puts another in its place.
struct FileFacts {
  uint64_t device = 0;  // with `inode` which file it is, whatever its name
  uint64_t inode = 0;
  uint64_t size = 0;     // bytes
  int64_t modified = 0;  // nanoseconds since 1970
  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};
StatusOr<FileFacts> FactsOf(const OpenFile& file);

// Fills the front of `buffer`: fewer bytes than its size only at the end of the file.
StatusOr<size_t> ReadAt(const OpenFile& file, uint64_t offset, std::span<char> buffer);

// SHA-256 of all bytes, as 64 lower-case hexadecimal digits.
StatusOr<std::string> Sha256Of(const OpenFile& file);

// A file without a name in memory, and one on disk in `folder` (mode 0600).
// RESOURCE_EXHAUSTED: there is none to be had.
StatusOr<OpenFile> MakeMemoryFile();
StatusOr<OpenFile> MakeUnnamedFile(const std::string& folder);

// RESOURCE_EXHAUSTED: the disk is full.
Status WriteAt(const OpenFile& file, uint64_t offset, std::span<const char> data);

}  // namespace weir::data

#endif  // WEIR_DATA_SOURCE_FILE_H_
