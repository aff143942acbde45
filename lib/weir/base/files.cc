// SPDX-License-Identifier: Apache-2.0
#include "weir/base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weir/base/bytes.h"
#include "weir/base/random.h"

namespace weir {
namespace {

constexpr std::string_view kTemporaryPrefix = ".weir-";
constexpr std::string_view kTemporarySuffix = ".tmp";
constexpr uint64_t kReadStepBytes = uint64_t{1} << 20;

Status CheckPath(const std::string& path) {
  if (path.find('\0') == std::string::npos) return OkStatus();
  return InvalidArgument("a path must not hold a zero byte, got %s", QuoteText(path).c_str());
}

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

StatusOr<Descriptor> Open(const std::string& path, int flags, const char* action) {
  WEIR_RETURN_IF_ERROR(CheckPath(path));
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (file.fd() < 0) return FileError(errno, action, path);
  return file;
}

StatusOr<struct stat> Inspect(const Descriptor& file, const std::string& path) {
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0) return FileError(errno, "inspect", path);
  return info;
}

// Without O_NONBLOCK, opening a pipe would wait for its writer.
StatusOr<Descriptor> OpenRegular(const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(Descriptor file, Open(path, O_RDONLY | O_NONBLOCK, "read"));
  WEIR_ASSIGN_OR_RETURN(const struct stat info, Inspect(file, path));
  if (!S_ISREG(info.st_mode)) return InvalidArgument("%s is not a regular file", path.c_str());
  return file;
}

std::string NameOf(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

// After a failed fsync the kernel may have dropped the dirty pages and forgotten the error, so
// neither the old nor the new content is certain and a retry would lie.
void SyncOrAbort(const Descriptor& file, const std::string& path) {
  if (::fsync(file.fd()) == 0) return;
  static_cast<void>(std::fprintf(
      stderr, "weir: fsync of %s failed: %s; stopping, what the disk holds is unknown\n",
      path.c_str(), ::strerrordesc_np(errno)));
  std::abort();
}

StatusOr<Descriptor> OpenFolder(const std::string& path) {
  return Open(path, O_RDONLY | O_DIRECTORY, "open folder");
}

Status SyncFolderAt(const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const Descriptor folder, OpenFolder(path));
  SyncOrAbort(folder, path);
  return OkStatus();
}

// 0, or the error number of the write that failed.
int WriteAll(const Descriptor& file, uint64_t offset, std::string_view data) {
  while (!data.empty()) {
    const ssize_t size = ::pwrite(file.fd(), data.data(), data.size(), static_cast<off_t>(offset));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno;
    offset += static_cast<uint64_t>(size);
    data.remove_prefix(static_cast<size_t>(size));
  }
  return 0;
}

StatusOr<std::string> ReadAt(const Descriptor& file, const std::string& path, uint64_t offset,
                             uint64_t size) {
  std::string data;
  while (data.size() < size) {
    const size_t had = data.size();
    data.resize(had + static_cast<size_t>(std::min(size - had, kReadStepBytes)));
    const ssize_t got =
        ::pread(file.fd(), data.data() + had, data.size() - had, static_cast<off_t>(offset + had));
    const int error = errno;
    data.resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) break;
    if (got < 0 && error != EINTR) return FileError(error, "read", path);
  }
  return data;
}

StatusOr<std::string> ReadWhole(const Descriptor& file, const std::string& path,
                                uint64_t limit_bytes) {
  const uint64_t ask = limit_bytes == UINT64_MAX ? limit_bytes : limit_bytes + 1;
  WEIR_ASSIGN_OR_RETURN(std::string data, ReadAt(file, path, 0, ask));
  if (data.size() > limit_bytes) {
    return InvalidArgument("%s is larger than %llu bytes", path.c_str(),
                           static_cast<unsigned long long>(limit_bytes));
  }
  return data;
}

Status CheckPrivate(const struct stat& info, const std::string& path) {
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    return PermissionDenied("%s holds secrets and belongs to another user", path.c_str());
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return OkStatus();
  return PermissionDenied("%s holds secrets and is open to other users (mode %04o): chmod 600 %s",
                          path.c_str(), static_cast<unsigned>(info.st_mode & 07777), path.c_str());
}

