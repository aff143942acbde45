// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_ANONYMIZE_H_
#define WEIR_ANON_ANONYMIZE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weir/anon/action_keys.h"
#include "weir/anon/class_table.h"
#include "weir/anon/hierarchy_lint.h"
#include "weir/anon/microdata.h"
#include "weir/anon/mobility/trace_uniqueness.h"
#include "weir/anon/output_file.h"
#include "weir/anon/prediction.h"
#include "weir/anon/recipe.h"
#include "weir/anon/recoding.h"
#include "weir/anon/search.h"
#include "weir/anon/utility.h"
#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/private.h"
#include "weir/v1/certificate.pb.h"

namespace weir::anon {

enum class Stage { kReading, kSearching, kWriting, kVerifying };

struct AnonymizeOptions {
  // Secret keys, recipient and period of the actions.
  ActionContext actions = {};
  // Memory, threads and temporary folder of all stages; its `progress` is not used.
  ReadLimits limits = {};
  // Of the search; when it ends the best so far is taken, with its gap.
  std::optional<std::chrono::milliseconds> time_limit = std::nullopt;
  // Called now and then with the share of the stage that is done, in [0, 1]; false cancels reading,
  // writing and verifying.
  std::function<bool(Stage, double)> progress = {};
  // Whether it is measured how well the sensitive attributes that models protect can be guessed;
  // `targets` are guessed besides: quasi-identifiers or sensitive attributes.
  bool measures_accuracy = false;
  std::vector<std::string> targets = {};
};

// What became of one quasi-identifier.
struct AttributeOutcome {
  std::string name;
  size_t level = 0;
  size_t height = 0;  // the highest level of its hierarchy
  // Information lost, in [0, 1]: the mean share of the domain that a cell of the output stands for,
  // a suppressed cell for all of it, scaled so that the input has 0.
  double loss = 0;
  AttributeUtility utility = {};
};

// What became of a column of the input.
struct ColumnOutcome {
  std::string name;
  v1::AttributeRole role = v1::ATTRIBUTE_ROLE_UNSPECIFIED;  // the recipe does not name it
  bool is_written = false;
  std::vector<v1::Action> actions = {};
};

// What the mobility rules of a recipe did.
struct MobilityFacts {
  uint64_t rows_read = 0;     // with removal of homes
  uint64_t rows_removed = 0;  // near homes and stops, at ends of trips, or without a unit
  // With uniqueness, else 0 points: a point is a combination of quasi-identifiers. Before: as they
  // were read, without removed rows. After: as they are in the output, without suppressed rows.
  uint32_t known_points = 0;
  TraceUniqueness unique_before = {};
  TraceUniqueness unique_after = {};
};

// All there is to tell about one anonymized file. Exact facts about the input are among them: for
// the owner.
struct AnonymizationFacts {
  uint64_t rows = 0;
  uint64_t rows_without_unit = 0;
  std::string input_sha256;
  RiskFigures before = {};
  std::map<uint64_t, uint64_t> class_sizes_before = {};  // rows -> classes of so many

  SearchResult search = {};
  std::vector<AttributeOutcome> attributes = {};
  std::vector<ColumnOutcome> columns = {};   // in the order of the input
  std::vector<TargetAccuracy> targets = {};  // if AnonymizeOptions::measures_accuracy
  std::vector<std::string> models = {};      // "5-anonymity", ...
  std::string recipe_sha256;
  std::map<std::string, std::string> hierarchy_sha256 = {};  // of hierarchy files, by attribute

  RiskFigures after = {};                               // without suppressed rows
  std::map<uint64_t, uint64_t> class_sizes_after = {};  // without suppressed rows
  v1::FileFormat output_format = v1::FILE_FORMAT_CSV;
  std::string output_sha256;
  uint64_t output_rows = 0;
  bool drops_suppressed_rows = false;
  bool is_recoded = false;  // in another way than globally

  std::optional<MobilityFacts> mobility = std::nullopt;
};

// How far from the optimum the score may be, as a share of it: 0 if it is proved to be the best.
double GapOf(const SearchResult& search);

// What may travel with the file. It leaves out the hash of the input, all figures about the input,
// and, where suppressed rows are left out of the file, how many there were.
v1::Certificate MakeCertificate(const OwnerView<AnonymizationFacts>& facts);

// What a recipe and its files look like before anything is searched.
struct RecipeInspection {
  std::vector<Finding> findings;
  // Values that have no place in the hierarchy of a column: at most kMostShownValues of each.
  std::map<std::string, std::vector<std::string>> unplaced = {};
  uint64_t rows = 0;
};
inline constexpr size_t kMostShownValues = 20;

// The way of a file through a recipe: microdata, hierarchies, tuples, search, output, verification.
//
// Not thread-safe; the recipe is copied, `files` and `random` outlive the object.
class Anonymizer {
 public:
  // Reads the input, the population if a model has one, and the hierarchies.
  //
  // Errors: INVALID_ARGUMENT  with the place in the recipe: a column that the input lacks, a value
  //                           without a place in its hierarchy (how many, never which), a level
  //                           that a hierarchy lacks, a part of the recipe that this version does
  //                           not do, a target that is neither a quasi-identifier nor sensitive;
  //                           also as ReadMicrodata.
  //         FAILED_PRECONDITION  fewer rows, units or values than a model needs (PolicyRefusal).
  static StatusOr<Anonymizer> Open(const Recipe& recipe, const AnonymizeOptions& options,
                                   Files& files, RandomSource& random);

