// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_ANONYMIZER_STATE_H_
#define WEIR_ANON_INTERNAL_ANONYMIZER_STATE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/anon/anonymize.h"
#include "weir/anon/collapse.h"
#include "weir/anon/hierarchy.h"
#include "weir/anon/hierarchy_file.h"
#include "weir/anon/model_factory.h"
#include "weir/anon/recoding.h"
#include "weir/anon/value_actions.h"

namespace weir::anon {

// A sensitive attribute that a model protects.
struct ProtectedColumn {
  std::string name;
  std::optional<Hierarchy> hierarchy = std::nullopt;
  std::vector<std::string> values = {};  // by code; with a hierarchy its ground values
};

struct Anonymizer::State {
  Recipe recipe;
  AnonymizeOptions options;
  Files* files = nullptr;
  RandomSource* random = nullptr;

  std::vector<std::string> file_columns = {};       // of the input, in its order
  std::vector<std::string> quasi_identifiers = {};  // in the order of the input
  std::vector<std::string> protected_names = {};    // sensitive, named by a model
  std::optional<Microdata> microdata = std::nullopt;
  std::optional<Microdata> population = std::nullopt;
  std::map<std::string, ValueActions> value_actions = {};     // by attribute
  std::map<std::string, HierarchyFile> hierarchy_files = {};  // by attribute

  std::vector<Hierarchy> hierarchies = {};  // of the quasi-identifiers
  std::vector<const Hierarchy*> hierarchy_list = {};
  std::vector<ProtectedColumn> sensitive = {};
  CollapsedTable collapsed = {};
  SearchProblem problem = {};
  std::vector<std::string> model_names = {};
  // Of another recoding than the global one, once it was found.
  std::unique_ptr<RecodedTable> recoded = nullptr;
  MobilityFacts mobility = {};  // without uniqueness
};

}  // namespace weir::anon

#endif  // WEIR_ANON_INTERNAL_ANONYMIZER_STATE_H_
