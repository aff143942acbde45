// SPDX-License-Identifier: Apache-2.0
#include "weir/base/shared_library.h"

#include <dlfcn.h>

namespace weir {
namespace {

// The sanitizers of gcc and clang refuse RTLD_DEEPBIND: it would pass by what they replace.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kOwnNamesFirst = 0;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int kOwnNamesFirst = 0;
#else
constexpr int kOwnNamesFirst = RTLD_DEEPBIND;
#endif
#else
constexpr int kOwnNamesFirst = RTLD_DEEPBIND;
#endif

}  // namespace

StatusOr<SharedLibrary> SharedLibrary::Open(const Description& description) {
  std::string tried;
  for (const std::string& place : description.places) {
    const int binding = description.is_large ? RTLD_LAZY | kOwnNamesFirst : RTLD_NOW;
    void* handle = ::dlopen(place.c_str(), binding | RTLD_LOCAL);
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
