// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/risk/file_linkage.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "weir/anon/collapse.h"
#include "weir/anon/hierarchy_rules.h"
#include "weir/anon/internal/tuple_index.h"
#include "weir/anon/risk/record_linkage.h"
#include "weir/anon/risk/risk_analysis.h"

namespace weir::anon {
namespace {

std::vector<std::string> TextsOf(const Dictionary& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) texts.emplace_back(values[i]);
  return texts;
}

const CodedColumn& ColumnOf(const std::vector<CodedColumn>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&name](const CodedColumn& c) { return c.name == name; });
  WEIR_CHECK(found != columns.end());
  return *found;
}

// A file whose records are collapsed: quasi-identifiers first, then the columns that name a person.
struct LinkedFile {
  std::vector<std::vector<std::string>> texts;  // by column, then code
  TupleTable table;
};

struct LinkedFiles {
  LinkedFile known;
  LinkedFile published;
};

std::vector<std::string> ColumnsOf(const RiskRequest& request) {
  std::vector<std::string> names = request.quasi_identifiers;
  const std::vector<std::string>& persons = request.linkage->persons;
  names.insert(names.end(), persons.begin(), persons.end());
  return names;
}

Status CheckColumns(const RiskRequest& request) {
  const std::vector<std::string> names = ColumnsOf(request);
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (seen.insert(name).second) continue;
    return InvalidArgument(
        "%s is named twice: a column that tells who a row is about cannot be one that is compared",
        QuoteText(name).c_str());
  }
  return OkStatus();
}

// Who each tuple is about; equal persons of both files get equal numbers.
class Persons {
 public:
  Persons(const LinkedFile& known, size_t first) : known_(known), first_(first), index_(Width()) {}

  std::vector<uint32_t> OfKnown() {
    std::vector<uint32_t> persons;
    std::vector<uint64_t> key(Width());
    for (size_t i = 0; i < known_.table.tuples(); ++i) {
      bool is_named = true;
      for (size_t a = 0; a < key.size(); ++a) {
        key[a] = known_.table.codes[first_ + a][i];
        is_named = is_named && !known_.texts[first_ + a][key[a]].empty();
      }
      persons.push_back(is_named ? index_.Add(key.data()) : kNobody);
    }
    return persons;
  }

  std::vector<uint32_t> OfPublished(const LinkedFile& published) const {
    std::vector<Dictionary> known_texts(Width());
    for (size_t a = 0; a < Width(); ++a) {
      for (const std::string& text : known_.texts[first_ + a]) known_texts[a].Add(text);
    }
    std::vector<uint32_t> persons;
    std::vector<uint64_t> key(Width());
    for (size_t i = 0; i < published.table.tuples(); ++i) {
      bool is_known = true;
      for (size_t a = 0; a < key.size() && is_known; ++a) {
        const std::string& text = published.texts[first_ + a][published.table.codes[first_ + a][i]];
        const std::optional<uint32_t> code = known_texts[a].Find(text);
        is_known = code.has_value();
        key[a] = code.value_or(0);
      }
      const uint32_t person = is_known ? index_.Find(key.data()) : kNobody;
      persons.push_back(person == internal::TupleIndex::kNone ? kNobody : person);
    }
    return persons;
  }

 private:
  size_t Width() const { return known_.table.attributes() - first_; }

  const LinkedFile& known_;
  size_t first_;
  internal::TupleIndex index_;
};

LinkageTable TableOf(const LinkedFile& file, size_t columns) {
  LinkageTable table = {.codes = {}, .rows = file.table.rows};
  table.codes.assign(file.table.codes.begin(),
                     file.table.codes.begin() + static_cast<ptrdiff_t>(columns));
  return table;
}

// A row without any value tells nothing: no attacker takes it.
void LeaveOutSuppressed(const LinkedFile& file, std::string_view suppressed, LinkageTable& table) {
  for (size_t i = 0; i < table.rows.size(); ++i) {
    bool is_suppressed = true;
    for (size_t a = 0; a < table.codes.size() && is_suppressed; ++a) {
      is_suppressed = file.texts[a][table.codes[a][i]] == suppressed;
    }
    if (is_suppressed) table.rows[i] = 0;
  }
}

