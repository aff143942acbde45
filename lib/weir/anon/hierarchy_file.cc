// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/hierarchy_file.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "weir/base/bytes.h"

namespace weir::anon {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The length of the UTF-8 sequence at the front of `text`, 0 if there is none (RFC 3629).
size_t SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Over-long forms, surrogates and what lies beyond U+10FFFF.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

class Parser {
 public:
  Parser(std::string_view text, char delimiter, HierarchyFile& file)
      : text_(text), delimiter_(delimiter), file_(file) {}

  Status Parse() {
    if (text_.starts_with(kByteOrderMark)) {
      file_.has_byte_order_mark = true;
      text_.remove_prefix(kByteOrderMark.size());
    }
    WEIR_RETURN_IF_ERROR(CheckText());
    file_.has_final_newline = text_.ends_with('\n');
    while (at_ < text_.size()) WEIR_RETURN_IF_ERROR(ParseLine());
    if (!file_.paths.empty()) return OkStatus();
    return InvalidArgument("%s: a hierarchy needs at least one line; write value%clabel%c*",
                           file_.name.c_str(), delimiter_, delimiter_);
  }

 private:
  Status At(size_t line, const char* what) const {
    return InvalidArgument("%s:%zu: %s", file_.name.c_str(), line, what);
  }

  Status CheckText() const {
    size_t line = 1;
    for (size_t i = 0; i < text_.size();) {
      const size_t length = SequenceLength(text_.substr(i));
      if (length == 0) return At(line, "the text is not UTF-8; save the file as UTF-8");
      if (text_[i] == '\0') return At(line, "the line holds a NUL; remove it");
      if (text_[i] == '\n') ++line;
      i += length;
    }
    return OkStatus();
  }

  bool AtLineEnd() const {
    return at_ >= text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
  }

  void SkipLineEnd() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size()) ++at_;
    ++line_;
  }

  Status ParseLine() {
    const size_t begin = line_;
    if (AtLineEnd()) {
      SkipLineEnd();
      return OkStatus();
    }
    GroundPath path;
    while (true) {
      WEIR_ASSIGN_OR_RETURN(std::string cell, ParseCell());
      path.push_back(std::move(cell));
      if (AtLineEnd()) break;
      ++at_;  // the delimiter
    }
    SkipLineEnd();
    file_.paths.push_back(std::move(path));
    file_.lines.push_back(begin);
    return OkStatus();
  }

  StatusOr<std::string> ParseCell() {
    if (at_ < text_.size() && text_[at_] == '"') return ParseQuoted();
    const size_t begin = at_;
    while (!AtLineEnd() && text_[at_] != delimiter_) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  StatusOr<std::string> ParseQuoted() {
    const size_t begin = line_;
    std::string cell;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        cell += text_[at_];
      } else if (text_.substr(at_, 2) == "\"\"") {
        cell += '"';
        ++at_;
      } else {
        ++at_;
        if (AtLineEnd() || text_[at_] == delimiter_) return cell;
        return At(line_, "text follows a closing quote; double the quotes that are part of a text");
      }
    }
    return At(begin, "a quote is never closed; close it, or double it if it is part of the text");
  }

  std::string_view text_;
  char delimiter_;
  HierarchyFile& file_;
  size_t at_ = 0;
  size_t line_ = 1;
};

}  // namespace

StatusOr<HierarchyFile> ParseHierarchyFile(std::string_view text, std::string_view name,
                                           char delimiter) {
  HierarchyFile file;
  file.name = std::string(name);
  file.sha256 = Sha256Hex(text);
  WEIR_RETURN_IF_ERROR(Parser(text, delimiter, file).Parse());
  return file;
}

StatusOr<HierarchyFile> ReadHierarchyFile(Files& files, const std::string& path, char delimiter) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, files.Read(path, kMaxHierarchyFileBytes));
  return ParseHierarchyFile(text, std::filesystem::path(path).filename().string(), delimiter);
}

}  // namespace weir::anon
