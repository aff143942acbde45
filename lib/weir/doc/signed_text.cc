// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/signed_text.h"

#include "weir/doc/internal/utf8.h"
#include "weir/doc/yaml_writer.h"
#include "weir/v1/options.pb.h"

namespace weir::doc {
namespace {

constexpr std::string_view kPrefix = "weir/";
constexpr std::string_view kVersion = "/v1";

StatusOr<std::string> KindOf(const google::protobuf::Message& message) {
  const std::string& kind = message.GetDescriptor()->options().GetExtension(v1::kind);
  if (kind.empty()) {
    return Internal("%s is no kind of signed document", message.GetTypeName().c_str());
  }
  return kind;
}

std::string KindLine(std::string_view kind) {
  return std::string(kPrefix) + std::string(kind) + std::string(kVersion);
}

bool IsKind(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == text.npos;
}

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

StatusOr<std::string> FormatSigned(const google::protobuf::Message& message) {
  WEIR_ASSIGN_OR_RETURN(const std::string kind, KindOf(message));
  WEIR_ASSIGN_OR_RETURN(const std::string yaml, WriteYaml(message));
  std::string text = KindLine(kind) + "\n" + yaml;
  if (text.size() > kMaxDocumentBytes) {
    return InvalidArgument("the %s has %zu bytes as text; at most %zu are allowed", kind.c_str(),
                           text.size(), kMaxDocumentBytes);
  }
  return text;
}

StatusOr<std::string> SignedKind(std::string_view text) {
  const std::string_view line = FirstLine(text);
  std::string_view kind = line;
  if (kind.starts_with(kPrefix) && kind.ends_with(kVersion) &&
      kind.size() > kPrefix.size() + kVersion.size()) {
    kind = kind.substr(kPrefix.size(), kind.size() - kPrefix.size() - kVersion.size());
    if (IsKind(kind)) return std::string(kind);
  }
  return InvalidArgument("the first line must be weir/<kind>/v1, got %s",
                         internal::Quoted(line).c_str());
}

namespace internal {

StatusOr<AnyDocument> ParseAnySigned(std::string_view text, std::string_view name,
                                     const google::protobuf::Message& prototype) {
  WEIR_ASSIGN_OR_RETURN(const std::string kind, KindOf(prototype));
  const std::string expected = KindLine(kind);
  const std::string file(name);
  if (FirstLine(text) != expected) {
    return InvalidArgument("%s:1:1: the first line must be %s, got %s", file.c_str(),
                           Quoted(expected).c_str(), Quoted(FirstLine(text)).c_str());
  }
  if (text.find('\r') != text.npos) {
    return InvalidArgument("%s: a signed document must not have carriage returns", file.c_str());
  }
  if (!text.ends_with('\n')) {
    return InvalidArgument("%s: a signed document must end with a line break; it may be cut off",
                           file.c_str());
  }
  return ParseAnyYaml(text, name, prototype, expected.size() + 1);
}

}  // namespace internal
}  // namespace weir::doc
