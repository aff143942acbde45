// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <utility>

#include "weir/anon/internal/anonymizer_state.h"
#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/output_proof.h"
#include "weir/anon/internal/unit_risk.h"

namespace weir::anon {
namespace {

// Share of the domain that a cell of the output stands for, scaled so that the input has 0 and a
// column that is suppressed as a whole has 1.
double LossOf(const SearchProblem& problem, const ClassTable& classes, size_t attribute,
              size_t level) {
  const Hierarchy& hierarchy = *problem.hierarchies[attribute];
  double sum = 0;
  uint64_t rows = 0;
  for (size_t id = 0; id < classes.rows.size(); ++id) {
    const uint32_t code = problem.table->codes[attribute][classes.first_tuple[id]];
    const double share =
        classes.suppressed[id] ? 1 : hierarchy.share(level, hierarchy.codes(level)[code]);
    sum += static_cast<double>(classes.rows[id]) * share;
    rows += classes.rows[id];
  }
  const double least = static_cast<double>(rows) / hierarchy.domain_size();
  const double span = static_cast<double>(rows) - least;
  return span <= 0 ? 0 : std::clamp((sum - least) / span, 0.0, 1.0);
}

}  // namespace

std::string Anonymizer::SuppressedText() const {
  const std::string& text = state_->recipe.output().suppressed();
  return text.empty() ? std::string(kSuppressed) : text;
}

double GapOf(const SearchResult& search) {
  if (search.optimal || search.score == 0) return 0;
  return std::clamp((search.score - search.lower_bound) / search.score, 0.0, 1.0);
}

OutputPlan Anonymizer::PlanOutput(const SearchResult& search, const ClassTable& classes) const {
  const State& state = *state_;
  OutputPlan plan;
  plan.suppressed_text = SuppressedText();
  plan.drop_suppressed = state.recipe.output().drop_suppressed_rows();
  plan.shuffle = !state.recipe.output().has_shuffle() || state.recipe.output().shuffle();
  plan.suppressed.reserve(classes.class_of.size());
  for (const uint32_t id : classes.class_of) plan.suppressed.push_back(classes.suppressed[id]);
  for (const std::string& name : state.file_columns) {
    const RecipeColumn* column = state.recipe.FindColumn(name);
    if (column == nullptr || !IsWritten(*column)) continue;
    OutputColumn output = {.name = name, .column = name};
    if (column->role == v1::ATTRIBUTE_ROLE_QUASI_IDENTIFIER) {
      const auto found =
          std::find(state.quasi_identifiers.begin(), state.quasi_identifiers.end(), name);
      const auto a = static_cast<size_t>(found - state.quasi_identifiers.begin());
      const bool is_recoded = state.recoded != nullptr;
      const Hierarchy& hierarchy =
          is_recoded ? state.recoded->hierarchies[a] : state.hierarchies[a];
      const size_t level = is_recoded ? 0 : search.levels[a];
      const TupleTable& table = is_recoded ? state.recoded->table : state.collapsed.table;
      output.source = CellSource::kByTuple;
      for (uint32_t i = 0; i < hierarchy.size(level); ++i) {
        output.texts.push_back(hierarchy.label(level, i));
      }
      for (const uint32_t code : table.codes[a]) {
        output.text_of.push_back(hierarchy.codes(level)[code]);
      }
    } else if (column->role == v1::ATTRIBUTE_ROLE_INSENSITIVE && column->actions.empty()) {
      output.type = column->type;
    }
    plan.columns.push_back(std::move(output));
  }
  return plan;
}

AnonymizationFacts Anonymizer::FactsOf(const SearchResult& search,
                                       const ClassTable& classes) const {
  const State& state = *state_;
  const OwnerView<MicrodataFacts> view = state.microdata->Facts();
  const MicrodataFacts& input = view.ShowToOwner();
  AnonymizationFacts facts;
  facts.rows = input.rows;
  facts.rows_without_unit = state.recipe.privacy_unit().empty() ? 0 : input.rows_without_unit;
  facts.input_sha256 = input.sha256;
  for (const uint64_t rows : state.collapsed.table.rows) {
    if (rows > 0) ++facts.class_sizes_before[rows];
  }
  const internal::CodedTable& records = state.microdata->table(AnonKey());
  const bool has_unit = !state.recipe.privacy_unit().empty();
  facts.before = has_unit ? internal::UnitRiskBefore(records, state.collapsed)
                          : RiskOf(facts.class_sizes_before);
  facts.search = search;
  for (size_t a = 0; a < state.quasi_identifiers.size(); ++a) {
    facts.attributes.push_back({.name = state.quasi_identifiers[a],
                                .level = search.levels[a],
                                .height = state.hierarchies[a].levels() - 1,
                                .loss = state.recoded != nullptr
                                            ? RecodedLoss(a)
                                            : LossOf(state.problem, classes, a, search.levels[a])});
  }
  facts.models = state.model_names;
  for (const auto& [name, file] : state.hierarchy_files) {
    facts.hierarchy_sha256[name] = file.sha256;
  }
  facts.class_sizes_after = classes.SizesOfKept();
  facts.after = has_unit ? internal::UnitRiskOf(records, state.collapsed, classes)
                         : RiskOf(facts.class_sizes_after);
  facts.is_recoded = state.recoded != nullptr;
  facts.drops_suppressed_rows = state.recipe.output().drop_suppressed_rows();
  return facts;
}

// Reads the output as anybody could and asks the models of the classes that stand in it.
Status Anonymizer::Verify(const SearchResult& search, const ClassTable& classes,
                          const InputLocation& written, const OutputFacts& facts) const {
  const State& state = *state_;
  ReadRequest request;
  for (const std::string& name : state.quasi_identifiers) request.columns.push_back({.name = name});
  for (const std::string& name : state.protected_names) request.columns.push_back({.name = name});
  WEIR_ASSIGN_OR_RETURN(const Microdata microdata,
                        ReadTable(state, written, request, Stage::kVerifying));
  const OwnerView<MicrodataFacts> read = microdata.Facts();
  if (read.ShowToOwner().sha256 != facts.sha256) {
    return Internal("the file does not hold the bytes that were written to it");
  }
  CollapseRequest collapse;
  std::vector<std::optional<uint32_t>> star_codes;
  for (const std::string& name : state.quasi_identifiers) {
    const CodedColumn& column = ColumnOf(microdata, name);
    collapse.quasi_identifiers.push_back({.column = name, .codes = {}});
    collapse.quasi_identifiers.back().codes.resize(column.values.size());
    std::iota(collapse.quasi_identifiers.back().codes.begin(),
              collapse.quasi_identifiers.back().codes.end(), 0U);
    star_codes.push_back(column.values.Find(SuppressedText()));
  }
  for (const ProtectedColumn& known : state.sensitive) {
    const CodedColumn& column = ColumnOf(microdata, known.name);
    CodeMap map = {.column = known.name, .codes = {}};
    std::map<std::string_view, uint32_t> codes;
    for (uint32_t i = 0; i < known.values.size(); ++i) codes.emplace(known.values[i], i);
    for (size_t i = 0; i < column.values.size(); ++i) {
      const auto code = codes.find(column.values[i]);
      if (code == codes.end()) return Internal("the output has a value that the input has not");
      map.codes.push_back(code->second);
    }
    collapse.sensitive.push_back(std::move(map));
    collapse.sensitive_values.push_back(static_cast<uint32_t>(known.values.size()));
  }
  WEIR_ASSIGN_OR_RETURN(const CollapsedTable collapsed, Collapse(microdata, collapse));
  const bool drops = state.recipe.output().drop_suppressed_rows();
  const bool is_recoded = state.recoded != nullptr;
  const std::vector<size_t> levels =
      is_recoded ? std::vector<size_t>(state.hierarchies.size(), 0) : search.levels;
  return internal::ProveOutput({.problem = is_recoded ? state.recoded->problem : state.problem,
                                .levels = levels,
                                .classes = classes,
                                .suppressed_text = SuppressedText(),
                                .drops_suppressed = drops,
                                .output = collapsed.table,
                                .star_codes = star_codes});
}

StatusOr<OwnerView<AnonymizationFacts>> Anonymizer::Write(const SearchResult& search,
                                                          const OutputLocation& output) {
  State& state = *state_;
  WEIR_ASSIGN_OR_RETURN(const ClassTable classes, Classes(search));
  ReadLimits limits = state.options.limits;
  limits.progress = nullptr;
  if (state.options.progress) {
    limits.progress = [&state](double share) {
      return state.options.progress(Stage::kWriting, share);
    };
  }
  OutputPlan plan = PlanOutput(search, classes);
  WEIR_RETURN_IF_ERROR(AddAggregates(classes, plan));
  WEIR_ASSIGN_OR_RETURN(
      const OwnerView<OutputFacts> written,
      WriteMicrodata(*state.microdata, state.collapsed, plan, output, limits, *state.random,
                     [&](const InputLocation& file, const OutputFacts& facts) {
                       return Annotate(Verify(search, classes, file, facts),
                                       "nothing was written, because it could not be verified");
                     }));
  AnonymizationFacts facts = FactsOf(search, classes);
  AddUtility(plan, facts);
  WEIR_ASSIGN_OR_RETURN(facts.recipe_sha256, state.recipe.Sha256());
  WEIR_ASSIGN_OR_RETURN(facts.mobility, MobilityOf(classes));
  facts.output_format = output.format;
  facts.output_sha256 = written.ShowToOwner().sha256;
  facts.output_rows = written.ShowToOwner().rows;
  if (facts.drops_suppressed_rows) facts.output_rows = facts.after.rows;
  return OwnerView<AnonymizationFacts>(std::move(facts));
}

v1::Certificate MakeCertificate(const OwnerView<AnonymizationFacts>& view) {
  const AnonymizationFacts& facts = view.ShowToOwner();
  v1::Certificate certificate;
  certificate.set_output_sha256(facts.output_sha256);
  certificate.set_rows(facts.output_rows);
  // Where they are left out nobody can count them in the file.
  if (!facts.drops_suppressed_rows) {
    certificate.set_suppressed_rows(facts.search.suppressed_rows);
  }
  certificate.set_equivalence_classes(facts.search.classes);
  certificate.mutable_models()->Assign(facts.models.begin(), facts.models.end());
  for (const AttributeOutcome& attribute : facts.attributes) {
    v1::CertifiedAttribute& entry = *certificate.add_attributes();
    entry.set_name(attribute.name);
    entry.set_level(static_cast<uint32_t>(attribute.level));
    entry.set_height(static_cast<uint32_t>(attribute.height));
    const auto hash = facts.hierarchy_sha256.find(attribute.name);
    if (hash != facts.hierarchy_sha256.end()) entry.set_hierarchy_sha256(hash->second);
  }
  for (const auto& [rows, classes] : facts.class_sizes_after) {
    v1::ClassSize& entry = *certificate.add_class_sizes();
    entry.set_rows(rows);
    entry.set_classes(classes);
  }
  v1::CertifiedRisk& risk = *certificate.mutable_risk();
  risk.set_highest(facts.after.highest);
  risk.set_average(facts.after.average);
  risk.set_share_at_risk(facts.after.share_at_risk);
  risk.set_threshold(kRiskThreshold);
  risk.set_sample_uniques(facts.after.sample_uniques);
  certificate.set_recipe_sha256(facts.recipe_sha256);
  return certificate;
}

}  // namespace weir::anon
