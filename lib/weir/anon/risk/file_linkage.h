// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_FILE_LINKAGE_H_
#define WEIR_ANON_RISK_FILE_LINKAGE_H_

#include <map>
#include <string>
#include <vector>

#include "weir/anon/hierarchy_file.h"
#include "weir/anon/microdata.h"
#include "weir/anon/recipe.h"
#include "weir/base/files.h"
#include "weir/base/status.h"

namespace weir::anon {

// The file that somebody knows, and by what its cells are compared with those of a published one.
struct LinkageRequest {
  InputLocation known;  // has the quasi-identifiers under the same names
  // Columns of both files that together tell who a row is about: to count right links, never to
  // find them. None: it is not known which row is whose.
  std::vector<std::string> persons = {};
  // Rules of the quasi-identifiers that were generalized, by column, and the files of those that
  // have one. A column without a rule is compared by texts and numbers alone.
  std::map<std::string, RecipeColumn> columns = {};
  std::map<std::string, HierarchyFile> hierarchy_files = {};
  std::string suppressed_text = "*";
};

// The input of the recipe that made the published file, with its hierarchies.
// Errors: as ReadHierarchyFile, with the place in the recipe.
StatusOr<LinkageRequest> LinkageRequestOf(const Recipe& recipe, Files& files);

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_FILE_LINKAGE_H_
