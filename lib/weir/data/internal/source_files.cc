// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/source_files.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "weir/base/files.h"

namespace weir::data::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAnyFolders = "**";
constexpr std::string_view kMissing = "__HIVE_DEFAULT_PARTITION__";
constexpr int kHexBase = 16;

using Names = std::vector<std::string_view>;

// What stands between the slashes.
Names SplitPath(std::string_view path) {
  Names names;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) names.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return names;
}

bool IsHidden(std::string_view name) { return name.starts_with('.'); }

// One name; the last `*` is tried again one byte further when what follows it does not fit.
bool MatchesName(std::string_view pattern, std::string_view name) {
  if (IsHidden(name) && !IsHidden(pattern)) return false;
  size_t p = 0;
  size_t n = 0;
  size_t star = std::string_view::npos;
  size_t star_end = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// As MatchesName, with names for bytes and `**` for `*`.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the second is a path, the first asks for it
bool MatchesNames(const Names& pattern, const Names& path) {
  size_t p = 0;
  size_t n = 0;
  size_t star = pattern.size();
  size_t star_end = 0;
  while (n < path.size()) {
    if (p < pattern.size() && pattern[p] == kAnyFolders) {
      star = p++;
      star_end = n;
    } else if (p < pattern.size() && MatchesName(pattern[p], path[n])) {
      ++p;
      ++n;
    } else if (star < pattern.size() && !IsHidden(path[star_end])) {
      p = star + 1;
      n = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kAnyFolders) ++p;
  return p == pattern.size();
}

// Walks the folders that a pattern can match.
class Finder {
 public:
  // Files of `folder` that match what is left of the pattern.
  Status Find(const fs::path& folder, std::span<const std::string_view> left) {
    if (!IsPattern(left.front()) && left.size() > 1) {
      return Find(folder / left.front(), left.subspan(1));
    }
    const bool is_any = left.front() == kAnyFolders;
    if (is_any && left.size() > 1) WEIR_RETURN_IF_ERROR(Find(folder, left.subspan(1)));
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    // A folder that the pattern names and that is not there holds nothing.
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
      return OkStatus();
    }
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      WEIR_RETURN_IF_ERROR(Take(*entry, left, is_any));
    }
    if (!error) return OkStatus();
    return FileError(error.value(), "read the folder", folder.string());
  }

  std::vector<std::string> Finish() && {
    std::sort(files_.begin(), files_.end());
    files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
    return std::move(files_);
  }

 private:
  Status Take(const fs::directory_entry& entry, std::span<const std::string_view> left,
              bool is_any) {
    std::error_code ignored;
    const std::string name = entry.path().filename().string();
    if (is_any) {
      if (IsHidden(name)) return OkStatus();
      if (entry.is_directory(ignored)) {
        return entry.is_symlink(ignored) ? OkStatus() : Find(entry.path(), left);
      }
      return left.size() == 1 ? Add(entry.path().string()) : OkStatus();
    }
    if (!MatchesName(left.front(), name)) return OkStatus();
    const bool is_folder = entry.is_directory(ignored);
    if (left.size() > 1) return is_folder ? Find(entry.path(), left.subspan(1)) : OkStatus();
    return is_folder ? OkStatus() : Add(entry.path().string());
  }

  Status Add(std::string path) {
    if (files_.size() == kMostFiles) {
      return InvalidArgument("more than %zu files match", kMostFiles);
    }
    files_.push_back(std::move(path));
    return OkStatus();
  }

  std::vector<std::string> files_;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// None: a percent sign without two digits, or a zero byte.
std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * kHexBase + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    decoded += c;
  }
  return decoded;
}

}  // namespace

bool IsPattern(std::string_view path) { return path.find_first_of("*?") != std::string_view::npos; }

bool MatchesPattern(std::string_view pattern, std::string_view path) {
  return MatchesNames(SplitPath(pattern), SplitPath(path));
}

StatusOr<std::vector<std::string>> FindFiles(const std::string& path) {
  if (!IsPattern(path)) return std::vector<std::string>{path};
  const Names names = SplitPath(path);
  Finder finder;
  WEIR_RETURN_IF_ERROR(Annotate(finder.Find("/", names), path));
  std::vector<std::string> files = std::move(finder).Finish();
  if (files.empty()) return InvalidArgument("no file matches %s", path.c_str());
  return files;
}

StatusOr<std::optional<std::string>> PartitionValue(std::string_view path,
                                                    const std::string& column) {
  Names folders = SplitPath(path);
  if (!folders.empty()) folders.pop_back();
  std::optional<std::string> value;
  for (const std::string_view folder : folders) {
    const size_t equals = folder.find('=');
    if (equals == std::string_view::npos) continue;
    if (PercentDecode(folder.substr(0, equals)) != column) continue;
    if (value.has_value()) {
      return InvalidArgument("two folders of the path give column %s a value", column.c_str());
    }
    value = PercentDecode(folder.substr(equals + 1));
    if (!value.has_value()) {
      return InvalidArgument(
          "the folder of the path that gives column %s a value is not "
          "percent-encoded",
          column.c_str());
    }
  }
  if (!value.has_value()) {
    return InvalidArgument("no folder of the path gives column %s a value: %s=...", column.c_str(),
                           column.c_str());
  }
  if (value->empty() || *value == kMissing) return std::optional<std::string>();
  return value;
}

}  // namespace weir::data::internal
