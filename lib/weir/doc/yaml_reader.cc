// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/yaml_reader.h"

#include "weir/doc/internal/message_reader.h"
#include "weir/doc/internal/source_text.h"
#include "weir/doc/internal/yaml_tree.h"

namespace weir::doc::internal {

StatusOr<AnyDocument> ParseAnyYaml(std::string_view text, std::string_view file_name,
                                   const google::protobuf::Message& prototype, size_t yaml_begin) {
  WEIR_ASSIGN_OR_RETURN(const SourceText source, SourceText::Create(text, file_name, yaml_begin));
  WEIR_ASSIGN_OR_RETURN(const YamlNode root, ReadYamlTree(source));
  return ReadMessage(source, root, prototype);
}

}  // namespace weir::doc::internal
