// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/kept_files.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace weir::tool {
KeptFiles::~KeptFiles() {
  for (const auto& [path, name] : kept_) ::unlink(name.c_str());
}

Status KeptFiles::Keep(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (path.empty() || path == "-") continue;
    std::string name = JoinPath(FolderOf(path), TemporaryName());
    // Without following: what is replaced is a symbolic link itself.
    if (::linkat(AT_FDCWD, path.c_str(), AT_FDCWD, name.c_str(), 0) == 0) {
      kept_.emplace_back(path, std::move(name));
    } else if (errno == EIO) {
      return FileError(errno, "keep", path);
    }
  }
  return OkStatus();
}

StatusOr<bool> KeptFiles::Restore(const std::string& path) {
  for (const auto& [kept, name] : kept_) {
    if (kept != path) continue;
    if (std::rename(name.c_str(), path.c_str()) != 0) return FileError(errno, "restore", path);
    return true;
  }
  return false;
}

Status KeptFiles::TakeBack(Files& files, const std::vector<std::string>& written,
                           const Status& reason) {
  bool any = false;
  for (const std::string& path : written) {
    WEIR_ASSIGN_OR_RETURN(const bool is_restored, Restore(path));
    any |= is_restored;
    if (!is_restored && path != "-") WEIR_RETURN_IF_ERROR(files.Remove(path));
  }
  return Annotate(reason, any ? "all outputs were removed, and what they replaced is back"
                              : "all outputs were removed");
}

}  // namespace weir::tool
