// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_RELEASE_RAW_VECTORS_H_
#define WEIR_TESTS_STATISTICAL_RELEASE_RAW_VECTORS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "weir/base/decimal.h"
#include "weir/data/dataset.h"
#include "weir/doc/yaml_reader.h"
#include "weir/dp/noise_planner.h"
#include "weir/release/plan.h"

namespace weir::test {

// What a release adds noise to, before the noise: the numbers of every channel of a plan.

// What the kind of a question adds to the measures of EveryMeasure.
enum class Form {
  kPlain,
  kTop,      // of the keys
  kRunning,  // totals over the last key, which has periods
};

// Everything that can be asked of the tables below.
struct Question {
  uint32_t max_keys = 1;
  uint32_t max_rows = 1;
  uint64_t max_rows_per_unit = 0;    // 0: no bound
  size_t keys = 0;                   // one of KeyChoices()
  size_t filter = 0;                 // one of FilterChoices()
  uint64_t measures = ~uint64_t{0};  // bit i: the measure i of EveryMeasure; rows always
  bool per_unit = false;             // sums with a clamp for each unit
  bool is_gaussian = false;          // always with running totals and levels
  bool is_estimated = false;         // all bounds are found, of contributions up to those above
  Form form = Form::kPlain;
  uint32_t top = 1;                       // keys of kTop
  bool top_by_rows = false;               // kTop, with public keys
  std::vector<std::string> windows = {};  // of Tables(Unit::kPersonMonth)
};

const std::vector<std::string>& KeyChoices();
const std::vector<std::string>& FilterChoices();
// Which forms the keys can be asked in.
bool Allows(size_t keys, Form form);

// Every kind of the spec's schema over every numeric column, and rows and sums with running totals:
// a new kind is covered by itself, or cannot be planned until it is told how to be asked for. With
// a key on all levels what adds up only.
std::vector<v1::Measure> EveryMeasure(const Question& question);
// Aborts where a choice is not YAML.
doc::Document<v1::ReleaseSpec> SpecOf(const Question& question);

// Of one target: cell and number in the cell (bin, or level and node) to value; zeros are absent.
// Running totals: B x of dp::RunningNoise. Cells are named by their keys' labels where a key is
// open: codes depend on who else is there.
using RawVector = std::map<std::pair<std::string, uint64_t>, int128>;
using RawVectors = std::vector<RawVector>;  // one a target of contribution.h

// a - b
RawVectors Minus(RawVectors a, const RawVectors& b);

// One row; texts as in the file, so that anything can stand there.
struct Row {
  int unit = 0;
  std::string cell, whole, fare, length, time, stop, place;
  std::string month = "2025-01-01T00:00:00Z";
};

// All rows but those of one unit.
std::vector<Row> Without(std::vector<Row> rows, int unit);

enum class Unit { kPerson, kPersonMonth };

class Tables {
 public:
  explicit Tables(Unit unit = Unit::kPerson);
  const data::DatasetDescription& dataset() const { return *dataset_; }

  // The engine's sums of all rows, under a seeded key for the choice of rows. Aborts on an error.
  RawVectors Aggregate(const std::vector<Row>& rows, const release::ReleasePlan& plan,
                       uint64_t seed) const;
  // Units by bin of each of the plan's searches, of the same rows.
  std::vector<std::vector<int64_t>> CountUnits(const std::vector<Row>& rows,
                                               const release::ReleasePlan& plan,
                                               uint64_t seed) const;

 private:
  void Write(const std::vector<Row>& rows) const;
  TemporaryFolder folder_;
  std::unique_ptr<data::DatasetDescription> dataset_;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_RELEASE_RAW_VECTORS_H_
