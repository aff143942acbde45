// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/context.h"

#include <algorithm>

namespace weir::member::internal {
namespace {

constexpr size_t kMaxFaultBytes = 500;

}  // namespace

std::string FaultText(const Status& status) {
  std::string text = MessageOf(status).substr(0, kMaxFaultBytes);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.empty() ? "an error without a message" : text;
}

}  // namespace weir::member::internal
