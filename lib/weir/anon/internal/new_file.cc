// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/new_file.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weir/base/files.h"

namespace weir::anon::internal {
namespace {

mode_t ModeFor(Readers readers) { return readers == Readers::kOwner ? 0600 : 0644; }

Status WriteError(const std::string& path, int error) {
  return error == EEXIST ? AlreadyExists("%s exists", path.c_str())
                         : FileError(error, "write", path);
}

Status SyncFolder(const std::string& folder) {
  const data::OpenFile file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.descriptor() >= 0 && ::fsync(file.descriptor()) == 0) return OkStatus();
  return WriteError(folder, errno);
}

}  // namespace

Status CheckNewFile(const std::string& path, bool replace) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return InvalidArgument("the path of the output must not be empty or hold a zero byte");
  }
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) == 0) {
    if (S_ISDIR(facts.st_mode)) return WriteError(path, EISDIR);
    if (!replace) return WriteError(path, EEXIST);
  }
  if (::stat(FolderOf(path).c_str(), &facts) != 0) return WriteError(path, errno);
  return S_ISDIR(facts.st_mode) ? OkStatus() : WriteError(path, ENOTDIR);
}

StatusOr<NewFile> NewFile::Create(const std::string& path, bool replace, Readers readers) {
  WEIR_RETURN_IF_ERROR(CheckNewFile(path, replace));
  const std::string folder = FolderOf(path);
  data::OpenFile unnamed(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, ModeFor(readers)));
  if (unnamed.descriptor() >= 0) return NewFile(path, replace, std::move(unnamed), "");
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) return WriteError(path, errno);
  std::string name = JoinPath(folder, TemporaryName());
  data::OpenFile named(
      ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, ModeFor(readers)));
  if (named.descriptor() < 0) return WriteError(path, errno);
  return NewFile(path, replace, std::move(named), std::move(name));
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      replace_(other.replace_),
      file_(std::move(other.file_)),
      temporary_name_(std::exchange(other.temporary_name_, {})) {}

NewFile::~NewFile() {
  if (!temporary_name_.empty()) ::unlink(temporary_name_.c_str());
}

Status NewFile::Sync() const {
  return ::fsync(file_.descriptor()) == 0 ? OkStatus() : WriteError(path_, errno);
}

Status NewFile::Commit() {
  WEIR_RETURN_IF_ERROR(Sync());
  const std::string folder = FolderOf(path_);
  if (!replace_) {
    // A link never replaces, so two writers cannot both win.
    const std::string from = temporary_name_.empty() ? file_.ProcessPath() : temporary_name_;
    if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      return WriteError(path_, errno);
    }
    return SyncFolder(folder);
  }
  if (temporary_name_.empty()) {
    std::string name = JoinPath(folder, TemporaryName());
    if (::linkat(AT_FDCWD, file_.ProcessPath().c_str(), AT_FDCWD, name.c_str(),
                 AT_SYMLINK_FOLLOW) != 0) {
      return WriteError(path_, errno);
    }
    temporary_name_ = std::move(name);
  }
  if (::rename(temporary_name_.c_str(), path_.c_str()) != 0) return WriteError(path_, errno);
  temporary_name_.clear();
  return SyncFolder(folder);
}

}  // namespace weir::anon::internal
