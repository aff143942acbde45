// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/mobility/od_output.h"

#include <algorithm>
#include <map>
#include <utility>

#include "weir/anon/hierarchy_file.h"
#include "weir/anon/hierarchy_rules.h"
#include "weir/anon/internal/coded_table.h"
#include "weir/anon/internal/csv_row_writer.h"
#include "weir/anon/internal/new_file.h"
#include "weir/base/catch_memory.h"

namespace weir::anon {

// Makes trips of the rows of a file.
class TripReader final {
 public:
  TripReader(const Recipe& recipe, const AnonymizeOptions& options, Files& files,
             RandomSource& random)
      : recipe_(recipe),
        rules_(recipe.mobility().origin_destination()),
        options_(options),
        files_(files),
        random_(random) {}

  struct Trips {
    OdTable table;
    MicrodataFacts facts;
  };

  StatusOr<Trips> Read() const {
    WEIR_ASSIGN_OR_RETURN(const Microdata microdata, ReadRows());
    const internal::CodedTable& coded = microdata.table(AnonKey());
    WEIR_ASSIGN_OR_RETURN(const Places origins, PlacesOf(coded, rules_.origin()));
    WEIR_ASSIGN_OR_RETURN(const Places destinations, PlacesOf(coded, rules_.destination()));
    std::vector<OdTrip> trips(origins.codes->size());
    for (size_t row = 0; row < trips.size(); ++row) {
      trips[row] = {.origin = origins.label_of[(*origins.codes)[row]],
                    .destination = destinations.label_of[(*destinations.codes)[row]],
                    .unit = coded.has_unit() ? coded.unit_of_row[row] : 0};
    }
    OdPlaces places = {.origins = origins.labels, .destinations = destinations.labels};
    for (const v1::PlacePair& pair : rules_.impossible()) {
      places.impossible.emplace_back(pair.origin(), pair.destination());
    }
    StatusOr<OdTable> table = CountTrips(trips, std::move(places), Counting());
    WEIR_RETURN_IF_ERROR(recipe_.At("mobility.origin_destination", table.status()));
    return Trips{.table = *std::move(table), .facts = coded.facts};
  }

 private:
  // The labels of a column, ascending; the label of each of its values.
  struct Places {
    std::vector<std::string> labels;
    std::vector<uint32_t> label_of;
    const std::vector<uint32_t>* codes = nullptr;
  };

  OdCount Counting() const {
    if (recipe_.privacy_unit().empty()) return OdCount::kRows;
    return rules_.count() == v1::COUNT_OF_ROWS ? OdCount::kRowsOfUnits : OdCount::kDistinctUnits;
  }

  StatusOr<Microdata> ReadRows() const {
    ReadRequest request = {.columns = {}, .unit = recipe_.privacy_unit(), .unit_cap = 1};
    for (const std::string& name : {rules_.origin(), rules_.destination()}) {
      request.columns.push_back({.name = name, .missing = recipe_.FindColumn(name)->missing});
    }
    for (const std::string& name : recipe_.privacy_unit()) {
      const RecipeColumn* column = recipe_.FindColumn(name);
      request.unit_missing.push_back(column == nullptr ? std::vector<std::string>()
                                                       : column->missing);
    }
    ReadLimits limits = options_.limits;
    limits.holding = Holding::kHeld;
    limits.progress = nullptr;
    if (options_.progress) {
      limits.progress = [this](double share) { return options_.progress(Stage::kReading, share); };
    }
    return ReadMicrodata(recipe_.input(), request, limits, random_);
  }

  StatusOr<Hierarchy> HierarchyOf(const RecipeColumn& column,
                                  const std::vector<std::string_view>& values) const {
    const bool is_file = column.hierarchy.has_value() && !column.hierarchy->csv().empty();
    if (!is_file) return BuildHierarchy(column, values, nullptr);
    const std::string& delimiter = column.hierarchy->delimiter();
    WEIR_ASSIGN_OR_RETURN(
        const HierarchyFile file,
        ReadHierarchyFile(files_, JoinPath(recipe_.folder(), column.hierarchy->csv()),
                          delimiter.empty() ? ',' : delimiter[0]));
    return BuildHierarchy(column, values, &file);
  }

  StatusOr<Places> PlacesOf(const internal::CodedTable& coded, const std::string& name) const {
    const CodedColumn& values = *coded.Find(name);
    const RecipeColumn& column = *recipe_.FindColumn(name);
    std::vector<std::string_view> texts;
    texts.reserve(values.values.size());
    for (size_t i = 0; i < values.values.size(); ++i) texts.push_back(values.values[i]);
    const StatusOr<Hierarchy> hierarchy = HierarchyOf(column, texts);
    WEIR_RETURN_IF_ERROR(recipe_.At("attributes." + name + ".hierarchy", hierarchy.status()));
    const size_t level = column.lowest_level;
    if (level >= hierarchy->levels()) {
      return recipe_.At("attributes." + name + ".levels",
                        InvalidArgument("the hierarchy of %s has levels 0 to %zu", name.c_str(),
                                        hierarchy->levels() - 1));
    }
    Places places = {.labels = {}, .label_of = {}, .codes = &values.codes};
    std::map<std::string, uint32_t> codes;
    for (const std::string_view text : texts) codes.emplace(LabelOf(*hierarchy, level, text), 0);
    for (auto& [label, code] : codes) {
      if (label == kMargin) {
        return recipe_.At("attributes." + name, InvalidArgument("a place is called total, as the "
                                                                "margins are; rename it"));
      }
      code = static_cast<uint32_t>(places.labels.size());
      places.labels.push_back(label);
    }
    places.label_of.reserve(texts.size());
    for (const std::string_view text : texts) {
      places.label_of.push_back(codes.at(LabelOf(*hierarchy, level, text)));
    }
    return places;
  }

