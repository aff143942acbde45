// SPDX-License-Identifier: Apache-2.0
#include "weir/data/source_file.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weir/base/bytes.h"
#include "weir/base/files.h"

namespace weir::data {
namespace {

constexpr size_t kHashStepBytes = size_t{1} << 18;

std::string Reason(int error) { return std::generic_category().message(error); }

Status Exhausted(const std::string& what, int error) {
  return MakeError(StatusCode::kResourceExhausted, what + ": " + Reason(error));
}

}  // namespace

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string OpenFile::ProcessPath() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

StatusOr<OpenFile> OpenRegularFile(const std::string& path) {
  // Opening a pipe would wait for its writer.
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.descriptor() < 0) return FileError(errno, "open", path);
  struct stat facts {};
  if (::fstat(file.descriptor(), &facts) != 0) return FileError(errno, "read", path);
  if (S_ISFIFO(facts.st_mode) || S_ISCHR(facts.st_mode)) {
    return InvalidArgument(
        "%s is not a regular file; save what it gives to a file, which can be read more than once",
        path.c_str());
  }
  if (!S_ISREG(facts.st_mode)) return InvalidArgument("%s is not a regular file", path.c_str());
  return file;
}

StatusOr<uint64_t> SizeOf(const OpenFile& file) {
  struct stat facts {};
  if (::fstat(file.descriptor(), &facts) != 0) return Unavailable("%s", Reason(errno).c_str());
  return static_cast<uint64_t>(facts.st_size);
}

StatusOr<OpenFile> Duplicate(const OpenFile& file) {
  OpenFile copy(::fcntl(file.descriptor(), F_DUPFD_CLOEXEC, 0));
  if (copy.descriptor() < 0) return Exhausted("no descriptor left", errno);
  return copy;
}

StatusOr<FileFacts> FactsOf(const OpenFile& file) {
  struct stat facts {};
  if (::fstat(file.descriptor(), &facts) != 0) return Unavailable("%s", Reason(errno).c_str());
  const timespec& time = facts.st_mtim;
  return FileFacts{.device = facts.st_dev,
                   .inode = facts.st_ino,
                   .size = static_cast<uint64_t>(facts.st_size),
                   .modified = int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec};
}

StatusOr<std::string> Sha256Of(const OpenFile& file) {
  Sha256Stream hash;
  std::string buffer(kHashStepBytes, '\0');
  for (uint64_t offset = 0;;) {
    WEIR_ASSIGN_OR_RETURN(const size_t got, ReadAt(file, offset, std::span<char>(buffer)));
    hash.Update(std::string_view(buffer).substr(0, got));
    offset += got;
    if (got < buffer.size()) break;
  }
  return HexEncode(AsText(hash.Finish()));
}

StatusOr<size_t> ReadAt(const OpenFile& file, uint64_t offset, std::span<char> buffer) {
  size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = ::pread(file.descriptor(), buffer.data() + filled, buffer.size() - filled,
                                static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unavailable("reading failed: %s", Reason(errno).c_str());
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  return filled;
}

StatusOr<OpenFile> MakeMemoryFile() {
  OpenFile file(::memfd_create("weir", MFD_CLOEXEC));
  if (file.descriptor() < 0) return Exhausted("no file in memory", errno);
  return file;
}

StatusOr<OpenFile> MakeUnnamedFile(const std::string& folder) {
  OpenFile file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.descriptor() >= 0) return file;
  // Some file systems have no unnamed files: remove the name instead.
  std::string name = folder + "/weir-XXXXXX";
  OpenFile named(::mkostemp(name.data(), O_CLOEXEC));
  if (named.descriptor() < 0) return Exhausted("no temporary file in " + folder, errno);
  ::unlink(name.c_str());
  return named;
}

Status WriteAt(const OpenFile& file, uint64_t offset, std::span<const char> data) {
  size_t written = 0;
  while (written < data.size()) {
    const ssize_t put = ::pwrite(file.descriptor(), data.data() + written, data.size() - written,
                                 static_cast<off_t>(offset + written));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Exhausted("writing a temporary file failed", errno);
    written += static_cast<size_t>(put);
  }
  return OkStatus();
}

}  // namespace weir::data
