// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_RELEASE_PLAN_H_
#define WEIR_RELEASE_PLAN_H_

#include <optional>
#include <string>
#include <vector>

#include "weir/base/decimal.h"
#include "weir/base/status.h"
#include "weir/data/dataset.h"
#include "weir/data/engine.h"
#include "weir/data/plain_table.h"
#include "weir/doc/yaml_reader.h"
#include "weir/dp/level_tree.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/quantile_counts.h"
#include "weir/privacy/privacy_cost.h"
#include "weir/v1/release.pb.h"

namespace weir::release {

// How the numbers of one channel are arranged.
enum class ChannelShape {
  kCells,    // one number a cell
  kBins,     // one number a cell and bin
  kTree,     // one number a cell and node of a tree of bins
  kRunning,  // one total a cell of this cell and those of the last key before it
  kLevels,   // one number a node of LevelsPlan
};

// Where the clamps of a channel's values come from.
enum class ClampRule {
  kAsked,         // dataset document or spec
  kFound,         // the searches of its column
  kFoundCentred,  // they, with the middle between them as origin
};

// How one level of a hierarchy is measured: in steps of 2^-kLevelGridBits of the channel's grid.
struct ChannelLevel {
  dp::MeasureSensitivity sensitivity = {};
  uint32_t weight = 0;  // thousandths of the channel's budget; 0: not measured
  std::optional<dp::PlannedNoise> noise = {};
};
inline constexpr int kLevelGridBits = 10;

// What the engine adds up once; several measures may use it.
struct Channel {
  data::Contribution contribution;
  ChannelShape shape = ChannelShape::kCells;
  uint64_t bins = 1;                           // of a cell; 1 with kCells
  std::optional<dp::QuantileShape> tree = {};  // kTree
  uint64_t periods = 0;                        // kRunning: cells of each series of totals
  std::vector<ChannelLevel> levels = {};       // kLevels, from the root: its noise is theirs
  ClampRule clamps = ClampRule::kAsked;
  // Of all its numbers together; with kRunning of what dp::RunningNoise adds noise to; not kLevels.
  dp::MeasureSensitivity sensitivity = {};
  // In grid steps, with kRunning in those of dp::RunningNoise; none: kLevels, or only read by the
  // private choice of rows.
  std::optional<dp::PlannedNoise> noise;
  // As which its noise is charged, where bounds that are found may narrow it: noise for one step of
  // the grid at the same epsilon or rho. None: as `noise`.
  std::optional<NoiseEvent> charged = {};
};

// One measure of a plan: which channels it is made of, and the columns it is shown in.
struct MeasurePlan {
  v1::Measure asked;                 // decimals canonical
  std::vector<std::string> columns;  // rows; sum_cost; quantile_cost_0.5, ...
  std::vector<size_t> channels;      // in the order in which its figures are computed
  std::vector<double> quantiles = {};
  bool errors_by_row = false;  // kRunning, kLevels: exact, each row with its own standard error
  // Likewise shown with it, which is the same in all rows and follows from bounds that are found.
  bool error_is_found = false;

  bool shows_errors() const { return errors_by_row || error_is_found; }
};

// A key that is shown on all levels of its column's hierarchy. In the query it has the values of
// the lowest level.
struct LevelsPlan {
  size_t key;          // its position
  uint64_t others;     // combinations of the other keys
  dp::LevelTree tree;  // nodes for one of them, the coarsest level first
  // Keys as they are shown: in place of that one two, the names of the level and of the node, one
  // value a node of the tree. Rows: for every combination of the others all nodes.
  std::vector<data::KeyDomain> shown;
  bool keeps_negative = false;  // figures that cannot be negative in truth may be

