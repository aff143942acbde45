// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_INTERNAL_CATCH_MEMORY_H_
#define WEIR_DATA_INTERNAL_CATCH_MEMORY_H_

#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "weir/base/status.h"

namespace weir::data::internal {

// What `step`, a function to Status or StatusOr, gives; RESOURCE_EXHAUSTED if a container found no
// memory or the system no thread. What a query needs depends on the data, and no amount of data may
// end the process or cross DuckDB's C interface as an exception.
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

}  // namespace weir::data::internal

#endif  // WEIR_DATA_INTERNAL_CATCH_MEMORY_H_
