// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_STORE_H_
#define WEIR_RELEASE_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/status.h"

namespace weir::release {

struct StoredRelease {
  std::string payload_sha256;   // of the Parquet bytes: also the folder's name
  std::string manifest_sha256;  // of the manifest note
  std::string payload;
  std::string manifest;
};

// Released bytes on disk: <folder>/<payload sha256>/payload.parquet and, beside it,
// <manifest sha256>.manifest.note. A release appears whole or not at all.
class ReleaseStore {
 public:
  ReleaseStore(std::string folder, Files& files) : folder_(std::move(folder)), files_(files) {}

  // Durable when it returns: written to a temporary folder, synced, renamed, synced.
  StatusOr<StoredRelease> Put(std::string payload, std::string manifest);
  // Reads back and checks both digests. NOT_FOUND; DATA_LOSS when the bytes are not those.
  StatusOr<StoredRelease> Get(std::string_view payload_sha256,
                              std::string_view manifest_sha256) const;
  // Removes every folder whose payload is not named in `completed`: leftovers of a crash before
  // the ledger's `complete` entry. Returns how many.
  StatusOr<size_t> Sweep(const std::vector<std::string>& completed);

 private:
  Status WriteFolder(const std::string& folder, const StoredRelease& release);
  std::string folder_;
  Files& files_;
};

}  // namespace weir::release

#endif  // WEIR_RELEASE_STORE_H_
