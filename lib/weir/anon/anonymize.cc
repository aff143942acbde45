// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/anonymize.h"

#include <algorithm>
#include <utility>

#include "weir/anon/hierarchy_rules.h"
#include "weir/anon/internal/anonymizer_state.h"

namespace weir::anon {
namespace {

std::string Joined(const std::vector<std::string>& names) {
  constexpr size_t kMostNames = 30;
  std::string text;
  for (size_t i = 0; i < names.size() && i < kMostNames; ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  return names.size() > kMostNames ? text + ", ..." : text;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the file's columns, then those of traces
Status CheckColumns(const Recipe& recipe, const std::vector<std::string>& columns,
                    const std::vector<std::string>& track) {
  std::vector<std::string> named = recipe.privacy_unit();
  named.insert(named.end(), track.begin(), track.end());
  for (const RecipeColumn& column : recipe.columns()) named.push_back(column.name);
  const bool is_header = std::any_of(
      named.begin(), named.end(), [&](const std::string& name) { return Contains(columns, name); });
  const auto missing = [&](const std::string& name) {
    // The names of a file without a header are values.
    if (!is_header) {
      return InvalidArgument(
          "%s has no column %s, nor any other of the recipe: its first line must be a header, and "
          "the delimiter the file's",
          recipe.input().path.c_str(), name.c_str());
    }
    return InvalidArgument("%s has no column %s; it has %s", recipe.input().path.c_str(),
                           name.c_str(), Joined(columns).c_str());
  };
  for (const RecipeColumn& column : recipe.columns()) {
    if (Contains(columns, column.name)) continue;
    return recipe.At("attributes." + column.name, missing(column.name));
  }
  for (size_t i = 0; i < recipe.privacy_unit().size(); ++i) {
    const std::string& name = recipe.privacy_unit()[i];
    if (Contains(columns, name)) continue;
    return recipe.At("privacy_unit[" + std::to_string(i) + "]", missing(name));
  }
  for (const std::string& name : track) {
    if (!Contains(columns, name)) return recipe.At("mobility", missing(name));
  }
  return OkStatus();
}

// As many units of a class as the models and the figures of risk ask for.
uint32_t UnitCap(const Recipe& recipe) {
  if (recipe.privacy_unit().empty()) return 0;
  uint32_t cap = kUnitsAtThreshold;
  for (const v1::PrivacyModel& model : recipe.models()) {
    if (!model.has_k_anonymity()) continue;
    const v1::KAnonymity& k = model.k_anonymity();
    if (k.count() == v1::COUNT_OF_UNITS) cap = std::max(cap, k.k());
  }
  return cap;
}

bool IsAnalysed(const RecipeColumn& column, const std::vector<std::string>& protected_names) {
  return column.role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER ||
         Contains(protected_names, column.name);
}

// Codes of dictionary texts in a hierarchy that has all of them.
CodeMap MapTo(const CodedColumn& column, const Hierarchy& hierarchy) {
  CodeMap map = {.column = column.name, .codes = {}};
  map.codes.reserve(column.values.size());
  for (size_t i = 0; i < column.values.size(); ++i) {
    const std::optional<uint32_t> code = hierarchy.Find(column.values[i]);
    WEIR_CHECK(code.has_value());
    map.codes.push_back(*code);
  }
  return map;
}

CodeMap Identity(const CodedColumn& column) {
  CodeMap map = {.column = column.name, .codes = {}};
  for (uint32_t i = 0; i < column.values.size(); ++i) map.codes.push_back(i);
  return map;
}

// A text of one's own that is a value as well would make suppressed rows look like people of it.
Status CheckSuppressedText(const Recipe& recipe, const std::vector<std::string>& names,
                           const std::vector<Hierarchy>& hierarchies) {
  const std::string& text = recipe.output().suppressed();
  if (text.empty() || text == kSuppressed) return OkStatus();
  for (size_t a = 0; a < hierarchies.size(); ++a) {
    if (!hierarchies[a].Find(text).has_value()) continue;
    return recipe.At("output.suppressed",
                     InvalidArgument("the text for what is suppressed is a value of %s, too; "
                                     "choose another",
                                     names[a].c_str()));
  }
  return OkStatus();
}

}  // namespace

Anonymizer::Anonymizer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Anonymizer::Anonymizer(Anonymizer&&) noexcept = default;
Anonymizer::~Anonymizer() = default;

const CodedColumn& Anonymizer::ColumnOf(const Microdata& microdata, const std::string& name) {
  const std::vector<CodedColumn>& columns = microdata.columns(AnonKey());
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&name](const CodedColumn& c) { return c.name == name; });
  WEIR_CHECK(found != columns.end());
  return *found;
}

StatusOr<Microdata> Anonymizer::ReadTable(const State& state, const InputLocation& input,
                                          const ReadRequest& request, Stage stage) {
  ReadLimits limits = state.options.limits;
  limits.progress = nullptr;
  // Row actions and traces need the rows there.
  if (stage == Stage::kReading && (NeedsRows(state.recipe) || state.recipe.has_mobility())) {
    limits.holding = Holding::kHeld;
  }
  if (state.options.progress) {
    limits.progress = [&state, stage](double share) {
      return state.options.progress(stage, share);
    };
  }
  return ReadMicrodata(input, request, limits, *state.random);
}

Status Anonymizer::ReadInputs(State& state) {
  const Recipe& recipe = state.recipe;
  ReadRequest request = {.columns = {}, .unit = recipe.privacy_unit(), .unit_cap = UnitCap(recipe)};
  ReadRequest population = {};
  for (const std::string& name : state.file_columns) {
    const RecipeColumn* column = recipe.FindColumn(name);
    if (column == nullptr || !IsWritten(*column)) continue;
    const bool is_analysed = IsAnalysed(*column, state.protected_names);
    request.columns.push_back({.name = name,
                               .use = is_analysed ? ColumnUse::kAnalysed : ColumnUse::kKept,
                               .missing = column->missing});
    WEIR_RETURN_IF_ERROR(AddValueActions(state, *column, request.columns.back()));
    if (column->role != v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) continue;
    population.columns.push_back(request.columns.back());
    state.quasi_identifiers.push_back(name);
  }
  for (const std::string& name : recipe.privacy_unit()) {
    const RecipeColumn* column = recipe.FindColumn(name);
    request.unit_missing.push_back(column == nullptr ? std::vector<std::string>()
                                                     : column->missing);
  }
  AddUnitColumns(state, request);
  const size_t columns = request.columns.size();
  AddTrackColumns(recipe, request);
  WEIR_ASSIGN_OR_RETURN(const bool is_read, ReadTransformed(state, request));
  if (!is_read) {
    WEIR_ASSIGN_OR_RETURN(state.microdata,
                          ReadTable(state, recipe.input(), request, Stage::kReading));
  }
  WEIR_RETURN_IF_ERROR(CheckValueActions(state));
  WEIR_RETURN_IF_ERROR(RemoveHomes(state, columns));
  if (!is_read) WEIR_RETURN_IF_ERROR(ApplyRowActions(state));
  if (!recipe.population().has_value()) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(state.population,
                        ReadTable(state, *recipe.population(), population, Stage::kReading));
  return CheckValueActions(state);
}

StatusOr<std::unique_ptr<Anonymizer::State>> Anonymizer::Read(const Recipe& recipe,
                                                              const AnonymizeOptions& options,
                                                              Files& files, RandomSource& random) {
  auto state = std::make_unique<State>(
      State{.recipe = recipe, .options = options, .files = &files, .random = &random});
  WEIR_ASSIGN_OR_RETURN(state->protected_names, ProtectedNames(recipe, options.targets));
  WEIR_ASSIGN_OR_RETURN(state->file_columns, ReadColumnNames(recipe.input()));
  WEIR_RETURN_IF_ERROR(CheckColumns(recipe, state->file_columns, TrackColumns(recipe)));
  for (const RecipeColumn& column : recipe.columns()) {
    if (!column.hierarchy.has_value() || column.hierarchy->csv().empty()) continue;
    const std::string& delimiter = column.hierarchy->delimiter();
    StatusOr<HierarchyFile> file =
        ReadHierarchyFile(files, JoinPath(recipe.folder(), column.hierarchy->csv()),
                          delimiter.empty() ? ',' : delimiter[0]);
    WEIR_RETURN_IF_ERROR(recipe.At("attributes." + column.name + ".hierarchy", file.status()));
    state->hierarchy_files.emplace(column.name, *std::move(file));
  }
  WEIR_RETURN_IF_ERROR(ReadInputs(*state));
  if (state->microdata->Facts().ShowToOwner().rows == 0) {
    return recipe.At("input.path", InvalidArgument("%s has no rows", recipe.input().path.c_str()));
  }
  return state;
}

std::vector<std::string> Anonymizer::ValuesOf(const State& state, const std::string& column) {
  const Dictionary& dictionary = ColumnOf(*state.microdata, column).values;
  std::vector<std::string> values;
  values.reserve(dictionary.size());
  for (size_t i = 0; i < dictionary.size(); ++i) values.emplace_back(dictionary[i]);
  if (!state.population.has_value() || !Contains(state.quasi_identifiers, column)) return values;
  const Dictionary& others = ColumnOf(*state.population, column).values;
  for (size_t i = 0; i < others.size(); ++i) {
    if (!dictionary.Find(others[i]).has_value()) values.emplace_back(others[i]);
  }
  return values;
}

Status Anonymizer::BuildHierarchies(State& state) {
  const auto build = [&state](const std::string& name) -> StatusOr<Hierarchy> {
    const std::vector<std::string> values = ValuesOf(state, name);
    const std::vector<std::string_view> views(values.begin(), values.end());
    const auto file = state.hierarchy_files.find(name);
    StatusOr<Hierarchy> hierarchy =
        BuildHierarchy(*state.recipe.FindColumn(name), views,
                       file == state.hierarchy_files.end() ? nullptr : &file->second);
    WEIR_RETURN_IF_ERROR(state.recipe.At("attributes." + name + ".hierarchy", hierarchy.status()));
    return hierarchy;
  };
  state.hierarchies.reserve(state.quasi_identifiers.size());
  for (const std::string& name : state.quasi_identifiers) {
    WEIR_ASSIGN_OR_RETURN(Hierarchy hierarchy, build(name));
    state.hierarchies.push_back(std::move(hierarchy));
  }
  for (const Hierarchy& hierarchy : state.hierarchies) state.hierarchy_list.push_back(&hierarchy);
  for (const std::string& name : state.protected_names) {
    ProtectedColumn column = {.name = name};
    if (state.recipe.FindColumn(name)->hierarchy.has_value()) {
      WEIR_ASSIGN_OR_RETURN(column.hierarchy, build(name));
      for (uint32_t i = 0; i < column.hierarchy->size(0); ++i) {
        column.values.push_back(column.hierarchy->label(0, i));
      }
    } else {
      column.values = ValuesOf(state, name);
    }
    state.sensitive.push_back(std::move(column));
  }
  return OkStatus();
}

Status Anonymizer::CollapseRows(State& state) {
  CollapseRequest request;
  for (size_t a = 0; a < state.quasi_identifiers.size(); ++a) {
    const std::string& name = state.quasi_identifiers[a];
    request.quasi_identifiers.push_back(
        MapTo(ColumnOf(*state.microdata, name), state.hierarchies[a]));
    if (!state.population.has_value()) continue;
    request.population_codes.push_back(
        MapTo(ColumnOf(*state.population, name), state.hierarchies[a]));
  }
  if (state.population.has_value()) request.population = &*state.population;
  for (const ProtectedColumn& column : state.sensitive) {
    const CodedColumn& coded = ColumnOf(*state.microdata, column.name);
    request.sensitive.push_back(column.hierarchy.has_value() ? MapTo(coded, *column.hierarchy)
                                                             : Identity(coded));
    request.sensitive_values.push_back(static_cast<uint32_t>(column.values.size()));
  }
  WEIR_ASSIGN_OR_RETURN(state.collapsed, Collapse(*state.microdata, request));
  return OkStatus();
}

Status Anonymizer::MakeProblem(State& state) {
  const Recipe& recipe = state.recipe;
  SearchProblem& problem = state.problem;
  problem.table = &state.collapsed.table;
  problem.hierarchies = state.hierarchy_list;
  problem.suppression_limit_rows = recipe.SuppressibleRows(state.collapsed.table.total_rows);
  problem.quality = recipe.quality();
  for (size_t a = 0; a < state.quasi_identifiers.size(); ++a) {
    const RecipeColumn& column = *recipe.FindColumn(state.quasi_identifiers[a]);
    const size_t height = state.hierarchies[a].levels() - 1;
    const size_t highest = column.highest_level.value_or(height);
    if (column.lowest_level > height || highest > height) {
      return recipe.At(
          "attributes." + column.name + ".levels",
          InvalidArgument("the hierarchy of %s has levels 0 to %zu", column.name.c_str(), height));
    }
    problem.levels.emplace_back(column.lowest_level, highest);
    problem.quality.weights.push_back(column.weight);
  }
  WEIR_RETURN_IF_ERROR(CheckSuppressedText(recipe, state.quasi_identifiers, state.hierarchies));
  std::map<std::string, SensitiveValues> sensitive;
  for (const ProtectedColumn& column : state.sensitive) {
    sensitive[column.name] = {
        .hierarchy = column.hierarchy.has_value() ? &*column.hierarchy : nullptr,
        .order = OrderOfValues(*recipe.FindColumn(column.name), column.values)};
  }
  WEIR_RETURN_IF_ERROR(AddModels(recipe, sensitive, problem));
  state.model_names = NamesOfModels(recipe, problem);
  return OkStatus();
}

StatusOr<Anonymizer> Anonymizer::Open(const Recipe& recipe, const AnonymizeOptions& options,
                                      Files& files, RandomSource& random) {
  if (recipe.mobility().has_origin_destination()) {
    return recipe.At("mobility.origin_destination",
                     InvalidArgument("this recipe makes a table; nothing is searched or frozen"));
  }
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<State> state, Read(recipe, options, files, random));
  WEIR_RETURN_IF_ERROR(BuildHierarchies(*state));
  WEIR_RETURN_IF_ERROR(CollapseRows(*state));
  WEIR_RETURN_IF_ERROR(MakeProblem(*state));
  return Anonymizer(std::move(state));
}

