// SPDX-License-Identifier: Apache-2.0
#include "weir/base/shared_library.h"

#include <dlfcn.h>

namespace weir {

StatusOr<SharedLibrary> SharedLibrary::Open(const Description& description) {
  std::string tried;
  for (const std::string& place : description.places) {
    void* handle =
        ::dlopen(place.c_str(), (description.binds_lazily ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL);
    if (handle != nullptr) return SharedLibrary(description.name, handle);
    const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): a state per thread
    tried += (tried.empty() ? "" : "; ") + (reason == nullptr ? place : std::string(reason));
  }
  return Unavailable("%s%s cannot be loaded: %s", description.name.c_str(),
                     description.purpose.c_str(), tried.c_str());
}

StatusOr<void*> SharedLibrary::FindSymbol(const char* symbol) const {
  void* const found = ::dlsym(handle_, symbol);
  if (found != nullptr) return found;
  return Unavailable("%s has no function %s: it is too old", name_.c_str(), symbol);
}

}  // namespace weir