// A temporary file in `folder` that is removed unless it was renamed away.
class TemporaryFile {
 public:
  TemporaryFile(const Descriptor& folder, FileMode mode)
      : folder_(folder),
        name_(TemporaryName()),
        file_(::openat(folder.fd(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       static_cast<mode_t>(mode))),
        error_(file_.fd() < 0 ? errno : 0),
        exists_(file_.fd() >= 0) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (exists_) ::unlinkat(folder_.fd(), name_.c_str(), 0);
  }

  int error() const { return error_; }  // 0 when it was made
  const Descriptor& file() const { return file_; }
  // 0, or the error number.
  int RenameTo(const std::string& name) {
    if (::renameat(folder_.fd(), name_.c_str(), folder_.fd(), name.c_str()) != 0) return errno;
    exists_ = false;
    return 0;
  }

 private:
  const Descriptor& folder_;
  std::string name_;
  Descriptor file_;
  int error_;
  bool exists_;
};

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;  // closing it lets go
};

class PosixFiles final : public Files {
 public:
  StatusOr<std::string> Read(const std::string& path, uint64_t limit_bytes) override {
    WEIR_ASSIGN_OR_RETURN(const Descriptor file, OpenRegular(path));
    return ReadWhole(file, path, limit_bytes);
  }

  StatusOr<std::string> ReadPrivate(const std::string& path, uint64_t limit_bytes) override {
    WEIR_ASSIGN_OR_RETURN(const Descriptor file, OpenRegular(path));
    WEIR_ASSIGN_OR_RETURN(const struct stat info, Inspect(file, path));
    WEIR_RETURN_IF_ERROR(CheckPrivate(info, path));
    return ReadWhole(file, path, limit_bytes);
  }

  StatusOr<std::string> ReadRange(const std::string& path, uint64_t offset,
                                  uint64_t size) override {
    WEIR_ASSIGN_OR_RETURN(const Descriptor file, OpenRegular(path));
    WEIR_ASSIGN_OR_RETURN(const struct stat info, Inspect(file, path));
    const auto end = static_cast<uint64_t>(info.st_size);
    if (offset >= end) return std::string();
    return ReadAt(file, path, offset, std::min(size, end - offset));
  }

  StatusOr<uint64_t> Size(const std::string& path) override {
    WEIR_RETURN_IF_ERROR(CheckPath(path));
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return FileError(errno, "inspect", path);
    if (!S_ISREG(info.st_mode)) return InvalidArgument("%s is not a regular file", path.c_str());
    return static_cast<uint64_t>(info.st_size);
  }

  bool Exists(const std::string& path) override {
    struct stat info {};
    return CheckPath(path).ok() && ::stat(path.c_str(), &info) == 0;
  }

  Status WriteDurably(const std::string& path, std::string_view data, FileMode mode) override {
    WEIR_RETURN_IF_ERROR(CheckPath(path));
    WEIR_ASSIGN_OR_RETURN(const Descriptor folder, OpenFolder(FolderOf(path)));
    TemporaryFile temporary(folder, mode);
    if (temporary.error() != 0) return FileError(temporary.error(), "write", path);
    if (const int error = WriteAll(temporary.file(), 0, data); error != 0) {
      return FileError(error, "write", path);
    }
    SyncOrAbort(temporary.file(), path);
    if (const int error = temporary.RenameTo(NameOf(path)); error != 0) {
      return FileError(error, "replace", path);
    }
    SyncOrAbort(folder, FolderOf(path));
    return OkStatus();
  }

  Status AppendDurably(const std::string& path, uint64_t offset, std::string_view data) override {
    WEIR_ASSIGN_OR_RETURN(const Descriptor file, Open(path, O_WRONLY | O_NONBLOCK, "append to"));
    // Two writers at one offset: the second must find the file longer.
    if (::flock(file.fd(), LOCK_EX) != 0) return FileError(errno, "lock", path);
    WEIR_ASSIGN_OR_RETURN(const struct stat info, Inspect(file, path));
    if (!S_ISREG(info.st_mode)) return InvalidArgument("%s is not a regular file", path.c_str());
    if (static_cast<uint64_t>(info.st_size) != offset) {
      return FailedPrecondition("%s has %lld bytes, not %llu", path.c_str(),
                                static_cast<long long>(info.st_size),
                                static_cast<unsigned long long>(offset));
    }
    if (const int error = WriteAll(file, offset, data); error != 0) {
      // Back to the old length, so that the same append can be tried again.
      if (::ftruncate(file.fd(), info.st_size) == 0) SyncOrAbort(file, path);
      return FileError(error, "append to", path);
    }
    SyncOrAbort(file, path);
    return OkStatus();
  }

