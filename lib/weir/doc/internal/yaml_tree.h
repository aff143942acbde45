// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_INTERNAL_YAML_TREE_H_
#define WEIR_DOC_INTERNAL_YAML_TREE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "weir/base/status.h"
#include "weir/doc/internal/source_text.h"

namespace weir::doc::internal {

// One value of a document, still without a type: scalars are the text that was written.
struct YamlNode {
  enum class Kind {
    kNull,      // nothing, ~ or null
    kPlain,     // text without quotes, on one line, exactly as it stands in the source
    kQuoted,    // in quotes or as a block
    kSequence,  // `children` are the items
    kMapping,   // `children` are the values, each with its `key`
  };

  Kind kind = Kind::kNull;
  size_t offset = 0;  // of its first byte in the source
  std::string text;
  std::string key;
  size_t key_offset = 0;
  std::vector<YamlNode> children;
};

// Reads the one document of `source`.
//
// Guarantee: keys are texts on the line of their colon, no mapping has one twice; no anchor, alias,
//            tag, merge key, complex key or second document; at most kMaxDocumentDepth levels and
//            kMaxDocumentNodes nodes.
// Errors:    INVALID_ARGUMENT with the place.
StatusOr<YamlNode> ReadYamlTree(const SourceText& source);

}  // namespace weir::doc::internal

#endif  // WEIR_DOC_INTERNAL_YAML_TREE_H_
