// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_INTERNAL_CATCH_MEMORY_H_
#define WEIR_RELEASE_INTERNAL_CATCH_MEMORY_H_

#include <new>
#include <stdexcept>
#include <utility>

#include "weir/base/status.h"

namespace weir::release::internal {

// What `step`, a function to StatusOr, gives; RESOURCE_EXHAUSTED if a container found no memory.
// One release must not end the process that others wait for. Not for steps that write the ledger:
// one that was interrupted leaves its memory and its disk apart.
template <class Step>
auto CatchMemory(Step&& step) -> decltype(std::forward<Step>(step)()) {
  try {
    return std::forward<Step>(step)();
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
  return MakeError(StatusCode::kResourceExhausted, "no memory left for the release");
}

}  // namespace weir::release::internal

#endif  // WEIR_RELEASE_INTERNAL_CATCH_MEMORY_H_