StatusOr<std::optional<Hierarchy>> HierarchyOf(const LinkageRequest& request,
                                               const std::string& name,
                                               const std::vector<std::string>& known) {
  const auto column = request.columns.find(name);
  if (column == request.columns.end()) return std::optional<Hierarchy>();
  const auto file = request.hierarchy_files.find(name);
  const std::vector<std::string_view> views(known.begin(), known.end());
  // Values without a place are no error: somebody may know others than those of the input.
  WEIR_ASSIGN_OR_RETURN(const RuleResult rule,
                        ApplyRule(column->second, views,
                                  file == request.hierarchy_files.end() ? nullptr : &file->second));
  if (rule.paths.empty()) return std::optional<Hierarchy>();
  WEIR_ASSIGN_OR_RETURN(Hierarchy hierarchy, Hierarchy::Create(rule.paths, rule.weights));
  return std::optional<Hierarchy>(std::move(hierarchy));
}

StatusOr<LinkageRisk> LinkFiles(const RiskRequest& request, const LinkedFiles& files) {
  const auto& [known, published] = files;
  const size_t columns = request.quasi_identifiers.size();
  LinkageTables tables = {.known = TableOf(known, columns),
                          .published = TableOf(published, columns)};
  LeaveOutSuppressed(published, request.linkage->suppressed_text, tables.published);
  if (!request.linkage->persons.empty()) {
    Persons persons(known, columns);
    tables.known.persons = persons.OfKnown();
    tables.published.persons = persons.OfPublished(published);
  }
  std::vector<std::optional<Hierarchy>> hierarchies;
  hierarchies.reserve(columns);
  for (size_t a = 0; a < columns; ++a) {
    WEIR_ASSIGN_OR_RETURN(
        hierarchies.emplace_back(),
        HierarchyOf(*request.linkage, request.quasi_identifiers[a], known.texts[a]));
  }
  std::vector<CellDistance> distances;
  distances.reserve(columns);
  for (size_t a = 0; a < columns; ++a) {
    distances.push_back(DistanceOfTexts({.known = known.texts[a], .published = published.texts[a]},
                                        hierarchies[a].has_value() ? &*hierarchies[a] : nullptr,
                                        request.linkage->suppressed_text));
  }
  return LinkRecords(tables, distances, {});
}

}  // namespace

StatusOr<LinkageRequest> LinkageRequestOf(const Recipe& recipe, Files& files) {
  LinkageRequest request = {.known = recipe.input()};
  if (!recipe.output().suppressed().empty()) {
    request.suppressed_text = recipe.output().suppressed();
  }
  for (const RecipeColumn& column : recipe.columns()) {
    if (column.role != v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) continue;
    request.columns.emplace(column.name, column);
    if (!column.hierarchy.has_value() || column.hierarchy->csv().empty()) continue;
    const std::string& delimiter = column.hierarchy->delimiter();
    StatusOr<HierarchyFile> file =
        ReadHierarchyFile(files, JoinPath(recipe.folder(), column.hierarchy->csv()),
                          delimiter.empty() ? ',' : delimiter[0]);
    WEIR_RETURN_IF_ERROR(recipe.At("attributes." + column.name + ".hierarchy", file.status()));
    request.hierarchy_files.emplace(column.name, *std::move(file));
  }
  return request;
}

StatusOr<LinkageRisk> RiskAnalysis::Link(const RiskRequest& request, const ReadLimits& limits,
                                         RandomSource& random) {
  WEIR_RETURN_IF_ERROR(CheckColumns(request));
  const std::vector<std::string> names = ColumnsOf(request);
  const auto read = [&](const InputLocation& location) -> StatusOr<LinkedFile> {
    ReadRequest columns;
    columns.columns.reserve(names.size());
    for (const std::string& name : names) {
      const auto missing = request.missing.find(name);
      columns.columns.push_back({.name = name});
      if (missing != request.missing.end()) columns.columns.back().missing = missing->second;
    }
    WEIR_ASSIGN_OR_RETURN(const Microdata microdata,
                          ReadMicrodata(location, columns, limits, random));
    CollapseRequest collapse;
    LinkedFile file;
    for (const std::string& name : names) {
      const CodedColumn& column = ColumnOf(microdata.columns(AnonKey()), name);
      file.texts.push_back(TextsOf(column.values));
      CodeMap map = {.column = name, .codes = {}};
      map.codes.reserve(column.values.size());
      for (uint32_t i = 0; i < column.values.size(); ++i) map.codes.push_back(i);
      collapse.quasi_identifiers.push_back(std::move(map));
    }
    WEIR_ASSIGN_OR_RETURN(CollapsedTable collapsed, Collapse(microdata, collapse));
    file.table = std::move(collapsed.table);
    return file;
  };
  LinkedFiles files;
  WEIR_ASSIGN_OR_RETURN(files.known, read(request.linkage->known));
  if (files.known.table.total_rows == 0) {
    return InvalidArgument("%s has no rows", request.linkage->known.path.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(files.published, read(request.input));
  return LinkFiles(request, files);
}

}  // namespace weir::anon
