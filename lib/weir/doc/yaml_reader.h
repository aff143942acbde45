// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_YAML_READER_H_
#define WEIR_DOC_YAML_READER_H_

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include <google/protobuf/message.h>

#include "weir/base/status.h"
#include "weir/doc/locations.h"

namespace weir::doc {

// Limits on a document; more is refused before any of it is used.
inline constexpr size_t kMaxDocumentBytes = size_t{1} << 20;
inline constexpr int kMaxDocumentDepth = 16;         // mappings and sequences inside one another
inline constexpr size_t kMaxDocumentNodes = 100000;  // keys, scalars, mappings and sequences

// What a document says, and where it says it.
template <class M>
struct Document {
  M message;
  Locations locations;
};

namespace internal {
struct AnyDocument {
  std::unique_ptr<google::protobuf::Message> message;  // of the prototype's type
  Locations locations;
};
// The document starts at byte `yaml_begin`; what stands before it only counts for line numbers.
StatusOr<AnyDocument> ParseAnyYaml(std::string_view text, std::string_view file_name,
                                   const google::protobuf::Message& prototype, size_t yaml_begin);

template <class M>
StatusOr<Document<M>> As(StatusOr<AnyDocument> parsed) {
  if (!parsed.ok()) return std::move(parsed).status();
  return Document<M>{.message = std::move(static_cast<M&>(*parsed->message)),
                     .locations = std::move(parsed->locations)};
}
}  // namespace internal

// Reads a document that a person wrote: a strict subset of YAML 1.2, typed by the fields of M. The
// whole language is in docs/reference/documents.md.
//
//   WEIR_ASSIGN_OR_RETURN(auto document, doc::ParseYaml<v1::Dataset>(text, "a.dataset.yaml"));
//   if (too_small) return document.locations.At("budget.epsilon", InvalidArgument(...));
//
// Shapes:    `text` UTF-8 of at most kMaxDocumentBytes; keys are M's field names; `file_name` is
//            used in messages only.
// Guarantee: every value of the text is in the message or refused: no key is ignored, no
//            duplicate dropped, no number rounded or read in another base, no second document
//            passed over. A scalar means what the field's type says, never what it looks like.
//            The fields' `required` and `lexical` options hold in the result. Which values make
//            sense together is for the caller to check. Equal text gives an equal result.
// Errors:    INVALID_ARGUMENT  the first fault, as "file:line:column: what is wrong; what to do".
// Cost:      O(text) time and memory. There is no alias, so nothing grows. Thread-safe.
// Source:    YAML 1.2.2 (yaml.org/spec/1.2.2); Unicode TR 36 section 3 (controls of direction).
template <class M>
StatusOr<Document<M>> ParseYaml(std::string_view text, std::string_view file_name) {
  return internal::As<M>(
      internal::ParseAnyYaml(text, file_name, M::default_instance(), /*yaml_begin=*/0));
}

}  // namespace weir::doc

#endif  // WEIR_DOC_YAML_READER_H_