  static const std::string& LabelOf(const Hierarchy& hierarchy, size_t level,
                                    std::string_view text) {
    return hierarchy.label(level, hierarchy.codes(level)[*hierarchy.Find(text)]);
  }

  const Recipe& recipe_;
  const v1::OriginDestination& rules_;
  const AnonymizeOptions& options_;
  Files& files_;
  RandomSource& random_;
};

namespace {

// The cells of a table as rows of text.
class OdRows {
 public:
  OdRows(const OdTable& table, const std::vector<bool>& suppressed, std::string mark)
      : table_(table), suppressed_(suppressed), mark_(std::move(mark)) {
    rows_.columns.resize(3);
    texts_.resize(data::kTextRows);
  }

  const data::TextRows* Next() {
    rows_.rows = 0;
    for (std::vector<std::string_view>& column : rows_.columns) column.clear();
    for (; next_ < table_.cells() && rows_.rows < data::kTextRows; ++next_, ++rows_.rows) {
      std::string& text = texts_[rows_.rows];
      text = suppressed_[next_] ? mark_ : std::to_string(table_.counts[next_]);
      rows_.columns[0].push_back(
          table_.IsColumnMargin(next_) ? kMargin : table_.origins[table_.RowOf(next_)]);
      rows_.columns[1].push_back(
          table_.IsRowMargin(next_) ? kMargin : table_.destinations[table_.ColumnOf(next_)]);
      rows_.columns[2].push_back(text);
    }
    return &rows_;
  }

 private:
  const OdTable& table_;
  const std::vector<bool>& suppressed_;
  std::string mark_;
  size_t next_ = 0;
  std::vector<std::string> texts_;
  data::TextRows rows_;
};

StatusOr<std::string> WriteRows(const OdTable& table, const std::vector<bool>& suppressed,
                                const std::string& mark, const OutputLocation& output) {
  WEIR_ASSIGN_OR_RETURN(internal::NewFile file,
                        internal::NewFile::Create(output.path, output.replace));
  OdRows rows(table, suppressed, mark);
  StatusOr<std::string> sha256 =
      internal::WriteCsvRows(file.file(), {"origin", "destination", "count"}, output.delimiter,
                             [&rows]() -> StatusOr<const data::TextRows*> { return rows.Next(); });
  WEIR_RETURN_IF_ERROR(Annotate(sha256.status(), "cannot write " + output.path));
  if (output.before_naming) WEIR_RETURN_IF_ERROR(output.before_naming());
  WEIR_RETURN_IF_ERROR(file.Commit());
  return sha256;
}

OdFacts FactsOf(const TripReader::Trips& trips, const OdSuppression& suppression) {
  OdFacts facts;
  facts.input_sha256 = trips.facts.sha256;
  facts.rows = trips.facts.rows;
  facts.rows_without_unit = trips.facts.rows_without_unit;
  facts.origins = trips.table.origins.size();
  facts.destinations = trips.table.destinations.size();
  facts.counts_units = !trips.table.is_additive;
  facts.primary = suppression.primary;
  facts.complementary = suppression.complementary;
  facts.published = trips.table.cells() - suppression.primary - suppression.complementary;
  facts.audit_is_exact = suppression.audit.cells.size() <= kExactlyAudited;
  facts.audit_programs = suppression.audit.programs;
  for (const AuditedCell& cell : suppression.audit.cells) {
    facts.narrowest = std::min(facts.narrowest, cell.bounds.width());
    facts.by_withheld_margins += cell.by_withheld_margins ? 1 : 0;
  }
  return facts;
}

StatusOr<OdFacts> Write(const Recipe& recipe, const AnonymizeOptions& options,
                        const OutputLocation& output, Files& files, RandomSource& random) {
  if (output.format != v1::FILE_FORMAT_CSV) {
    return InvalidArgument("a table of origins and destinations is written as CSV");
  }
  WEIR_RETURN_IF_ERROR(CheckOutput(output));
  WEIR_ASSIGN_OR_RETURN(const TripReader::Trips trips,
                        TripReader(recipe, options, files, random).Read());
  const v1::OriginDestination& rules = recipe.mobility().origin_destination();
  const uint32_t protection = rules.protection() == 0 ? rules.least() : rules.protection();
  const OdRule rule = {.least = rules.least(), .protection = protection};
  const StatusOr<OdSuppression> suppression = SuppressCells(trips.table, rule);
  WEIR_RETURN_IF_ERROR(recipe.At("mobility.origin_destination", suppression.status()));
  OdFacts facts = FactsOf(trips, *suppression);
  facts.rule = rule;
  WEIR_ASSIGN_OR_RETURN(facts.recipe_sha256, recipe.Sha256());
  const std::string& mark = recipe.output().suppressed();
  WEIR_ASSIGN_OR_RETURN(facts.output_sha256,
                        WriteRows(trips.table, suppression->suppressed,
                                  mark.empty() ? std::string(kSuppressed) : mark, output));
  return facts;
}

}  // namespace

StatusOr<OwnerView<OdFacts>> WriteOdTable(const Recipe& recipe, const AnonymizeOptions& options,
                                          const OutputLocation& output, Files& files,
                                          RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(OdFacts facts,
                        CatchMemory([&] { return Write(recipe, options, output, files, random); }));
  return OwnerView<OdFacts>(std::move(facts));
}

}  // namespace weir::anon