  uint64_t rows() const { return others * tree.all_nodes(); }
};

// Which rows a release shows, if not every combination of the keys.
struct SelectionPlan {
  v1::PlannedSelection described;
  size_t channel = 0;    // of the privacy units that decide
  bool by_noise = true;  // noised units reach `threshold`; else the truncated geometric rule
  int128 threshold = 0;
  int64_t min_units = 1;
  std::optional<Epsilon> epsilon;  // of the truncated geometric rule
  Delta delta = Delta::Zero();     // of the rule
};

struct TopPlan {
  v1::PlannedTop described;
  size_t channel = 0;  // of the counts
  uint64_t rows = 0;
  // Private search among all cells, each round at this epsilon; nullopt: the largest of the noised
  // counts, which costs nothing.
  std::optional<Epsilon> epsilon_a_round;
};

// A bound that is found privately: the least of the histogram's ends that most privacy units do not
// exceed. The last end is the bound that everything is planned with.
struct BoundSearch {
  data::UnitHistogram histogram;
  std::string share;  // of epsilon, for all searches of the same column, or of none
  std::optional<Epsilon> epsilon = {};  // its own
};

// What is looked for before anything else is read, in a pass over the data of its own.
struct SearchPlan {
  data::AggregateQuery query;  // its histograms are those of the searches
  std::vector<BoundSearch> searches;
  std::vector<int64_t> found = {};  // once Settle has put them into the plan
};

// One way to answer that the planner weighed.
struct Alternative {
  std::string what;  // "discrete Gaussian noise, truncated geometric selection"
  bool taken = false;
  std::string refusal;                  // why it cannot be; then the rest is zero
  std::vector<double> standard_errors;  // by measure, 0 where it depends on the answer
  std::vector<double> mean_errors;      // likewise: the mean of |noise|
  double units_for_half = 0;            // of selection
  std::string composition = {};         // how its epsilon and delta follow: dp::Describe
  std::string epsilon = {};             // of the release
};

// A spec resolved against a dataset: everything that happens is fixed, no data has been touched.
struct ReleasePlan {
  v1::ResolvedPlan resolved;
  // Signed-text form of `resolved` without its derived figures: the plan's identity. Equal
  // questions, equal text.
  std::string text;
  data::AggregateQuery query;
  std::vector<data::PlainColumn> key_columns;  // int columns as int64, all other keys as text
  std::vector<Channel> channels;               // one a measure of `query`
  std::vector<MeasurePlan> measures;
  std::optional<SelectionPlan> selection;
  std::optional<TopPlan> top;
  std::optional<LevelsPlan> levels;
  // Until it is settled, query and noise are those of the widest bounds.
  std::optional<SearchPlan> search;
  PrivacyCost cost;
  std::string privacy_unit;
  uint64_t cells;  // combinations of the query's keys; 0 if one of them has no public domain
  std::vector<Alternative> alternatives;
};

// What a release may have at most, known from the plan, so that nobody pays for a table that can
// be neither held, nor sealed, nor opened. At these limits a release takes about 1 GiB of memory
// beside what the engine may use for reading and adding up.
//
// Values: rows times columns, which are one a key and three or four for each column of a measure.
inline constexpr uint64_t kMaxValues = 10'000'000;
inline constexpr uint64_t kMaxCells = kMaxValues / 4;  // rows
// Numbers that get noise of their own; a quantile takes many a row.
inline constexpr uint64_t kMaxNoised = 10 * kMaxValues;
inline constexpr uint64_t kMaxColumns = 1'000;  // as data::ParquetLimits reads
inline constexpr uint32_t kMaxTopKeys = 1'000;  // found by a search each
// Text of the keys, over all rows.
inline constexpr uint64_t kMaxLabelBytes = uint64_t{64} << 20;
// Text of the plan; the manifest, a document of 1 MiB, holds it indented.
inline constexpr uint64_t kMaxPlanTextBytes = uint64_t{512} << 10;
// Follows: no value takes more than 16 bytes beside its label, and 4 MiB are enough for the rest.
inline constexpr uint64_t kMaxPayloadBytes = 16 * kMaxValues + kMaxLabelBytes + (uint64_t{4} << 20);

// Checks a spec against the dataset and the bounds, chooses noise, computes cost and error.
//
// Guarantee: the plan is a function of its arguments. The sensitivities are those of the whole
//            vector of outputs under the bounds that the engine enforces, for add/remove of one
//            privacy unit; no measure is charged for more keys than there are.
// Reveals:   nothing; reads no data.
//            A plan asks nothing that the engine refuses, and with public keys nothing that is too
//            large to leave.
// Errors:    INVALID_ARGUMENT naming the place in the spec: unknown column, key without a public
//            domain, buckets or selection, two output columns of one name (in any case of letters),
//            sum without bounds, bounds missing or zero, one of the limits above, ...
StatusOr<ReleasePlan> Plan(const data::DatasetDescription& dataset,
                           const doc::Document<v1::ReleaseSpec>& spec);

// The plan with the bounds that its searches found: narrower clamps and contribution bounds, and
// with them smaller sensitivities, noise and thresholds.
//
// Guarantee: what the plan does then costs at most `plan.cost`, whichever of the ends are found and
//            whichever account is kept: each event that is charged is noise for one step of the
//            grid, the worst of all sensitivities at its epsilon or rho, and every choice of rows
//            keeps its epsilon and delta. The bounds are fixed before the rest of the data is
//            read, so this is the adaptive composition of searches and measures.
//            Proof: docs/explanation/composition-in-a-release.md.
// Errors:    INVALID_ARGUMENT unless `found` has one end of each search.
StatusOr<ReleasePlan> Settle(ReleasePlan plan, const std::vector<int64_t>& found);

// "add/remove of one privacy unit": the neighbouring relation of every guarantee.
inline constexpr char kNeighbours[] = "add or remove all rows of one privacy unit";

}  // namespace weir::release

#endif  // WEIR_RELEASE_PLAN_H_
