// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/block_splitter.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace weir::data::internal {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

RowEnds::State RowEnds::Next(char c) const {
  if (state_ == State::kQuoted) return c == '"' ? State::kAfterQuote : State::kQuoted;
  if (c == '\n' || c == delimiter_) return State::kCellStart;
  return c == '"' && state_ != State::kPlain ? State::kQuoted : State::kPlain;
}

size_t RowEnds::LastEnd(std::string_view text) {
  const bool has_quotes =
      delimiter_ != '\0' && (state_ == State::kQuoted || state_ == State::kAfterQuote ||
                             text.find('"') != std::string_view::npos);
  if (!has_quotes) {
    const size_t last = text.rfind('\n');
    // Behind a delimiter a cell starts: the state must know for the quote that may come next.
    if (!text.empty() && delimiter_ != '\0') state_ = Next(text.back());
    return last == std::string_view::npos ? 0 : last + 1;
  }
  size_t end = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool is_end = text[at] == '\n' && state_ != State::kQuoted;
    state_ = Next(text[at]);
    if (is_end) end = at + 1;
  }
  return end;
}

size_t RowEnds::FirstEnd(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    const bool is_end = text[at] == '\n' && state_ != State::kQuoted;
    if (delimiter_ != '\0') state_ = Next(text[at]);
    if (is_end) return at + 1;
  }
  return 0;
}

Status BlockSplitter::Read() {
  const size_t kept = pending_.size();
  // As much as is kept, so that one long row costs linear time.
  const size_t wanted = std::max(sizes_.block_bytes, kept);
  pending_.resize(kept + wanted);
  const auto got = stream_->Read(std::span<char>(pending_).subspan(kept));
  pending_.resize(kept + (got.ok() ? *got : 0));
  WEIR_RETURN_IF_ERROR(got.status());
  at_end_ = *got < wanted;
  return OkStatus();
}

Status BlockSplitter::SkipBegin() {
  while (!at_end_ && pending_.size() < kByteOrderMark.size()) WEIR_RETURN_IF_ERROR(Read());
  if (std::string_view(pending_).starts_with(kByteOrderMark)) {
    pending_.erase(0, kByteOrderMark.size());
  }
  while (true) {
    size_t empty = 0;
    while (true) {
      const std::string_view rest = std::string_view(pending_).substr(empty);
      if (rest.starts_with('\n')) {
        empty += 1;
      } else if (rest.starts_with("\r\n")) {
        empty += 2;
      } else {
        break;
      }
    }
    pending_.erase(0, empty);
    const bool may_be_empty = pending_.empty() || pending_ == "\r";
    if (at_end_ || !may_be_empty) return OkStatus();
    WEIR_RETURN_IF_ERROR(Read());
  }
}

BlockSplitter::Block BlockSplitter::Take(size_t size) {
  const uint64_t bytes = stream_->file_bytes_read();
  Block block{.text = {}, .file_bytes = bytes - std::exchange(file_bytes_told_, bytes)};
  std::string rest = pending_.substr(size);
  pending_.resize(size);
  block.text = std::exchange(pending_, std::move(rest));
  return block;
}

// Goes on behind the row that `pending_` begins with, to which `ends` has come.
Status BlockSplitter::SkipRow(RowEnds ends) {
  pending_.clear();
  while (!at_end_) {
    WEIR_RETURN_IF_ERROR(Read());
    const size_t end = ends.FirstEnd(pending_);
    if (end > 0) {
      pending_.erase(0, end);
      return OkStatus();
    }
    pending_.clear();
  }
  return OkStatus();
}

StatusOr<std::optional<BlockSplitter::Block>> BlockSplitter::Next() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(has_begun_, true)) WEIR_RETURN_IF_ERROR(SkipBegin());
  RowEnds ends(delimiter_);
  size_t seen = 0;
  size_t last_end = 0;
  while (true) {
    const size_t end = ends.LastEnd(std::string_view(pending_).substr(seen));
    if (end > 0) last_end = seen + end;
    seen = pending_.size();
    if (at_end_) {
      if (pending_.empty()) return std::optional<Block>();
      return Take(seen);
    }
    if (last_end > 0 && seen >= sizes_.block_bytes / 2) return Take(last_end);
    if (last_end == 0 && seen > sizes_.most_row_bytes) {
      WEIR_RETURN_IF_ERROR(SkipRow(ends));
      Block block = Take(0);
      block.is_too_long = true;
      return block;
    }
    WEIR_RETURN_IF_ERROR(Read());
  }
}

}  // namespace weir::data::internal
