// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_SIGNED_TEXT_H_
#define WEIR_DOC_SIGNED_TEXT_H_

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "weir/base/status.h"
#include "weir/doc/yaml_reader.h"

namespace weir::doc {

// Text that is signed, hashed or stored: the line `weir/<kind>/v1`, then one document. The kind is
// in the message's `kind` option, so a signature on a charter can never be read as one on an
// agreement. What is signed is the exact text received: nobody re-serialises before verifying.

// The message as signed text, in canonical form: equal messages give equal text.
// Errors: INVALID_ARGUMENT as WriteYaml; INTERNAL the message has no kind.
StatusOr<std::string> FormatSigned(const google::protobuf::Message& message);

// The kind that signed text names: "debit". Says nothing about the rest.
// Errors: INVALID_ARGUMENT  the first line is not `weir/<kind>/v1`.
StatusOr<std::string> SignedKind(std::string_view text);

namespace internal {
StatusOr<AnyDocument> ParseAnySigned(std::string_view text, std::string_view name,
                                     const google::protobuf::Message& prototype);
}  // namespace internal

// Reads signed text of M's kind. Verify the signature first: this looks at the words only.
//
// Shapes:    `text` without signature lines; `name` is used in messages, for instance
//            "agreement crashes-kc". Lines count from the kind line.
// Guarantee: the first line is exactly M's kind and version, the text ends with a line break and
//            has no carriage return; the rest as ParseYaml. The text need not be canonical.
// Errors:    INVALID_ARGUMENT  another kind or version (both are named), or as ParseYaml.
template <class M>
StatusOr<Document<M>> ParseSigned(std::string_view text, std::string_view name) {
  return internal::As<M>(internal::ParseAnySigned(text, name, M::default_instance()));
}

}  // namespace weir::doc

#endif  // WEIR_DOC_SIGNED_TEXT_H_
