// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/yaml_reader.h"

#include <string>

#include "weir/doc/internal/message_reader.h"
#include "weir/doc/internal/source_text.h"
#include "weir/doc/internal/yaml_tree.h"
#include "weir/doc/signed_text.h"

namespace weir::doc::internal {

StatusOr<AnyDocument> ParseAnyYaml(std::string_view text, std::string_view file_name,
                                   const google::protobuf::Message& prototype, size_t yaml_begin) {
  const StatusOr<std::string> kind = SignedKind(text);
  if (kind.ok() && yaml_begin == 0) {
    return InvalidArgument(
        "%s:1:1: this is signed text of kind %s; here the document stands "
        "without the first line and without signatures",
        std::string(file_name).c_str(), kind->c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const SourceText source, SourceText::Create(text, file_name, yaml_begin));
  WEIR_ASSIGN_OR_RETURN(const YamlNode root, ReadYamlTree(source));
  return ReadMessage(source, root, prototype);
}

}  // namespace weir::doc::internal
