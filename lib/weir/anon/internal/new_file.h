// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_NEW_FILE_H_
#define WEIR_ANON_INTERNAL_NEW_FILE_H_

#include <string>
#include <utility>

#include "weir/base/status.h"
#include "weir/data/source_file.h"

namespace weir::anon::internal {

// Whom the mode of a file lets read it; the user's mask may let fewer.
enum class Readers {
  kAll,    // made to be given away
  kOwner,  // exact facts
};

// A file that is written without a name and gets one when it is complete: whoever is interrupted,
// even by force, leaves nothing. Where the file system has no files without names, one with a
// temporary name, which only a crash leaves behind.
class NewFile {
 public:
  // Errors: ALREADY_EXISTS    the file exists and `replace` is not set.
  //         INVALID_ARGUMENT  no path.
  //         as FileError      the folder does not exist or cannot be written to, a folder has the
  //                           name, the disk is full.
  static StatusOr<NewFile> Create(const std::string& path, bool replace,
                                  Readers readers = Readers::kAll);
  ~NewFile();
  NewFile(NewFile&& other) noexcept;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  NewFile& operator=(NewFile&&) = delete;

  const data::OpenFile& file() const { return file_; }

  // Brings to the disk what was written. Errors: as Commit; whoever calls it must heed them, since
  // the system tells each failure once.
  Status Sync() const;

  // Makes it durable and gives it its name, at once or not at all. Errors: as Create, and
  // UNAVAILABLE where the disk fails.
  Status Commit();

 private:
  NewFile(std::string path, bool replace, data::OpenFile file, std::string temporary_name)
      : path_(std::move(path)),
        replace_(replace),
        file_(std::move(file)),
        temporary_name_(std::move(temporary_name)) {}

  std::string path_;
  bool replace_;
  data::OpenFile file_;
  std::string temporary_name_;  // empty: it has no name
};

// The first errors of NewFile::Create that can be known: for asking before long work.
Status CheckNewFile(const std::string& path, bool replace);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_NEW_FILE_H_
