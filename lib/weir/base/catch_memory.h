// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_CATCH_MEMORY_H_
#define WEIR_BASE_CATCH_MEMORY_H_

#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "weir/base/status.h"

namespace weir {

// What `step`, a function to Status or StatusOr, gives; RESOURCE_EXHAUSTED if a container found no
// memory or the system no thread. What a query needs depends on the data, and no amount of data may
// end a process that others wait for, or cross a C interface as an exception.
//
// Not for steps that write the ledger: one that is interrupted leaves its memory and its disk
// apart.
template <class Step>
auto CatchMemory(Step&& step) -> decltype(std::forward<Step>(step)()) {
  try {
    return std::forward<Step>(step)();
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  } catch (const std::system_error&) {
  }
  return MakeError(StatusCode::kResourceExhausted, "no memory left");
}

}  // namespace weir

#endif  // WEIR_BASE_CATCH_MEMORY_H_
