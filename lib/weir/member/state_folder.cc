// SPDX-License-Identifier: Apache-2.0
#include "weir/member/state_folder.h"

#include <algorithm>

#include "weir/base/decimal.h"

namespace weir::member {
namespace {

constexpr int kStateVersion = 1;
constexpr uint64_t kVersionLimitBytes = 64;
constexpr std::string_view kNew = ".new";
constexpr std::string_view kOld = ".old";

StatusOr<int> ReadVersion(const StatePaths& paths, Files& files) {
  WEIR_ASSIGN_OR_RETURN(std::string text, files.Read(paths.version(), kVersionLimitBytes));
  if (text.ends_with('\n')) text.pop_back();
  const StatusOr<int128> version = ParseInt128(text);
  if (!version.ok() || *version < 0 || *version > 1'000'000) {
    return DataLoss("%s does not hold a version, but %s", paths.version().c_str(),
                    QuoteText(text).c_str());
  }
  return static_cast<int>(*version);
}

// What WriteDurably left behind when a crash came before its rename.
Status RemoveTemporaries(const std::string& folder, Files& files) {
  const StatusOr<std::vector<std::string>> names = files.List(folder);
  if (!names.ok()) return OkStatus();  // a file, not a folder
  for (const std::string& name : *names) {
    if (IsTemporaryName(name)) WEIR_RETURN_IF_ERROR(files.Remove(JoinPath(folder, name)));
  }
  return OkStatus();
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string_view CurrentStateVersion() { return "1\n"; }

Status Migrate(const StatePaths& paths, Files& files, std::span<const Migration> migrations,
               int target) {
  WEIR_ASSIGN_OR_RETURN(int version, ReadVersion(paths, files));
  if (version > target) {
    return FailedPrecondition(
        "%s was written by a newer Weir (state version %d, this one knows %d); use that one",
        paths.folder().c_str(), version, target);
  }
  while (version < target) {
    const auto step = std::find_if(migrations.begin(), migrations.end(),
                                   [version](const Migration& m) { return m.from == version; });
    if (step == migrations.end()) {
      return DataLoss("%s has state version %d, which never existed", paths.folder().c_str(),
                      version);
    }
    WEIR_RETURN_IF_ERROR(step->run(paths, files));
    ++version;
    WEIR_RETURN_IF_ERROR(
        files.WriteDurably(paths.version(), std::to_string(version) + "\n", FileMode::kPrivate));
  }
  return OkStatus();
}

StatusOr<std::unique_ptr<FileLock>> TakeStateFolder(const StatePaths& paths, Files& files) {
  if (!files.Exists(paths.identity()) || !files.Exists(paths.version())) {
    return NotFound("%s holds no state; `weir init` makes one", paths.folder().c_str());
  }
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, files.Lock(paths.lock()));
  WEIR_RETURN_IF_ERROR(Migrate(paths, files, {}, kStateVersion));
  return lock;
}

Status PutFolder(const std::string& path, const std::vector<NamedFile>& content, Files& files) {
  const std::string fresh = path + std::string(kNew);
  const std::string former = path + std::string(kOld);
  WEIR_RETURN_IF_ERROR(files.RemoveTree(fresh));
  WEIR_RETURN_IF_ERROR(files.MakeFolder(fresh));
  for (const NamedFile& file : content) {
    WEIR_RETURN_IF_ERROR(
        files.WriteDurably(JoinPath(fresh, file.name), file.content, FileMode::kPrivate));
  }
  if (files.Exists(path)) {
    WEIR_RETURN_IF_ERROR(files.RemoveTree(former));
    WEIR_RETURN_IF_ERROR(files.Rename(path, former));
  }
  WEIR_RETURN_IF_ERROR(files.Rename(fresh, path));
  return files.RemoveTree(former);
}

Status DropFolder(const std::string& path, Files& files) {
  const std::string dropped = path + std::string(kNew);
  WEIR_RETURN_IF_ERROR(files.RemoveTree(dropped));
  WEIR_RETURN_IF_ERROR(files.Rename(path, dropped));
  return files.RemoveTree(dropped);
}

StatusOr<std::vector<std::string>> RecoverFolders(const std::string& parent, Files& files) {
  std::vector<std::string> standing;
  if (!files.Exists(parent)) return standing;
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(parent));
  for (const std::string& name : names) {
    const std::string path = JoinPath(parent, name);
    if (name.ends_with(kNew) || IsTemporaryName(name)) {
      WEIR_RETURN_IF_ERROR(files.RemoveTree(path));
      continue;
    }
    if (!name.ends_with(kOld)) {
      standing.push_back(name);
      continue;
    }
    const std::string stem = name.substr(0, name.size() - kOld.size());
    if (Contains(names, stem)) {
      WEIR_RETURN_IF_ERROR(files.RemoveTree(path));
    } else {
      WEIR_RETURN_IF_ERROR(files.Rename(path, JoinPath(parent, stem)));
      standing.push_back(stem);
    }
  }
  for (const std::string& name : standing) {
    WEIR_RETURN_IF_ERROR(RemoveTemporaries(JoinPath(parent, name), files));
  }
  std::sort(standing.begin(), standing.end());
  return standing;
}

}  // namespace weir::member