StatusOr<OwnerView<RecipeInspection>> Anonymizer::Inspect(const Recipe& recipe,
                                                          const AnonymizeOptions& options,
                                                          Files& files, RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<State> state, Read(recipe, options, files, random));
  RecipeInspection inspection;
  inspection.rows = state->microdata->Facts().ShowToOwner().rows;
  for (const RecipeColumn& column : recipe.columns()) {
    const auto found = state->hierarchy_files.find(column.name);
    const HierarchyFile* file = found == state->hierarchy_files.end() ? nullptr : &found->second;
    if (file != nullptr) {
      const std::vector<Finding> findings = LintHierarchyFile(*file);
      inspection.findings.insert(inspection.findings.end(), findings.begin(), findings.end());
    }
    if (!IsAnalysed(column, state->protected_names)) continue;
    const std::vector<std::string> values = ValuesOf(*state, column.name);
    const std::vector<std::string_view> views(values.begin(), values.end());
    const StatusOr<RuleResult> result = ApplyRule(column, views, file);
    WEIR_RETURN_IF_ERROR(recipe.At("attributes." + column.name + ".hierarchy", result.status()));
    const std::string place =
        file != nullptr ? file->name : "attributes." + column.name + ".hierarchy";
    for (Finding& finding : LintCoverage(column, *result, values.size(), place)) {
      inspection.findings.push_back(std::move(finding));
    }
    for (const uint32_t i : result->unplaced) {
      std::vector<std::string>& shown = inspection.unplaced[column.name];
      if (shown.size() < kMostShownValues) shown.push_back(values[i]);
    }
  }
  return OwnerView<RecipeInspection>(std::move(inspection));
}

