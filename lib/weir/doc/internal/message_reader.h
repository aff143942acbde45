// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_INTERNAL_MESSAGE_READER_H_
#define WEIR_DOC_INTERNAL_MESSAGE_READER_H_

#include <google/protobuf/message.h>

#include "weir/base/status.h"
#include "weir/doc/internal/source_text.h"
#include "weir/doc/internal/yaml_tree.h"
#include "weir/doc/yaml_reader.h"

namespace weir::doc::internal {

// Gives the untyped tree of `source` the type of `prototype`, by its fields and their options.
//
// Errors: INVALID_ARGUMENT  the first fault in the order of the text, with the place; what is
//                           absent is reported after what is there.
//         INTERNAL          the type has a field that documents cannot hold (bytes, groups, map
//                           keys that are not text).
StatusOr<AnyDocument> ReadMessage(const SourceText& source, const YamlNode& root,
                                  const google::protobuf::Message& prototype);

}  // namespace weir::doc::internal

#endif  // WEIR_DOC_INTERNAL_MESSAGE_READER_H_
