// SPDX-License-Identifier: Apache-2.0
#include "weir/release/store.h"

#include <algorithm>
#include <utility>

#include "weir/base/bytes.h"

namespace weir::release {
namespace {

constexpr uint64_t kPayloadLimitBytes = uint64_t{4} << 30;
constexpr uint64_t kManifestLimitBytes = uint64_t{1} << 20;
constexpr char kPayloadName[] = "payload.parquet";
constexpr char kManifestSuffix[] = ".manifest.note";
constexpr char kUnfinishedSuffix[] = ".unfinished";

bool IsDigest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string ManifestPath(const std::string& folder, std::string_view manifest_sha256) {
  return JoinPath(folder, std::string(manifest_sha256) + kManifestSuffix);
}

}  // namespace

StatusOr<StoredRelease> ReleaseStore::Put(std::string payload, std::string manifest) {
  StoredRelease release;
  release.payload_sha256 = Sha256Hex(payload);
  release.manifest_sha256 = Sha256Hex(manifest);
  release.payload = std::move(payload);
  release.manifest = std::move(manifest);
  const std::string target = JoinPath(folder_, release.payload_sha256);
  if (files_.Exists(target)) {
    // Two charges may give equal bytes (a table of one small number); each keeps its manifest.
    WEIR_RETURN_IF_ERROR(files_.WriteDurably(ManifestPath(target, release.manifest_sha256),
                                             release.manifest, FileMode::kPrivate));
    return release;
  }
  const std::string unfinished = target + kUnfinishedSuffix;
  Status written = WriteFolder(unfinished, release);
  if (written.ok()) written = files_.Rename(unfinished, target);
  if (!written.ok()) {
    files_.RemoveTree(unfinished).IgnoreError();
    return written;
  }
  return release;
}

Status ReleaseStore::WriteFolder(const std::string& folder, const StoredRelease& release) {
  WEIR_RETURN_IF_ERROR(files_.RemoveTree(folder));
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(folder));
  WEIR_RETURN_IF_ERROR(
      files_.WriteDurably(JoinPath(folder, kPayloadName), release.payload, FileMode::kPrivate));
  return files_.WriteDurably(ManifestPath(folder, release.manifest_sha256), release.manifest,
                             FileMode::kPrivate);
}

StatusOr<StoredRelease> ReleaseStore::Get(std::string_view payload_sha256,
                                          std::string_view manifest_sha256) const {
  if (!IsDigest(payload_sha256) || !IsDigest(manifest_sha256)) {
    return InvalidArgument("a release is named by two sha256 digests of 64 hexadecimal digits");
  }
  const std::string folder = JoinPath(folder_, payload_sha256);
  StoredRelease release{.payload_sha256 = std::string(payload_sha256),
                        .manifest_sha256 = std::string(manifest_sha256)};
  WEIR_ASSIGN_OR_RETURN(release.payload,
                        files_.Read(JoinPath(folder, kPayloadName), kPayloadLimitBytes));
  WEIR_ASSIGN_OR_RETURN(release.manifest,
                        files_.Read(ManifestPath(folder, manifest_sha256), kManifestLimitBytes));
  if (Sha256Hex(release.payload) != payload_sha256 ||
      Sha256Hex(release.manifest) != manifest_sha256) {
    return DataLoss("%s does not hold the bytes whose digests name it", folder.c_str());
  }
  return release;
}

StatusOr<size_t> ReleaseStore::Sweep(const std::vector<std::string>& completed) {
  if (!files_.Exists(folder_)) return size_t{0};
  WEIR_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(folder_));
  size_t removed = 0;
  for (const std::string& name : names) {
    if (std::find(completed.begin(), completed.end(), name) != completed.end()) continue;
    WEIR_RETURN_IF_ERROR(files_.RemoveTree(JoinPath(folder_, name)));
    ++removed;
  }
  return removed;
}

}  // namespace weir::release