  // Looks at everything that Open needs and goes on after faults of hierarchies.
  // Reveals: facts about the input, to the owner only.
  static StatusOr<OwnerView<RecipeInspection>> Inspect(const Recipe& recipe,
                                                       const AnonymizeOptions& options,
                                                       Files& files, RandomSource& random);

  Anonymizer(Anonymizer&&) noexcept;
  ~Anonymizer();

  // The best transformation; see weir/anon/search.h. Other recodings than the global one: a local
  // optimum (weir/anon/recoding.h); its `levels` are the highest that occur, its score is the loss
  // with the geometric mean, and it has no bound. Call it once, then Write.
  // Errors: FAILED_PRECONDITION  none holds the models within the limit, or none was found in time
  //                              (PolicyRefusal).
  StatusOr<SearchResult> Find();

  // This transformation, if it holds all models within the suppression limit: what is applied to a
  // next delivery. Call it once, then Write.
  // Errors: INVALID_ARGUMENT     a level that is missing, of another column, or too high; rounds
  //                              for global recoding, or none for another.
  //         FAILED_PRECONDITION  it does not hold any more (PolicyRefusal).
  StatusOr<SearchResult> Repeat(const v1::FrozenTransformation& frozen);

  // Writes the output, reads it again and proves every model on what stands in it, before the file
  // gets its name. What only the input knows rests on the rows that were read: distinct privacy
  // units and the population.
  //
  // Reveals: the file; and facts to the owner.
  // Errors:  as WriteMicrodata; INTERNAL if the file does not hold what was found: then there is
  //          none, and one that would have been replaced stays.
  StatusOr<OwnerView<AnonymizationFacts>> Write(const SearchResult& search,
                                                const OutputLocation& output);

  // What `weir recipe freeze` keeps: of other recodings than the global one the labels of their
  // classes (weir/anon/frozen_recoding.h). Call it after Find.
  // Reveals: nothing that the output does not show.
  // Errors: INVALID_ARGUMENT  what another delivery would change: an order rule without values,
  // cell
  //                           suppression, groups of MDAV; more classes than a document may hold.
  StatusOr<v1::FrozenTransformation> Freeze(const SearchResult& search) const;
  // INVALID_ARGUMENT if the recipe or a hierarchy file is not what was frozen.
  Status CheckFrozen(const v1::FrozenTransformation& frozen) const;

 private:
  struct State;
  explicit Anonymizer(std::unique_ptr<State> state);

  static const CodedColumn& ColumnOf(const Microdata& microdata, const std::string& name);
  static StatusOr<std::unique_ptr<State>> Read(const Recipe& recipe,
                                               const AnonymizeOptions& options, Files& files,
                                               RandomSource& random);
  static StatusOr<Microdata> ReadTable(const State& state, const InputLocation& input,
                                       const ReadRequest& request, Stage stage);
  static Status ReadInputs(State& state);
  static bool NeedsRows(const Recipe& recipe);
  static Status AddValueActions(State& state, const RecipeColumn& column, ColumnRequest& request);
  static Status CheckValueActions(const State& state);
  static void AddUnitColumns(const State& state, ReadRequest& request);
  static Status ApplyRowActions(State& state);
  // Reads rows that memory does not hold, with their actions done. False: that is not the way.
  static StatusOr<bool> ReadTransformed(State& state, const ReadRequest& read);
  // Columns that are read besides those of the output.
  static std::vector<std::string> TrackColumns(const Recipe& recipe);
  static void AddTrackColumns(const Recipe& recipe, ReadRequest& request);
  // Leaves the first `columns` of the microdata.
  static Status RemoveHomes(State& state, size_t columns);
  static std::vector<std::string> ValuesOf(const State& state, const std::string& column);
  static Status BuildHierarchies(State& state);
  static Status CollapseRows(State& state);
  static Status MakeProblem(State& state);
  SearchLimits LimitsOfSearch() const;
  StatusOr<SearchResult> RunSearch(const SearchProblem& problem);
  static bool IsGlobal(const Recipe& recipe);
  static Status CheckRepeatable(const Recipe& recipe);
  StatusOr<Recoding> MakeRecoding(SearchResult& search);
  StatusOr<SearchResult> UseRecoding(Recoding recoding, SearchResult search);
  StatusOr<SearchResult> FindRecoding();
  StatusOr<SearchResult> RepeatRecoding(const v1::FrozenTransformation& frozen);
  Status FreezeClasses(v1::FrozenTransformation& frozen) const;
  double RecodedLoss(size_t attribute) const;
  std::string SuppressedText() const;
  StatusOr<ClassTable> Classes(const SearchResult& search) const;
  Status AddAggregates(const ClassTable& classes, OutputPlan& plan) const;
  OutputPlan PlanOutput(const SearchResult& search, const ClassTable& classes) const;
  static StatusOr<std::vector<std::string>> ProtectedNames(const Recipe& recipe,
                                                           const std::vector<std::string>& targets);
  void AddUtility(const OutputPlan& plan, AnonymizationFacts& facts) const;
  AnonymizationFacts FactsOf(const SearchResult& search, const ClassTable& classes) const;
  StatusOr<std::optional<MobilityFacts>> MobilityOf(const ClassTable& classes) const;
  Status Verify(const SearchResult& search, const ClassTable& classes, const InputLocation& written,
                const OutputFacts& facts) const;

  std::unique_ptr<State> state_;
};

}  // namespace weir::anon

#endif  // WEIR_ANON_ANONYMIZE_H_
