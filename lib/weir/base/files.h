// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_FILES_H_
#define WEIR_BASE_FILES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/status.h"

namespace weir {

enum class FileMode : uint32_t {
  kPublic = 0644,
  kPrivate = 0600,  // keys, ledgers, everything that is not meant for other users
};

// Holds an exclusive lock until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// What the system says of a file, as a status: the one rule by which all code that opens, reads or
// writes files tells who or what is at fault, and by which programs end
// (docs/reference/exit-codes.md). "cannot <action> <path>: <reason>".
//
// NOT_FOUND           no such file or folder.
// PERMISSION_DENIED   the file or its folder is somebody else's, or the disk is read-only: whether
//                     it was to be read or to be written.
// FAILED_PRECONDITION something else stands there, or the name is too long.
// RESOURCE_EXHAUSTED  disk or quota full, no memory or descriptors left.
// UNAVAILABLE         everything else.
Status FileError(int error, std::string_view action, const std::string& path);

// Where the library reads and writes files. Paths are absolute or relative to the working
// directory. All methods are thread-safe. Error messages name the path and the system's reason.
//
// Errors of all: as FileError.
class Files {
 public:
  virtual ~Files() = default;

  // INVALID_ARGUMENT if larger than `limit_bytes` or not a regular file.
  virtual StatusOr<std::string> Read(const std::string& path, uint64_t limit_bytes) = 0;
  // The same for a file of secrets: PERMISSION_DENIED, saying how to repair it, if group or others
  // have any right to the file or it belongs to another user (root may own it).
  virtual StatusOr<std::string> ReadPrivate(const std::string& path, uint64_t limit_bytes) = 0;
  // `size` bytes from `offset`, fewer at the end of the file.
  virtual StatusOr<std::string> ReadRange(const std::string& path, uint64_t offset,
                                          uint64_t size) = 0;
  virtual StatusOr<uint64_t> Size(const std::string& path) = 0;
  virtual bool Exists(const std::string& path) = 0;

  // Replaces or creates: temporary file in the same folder, fsync, rename, fsync of the folder.
  // On an error the old content stands and no temporary file is left. A failed fsync ends the
  // process: what the disk holds is then unknown (reliability rule 4, "fsyncgate").
  virtual Status WriteDurably(const std::string& path, std::string_view data, FileMode mode) = 0;
  // Appends at `offset` exactly (FAILED_PRECONDITION if the file is shorter or longer); fsync.
  // On an error the file has its old length. NOT_FOUND if there is no file: WriteDurably makes it.
  virtual Status AppendDurably(const std::string& path, uint64_t offset, std::string_view data) = 0;
  // Atomic within one file system; both folders are synced.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  // OK if it does not exist.
  virtual Status Remove(const std::string& path) = 0;
  virtual Status RemoveTree(const std::string& path) = 0;
  // With parents, mode 0700.
  virtual Status MakeFolder(const std::string& path) = 0;
  // fsync of a folder: names created, renamed or removed in it are durable after. For files that
  // others write (SQLite's); the methods above do it by themselves.
  virtual Status SyncFolder(const std::string& path) = 0;
  // Names (not paths) in a folder, sorted; NOT_FOUND if there is none.
  virtual StatusOr<std::vector<std::string>> List(const std::string& path) = 0;
  // Creates the file if needed. FAILED_PRECONDITION if another process holds it.
  virtual StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
};

// The machine's file system; lives for ever.
Files& SystemFiles();

// Whether WriteDurably gives such names to its temporary files. A crash may leave one behind; who
// owns the folder removes it at the next start.
bool IsTemporaryName(std::string_view name);

// A new such name, for writers that WriteDurably does not suit.
std::string TemporaryName();

// The folder that a path stands in: "." without a slash, "/" for what stands in the root.
std::string FolderOf(std::string_view path);

// Joins with one slash; an absolute `name` stands alone.
std::string JoinPath(std::string_view folder, std::string_view name);

}  // namespace weir

#endif  // WEIR_BASE_FILES_H_
