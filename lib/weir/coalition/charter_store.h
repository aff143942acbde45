// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_COALITION_CHARTER_STORE_H_
#define WEIR_COALITION_CHARTER_STORE_H_

#include <memory>
#include <string>

#include "weir/base/files.h"
#include "weir/base/status.h"
#include "weir/coalition/charter.h"

namespace weir::coalition {

// Every charter that was in force, on disk: <folder>/<version>.note. Not thread-safe.
class CharterStore {
 public:
  CharterStore(std::string folder, Files& files) : folder_(std::move(folder)), files_(files) {}

  // The newest, or null if there is none. DATA_LOSS if the chain does not verify (expiry apart).
  StatusOr<std::shared_ptr<const Charter>> Load() const;
  // Durable when it returns.
  Status Save(const Charter& charter);
  // The note of one version. NOT_FOUND.
  StatusOr<std::string> Note(uint64_t version) const;

 private:
  std::string Path(uint64_t version) const;
  std::string folder_;
  Files& files_;
};

}  // namespace weir::coalition

#endif  // WEIR_COALITION_CHARTER_STORE_H_
