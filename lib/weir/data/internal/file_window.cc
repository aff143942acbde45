// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/file_window.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace weir::data::internal {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Status FileWindow::Fill() {
  buffer.erase(0, position);
  position = 0;
  const size_t kept = buffer.size();
  const size_t wanted = std::max(kChunkBytes, kept);
  const bool first = !std::exchange(has_begun, true);
  buffer.resize(kept + wanted);
  const auto got = stream->Read(std::span<char>(buffer).subspan(kept));
  buffer.resize(kept + (got.ok() ? *got : 0));
  WEIR_RETURN_IF_ERROR(got.status());
  at_end = *got < wanted;
  if (first && std::string_view(buffer).starts_with(kByteOrderMark)) {
    position = kByteOrderMark.size();
  }
  return OkStatus();
}

}  // namespace weir::data::internal
