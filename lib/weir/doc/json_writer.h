// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_JSON_WRITER_H_
#define WEIR_DOC_JSON_WRITER_H_

#include <string>

#include <google/protobuf/message.h>

namespace weir::doc {

struct JsonOptions {
  // Puts "schema": "weir.v1" first: for the outermost object of a command's output.
  bool with_schema = false;
  // Spaces a level; -1 puts everything on one line.
  int indent = 2;
};

// A message as JSON for programs: the `--json` output. No line break at the end.
//
// Shapes:    one object; keys as in the proto, in field-number order. Every key is always there,
//            but for the members of a oneof that are not set: an unset message or enum is null,
//            a list that is empty is []. Enums are lower-case words without prefix, as in YAML;
//            64-bit integers are numbers; bytes are padded base64; map keys are sorted.
// Guarantee: deterministic. Invalid UTF-8 becomes U+FFFD; a number that is not finite, null.
// Reveals:   the whole message: hand over only what may be shown.
std::string WriteJson(const google::protobuf::Message& message, const JsonOptions& options);

}  // namespace weir::doc

#endif  // WEIR_DOC_JSON_WRITER_H_
