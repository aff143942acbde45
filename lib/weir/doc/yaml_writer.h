// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_YAML_WRITER_H_
#define WEIR_DOC_YAML_WRITER_H_

#include <string>

#include <google/protobuf/message.h>

#include "weir/base/status.h"

namespace weir::doc {

// Canonical YAML of a message; always ends with a line break.
//
// Shapes:    fields in field-number order, map keys sorted by bytes, two spaces a level. Absent
//            fields are left out, and so are defaults, but for required numbers and booleans.
//            Messages stand in block style, lists of scalars that fit 80 columns in flow style;
//            shorthand is used where it says everything (`- weekday`). Text is quoted where
//            another YAML reader could take it for something else; several lines become a literal
//            block. Doubles are the shortest decimal that reads back the same.
// Guarantee: the text is a function of the message; ParseYaml of it gives an equal message, which
// is
//            checked: what could not be read back is refused.
// Cost:      that of writing and of reading back. Thread-safe.
// Errors:    INVALID_ARGUMENT  a required field is empty, a text breaks its field's lexical rule
//                              or has characters that documents may not have, a number is not
//                              finite, or the text would exceed a limit of yaml_reader.h.
//            INTERNAL          a type that documents do not have: bytes, groups, unknown fields.
StatusOr<std::string> WriteYaml(const google::protobuf::Message& message);

}  // namespace weir::doc

#endif  // WEIR_DOC_YAML_WRITER_H_
