// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/age_header.h"

#include "weir/base/bytes.h"

namespace weir::crypto::internal {
namespace {

constexpr std::string_view kVersionLine = "age-encryption.org/v1";
constexpr std::string_view kVersionStart = "age-encryption.org/";
constexpr std::string_view kStanzaStart = "-> ";
constexpr std::string_view kEndStart = "--- ";
constexpr std::string_view kEndMark = "---";
constexpr size_t kColumns = 64;
constexpr size_t kMacCharacters = 43;

class HeaderReader {
 public:
  explicit HeaderReader(std::string_view file)
      : text_(file.substr(0, kMaxAgeHeaderBytes)), cut_(file.size() > kMaxAgeHeaderBytes) {}

  StatusOr<AgeHeader> Read() && {
    AgeHeader header;
    WEIR_RETURN_IF_ERROR(ReadVersion());
    while (!NextStartsWith(kEndStart)) {
      WEIR_ASSIGN_OR_RETURN(AgeStanza stanza, ReadStanza());
      header.stanzas.push_back(std::move(stanza));
    }
    if (header.stanzas.empty()) {
      return DataLoss("age header names no recipient");
    }
    header.macced_bytes = position_ + kEndMark.size();
    WEIR_ASSIGN_OR_RETURN(header.mac, ReadMac());
    header.size_bytes = position_;
    return header;
  }

 private:
  bool NextStartsWith(std::string_view start) const {
    return text_.substr(position_, start.size()) == start;
  }

  StatusOr<std::string_view> TakeLine() {
    const size_t end = text_.find('\n', position_);
    if (end == std::string_view::npos) {
      return cut_ ? DataLoss("age header is longer than %zu bytes", kMaxAgeHeaderBytes)
                  : DataLoss("age header is truncated");
    }
    const std::string_view line = text_.substr(position_, end - position_);
    position_ = end + 1;
    return line;
  }

  Status ReadVersion() {
    if (!NextStartsWith(kVersionStart)) {
      return DataLoss("not an age file in binary form");
    }
    WEIR_ASSIGN_OR_RETURN(const std::string_view line, TakeLine());
    return line == kVersionLine ? OkStatus() : DataLoss("age file of another version than v1");
  }

  StatusOr<AgeStanza> ReadStanza() {
    if (!NextStartsWith(kStanzaStart)) {
      return DataLoss("age header has a line that is neither a stanza nor the end");
    }
    WEIR_ASSIGN_OR_RETURN(std::string_view line, TakeLine());
    AgeStanza stanza;
    WEIR_ASSIGN_OR_RETURN(stanza.arguments, SplitArguments(line.substr(kStanzaStart.size())));
    WEIR_ASSIGN_OR_RETURN(stanza.body, ReadBody());
    return stanza;
  }

  static StatusOr<std::vector<std::string>> SplitArguments(std::string_view text) {
    std::vector<std::string> arguments(1);
    for (const char c : text) {
      if (c == ' ') {
        arguments.emplace_back();
      } else if (c > ' ' && c <= '~') {
        arguments.back() += c;
      } else {
        return DataLoss("age stanza has a character outside printable ASCII");
      }
    }
    for (const std::string& argument : arguments) {
      if (argument.empty()) {
        return DataLoss("age stanza has an empty argument");
      }
    }
    return arguments;
  }

  StatusOr<std::string> ReadBody() {
    std::string joined;
    for (size_t last_line = kColumns; last_line == kColumns;) {
      WEIR_ASSIGN_OR_RETURN(const std::string_view line, TakeLine());
      if (line.size() > kColumns) {
        return DataLoss("age stanza has a line of more than %zu characters", kColumns);
      }
      joined += line;
      last_line = line.size();
    }
    return Decode(joined);
  }

  StatusOr<std::string> ReadMac() {
    WEIR_ASSIGN_OR_RETURN(const std::string_view line, TakeLine());
    const std::string_view text = line.substr(kEndStart.size());
    if (text.size() != kMacCharacters) {
      return DataLoss("age header MAC must have %zu characters", kMacCharacters);
    }
    return Decode(text);
  }

  static StatusOr<std::string> Decode(std::string_view text) {
    StatusOr<std::string> data = Base64Decode(text, Base64Padding::kUnpadded);
    return data.ok() ? std::move(data)
                     : StatusOr<std::string>(
                           DataLoss("age header has base64 that is malformed or not canonical"));
  }

  std::string_view text_;
  bool cut_;
  size_t position_ = 0;
};

}  // namespace

StatusOr<AgeHeader> ParseAgeHeader(std::string_view file) { return HeaderReader(file).Read(); }

std::string FormatMaccedHeader(std::span<const AgeStanza> stanzas) {
  std::string text(kVersionLine);
  text += '\n';
  for (const AgeStanza& stanza : stanzas) {
    text += "->";
    for (const std::string& argument : stanza.arguments) {
      text.append(1, ' ').append(argument);
    }
    text += '\n';
    const std::string body = Base64Encode(stanza.body, Base64Padding::kUnpadded);
    for (size_t start = 0; start <= body.size(); start += kColumns) {
      text.append(body, start, kColumns).append(1, '\n');
    }
  }
  return text.append(kEndMark);
}

std::string FormatHeaderEnd(std::string_view mac) {
  return " " + Base64Encode(mac, Base64Padding::kUnpadded) + "\n";
}

}  // namespace weir::crypto::internal