SearchLimits Anonymizer::LimitsOfSearch() const {
  const AnonymizeOptions& options = state_->options;
  SearchLimits limits = {.time = options.time_limit, .memory_bytes = options.limits.memory_bytes};
  if (options.progress) {
    limits.progress = [&options](double share) {
      static_cast<void>(options.progress(Stage::kSearching, share));
    };
  }
  return limits;
}

StatusOr<SearchResult> Anonymizer::RunSearch(const SearchProblem& problem) {
  StatusOr<SearchResult> found = Search(problem, LimitsOfSearch());
  if (found.status().code() != StatusCode::kFailedPrecondition) return found;
  return PolicyRefusal("anonymization_models", MessageOf(found.status()));
}

StatusOr<SearchResult> Anonymizer::Find() {
  return IsGlobal(state_->recipe) ? RunSearch(state_->problem) : FindRecoding();
}

StatusOr<ClassTable> Anonymizer::Classes(const SearchResult& search) const {
  if (state_->recoded != nullptr) return state_->recoded->classes;
  WEIR_ASSIGN_OR_RETURN(ClassTable classes, ClassesAt(state_->problem, search.levels));
  if (classes.suppressed_rows != search.suppressed_rows || classes.kept_classes != search.classes) {
    return Internal("the search and the grouping of its result do not agree");
  }
  return classes;
}

}  // namespace weir::anon