  Status Rename(const std::string& from, const std::string& to) override {
    WEIR_RETURN_IF_ERROR(CheckPath(from));
    WEIR_RETURN_IF_ERROR(CheckPath(to));
    if (::rename(from.c_str(), to.c_str()) != 0) return FileError(errno, "rename", from);
    WEIR_RETURN_IF_ERROR(SyncFolderAt(FolderOf(to)));
    return FolderOf(from) == FolderOf(to) ? OkStatus() : SyncFolderAt(FolderOf(from));
  }

  Status Remove(const std::string& path) override {
    WEIR_RETURN_IF_ERROR(CheckPath(path));
    if (::unlink(path.c_str()) == 0) return SyncFolderAt(FolderOf(path));
    return errno == ENOENT ? OkStatus() : FileError(errno, "remove", path);
  }

  Status RemoveTree(const std::string& path) override {
    WEIR_RETURN_IF_ERROR(CheckPath(path));
    std::error_code error;
    const uintmax_t removed = std::filesystem::remove_all(path, error);
    if (error) return FileError(error.value(), "remove", path);
    return removed == 0 ? OkStatus() : SyncFolderAt(FolderOf(path));
  }

  Status MakeFolder(const std::string& path) override {
    WEIR_RETURN_IF_ERROR(CheckPath(path));
    for (size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      WEIR_RETURN_IF_ERROR(MakeOneFolder(path.substr(0, slash)));
    }
    return MakeOneFolder(path);
  }

  Status SyncFolder(const std::string& path) override { return SyncFolderAt(path); }

  StatusOr<std::vector<std::string>> List(const std::string& path) override {
    WEIR_RETURN_IF_ERROR(CheckPath(path));
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(path, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    if (error) return FileError(error.value(), "list", path);
    std::sort(names.begin(), names.end());
    return names;
  }

  StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    while (true) {
      WEIR_ASSIGN_OR_RETURN(Descriptor file, Open(path, O_RDWR | O_CREAT | O_NOFOLLOW, "lock"));
      if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return FileError(errno, "lock", path);
        return FailedPrecondition("%s is locked by another process: try again when that has ended",
                                  path.c_str());
      }
      WEIR_ASSIGN_OR_RETURN(const struct stat held, Inspect(file, path));
      struct stat named {};
      // Somebody may have removed or replaced the file between opening and locking it.
      if (::stat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
          held.st_ino == named.st_ino) {
        return std::make_unique<PosixFileLock>(std::move(file));
      }
    }
  }

 private:
  static Status MakeOneFolder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return SyncFolderAt(FolderOf(path));
    const int error = errno;
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return OkStatus();
    return FileError(error, "make folder", path);
  }
};

}  // namespace

Status FileError(int error, std::string_view action, const std::string& path) {
  const char* reason = ::strerrordesc_np(error);
  const std::string message = "cannot " + std::string(action) + " " + path + ": " +
                              (reason == nullptr ? "unknown error" : reason);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return MakeError(StatusCode::kNotFound, message);
    case EACCES:
    case EPERM:
    case EROFS:
      return MakeError(StatusCode::kPermissionDenied, message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return MakeError(StatusCode::kResourceExhausted, message);
    case EEXIST:
    case EISDIR:
    case ENAMETOOLONG:
    case ENXIO:  // a socket
      return MakeError(StatusCode::kFailedPrecondition, message);
    default:
      return MakeError(StatusCode::kUnavailable, message);
  }
}

Files& SystemFiles() {
  static PosixFiles files;
  return files;
}

bool IsTemporaryName(std::string_view name) {
  return name.size() > kTemporaryPrefix.size() + kTemporarySuffix.size() &&
         name.starts_with(kTemporaryPrefix) && name.ends_with(kTemporarySuffix);
}

std::string TemporaryName() {
  return std::string(kTemporaryPrefix) + HexEncode(RandomBytes(SystemRandom(), 16)) +
         std::string(kTemporarySuffix);
}

std::string FolderOf(std::string_view path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string JoinPath(std::string_view folder, std::string_view name) {
  if (folder.empty() || name.starts_with('/')) return std::string(name);
  if (name.empty()) return std::string(folder);
  return std::string(folder) + (folder.ends_with('/') ? "" : "/") + std::string(name);
}

}  // namespace weir
