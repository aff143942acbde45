// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_PREDICTION_H_
#define WEIR_ANON_PREDICTION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/anon/utility.h"

namespace weir::anon {

// How often a target is guessed from the other columns of the same row.
struct Accuracy {
  uint64_t rows = 0;     // that were guessed
  double majority = 0;   // share of the most frequent value: right guesses of who always says it
  double predicted = 0;  // right guesses of the classifier
};

// Whether a target can be learned from the quasi-identifiers, as they were and as they are
// published.
struct TargetAccuracy {
  std::string name;
  uint64_t values = 0;
  std::string not_measured;  // why; empty: it was
  uint64_t sampled_every = 1;
  Accuracy before = {};
  Accuracy after = {};
};

inline constexpr size_t kFolds = 10;
inline constexpr uint64_t kMostTargetValues = 100;
inline constexpr uint64_t kMostPredictedRows = 50000;

// One row of the features of a classifier, as codes, and the code of what it is to guess.
struct LabelledRows {
  std::vector<std::vector<uint32_t>> features;  // by feature, then row; any codes
  std::vector<uint32_t> target;                 // by row
};

// Share of right guesses of a naive Bayes classifier with add-one smoothing, cross-validated in
// kFolds folds: a row is guessed by what was learned from the rows of the other folds. The folds
// are stratified: the rows of each target, in an order that is mixed but always the same, take
// turns in them, so that no fold lacks of a value what the others have of it. Of equally likely
// values the smaller code is guessed. Deterministic.
//
// Errors: none; fewer than 2 * kFolds rows give no figures.
// Cost:   rows * values * features.
// Source: Kohavi, "A study of cross-validation and bootstrap for accuracy estimation and model
//         selection", IJCAI 1995 (which recommends stratification); Mitchell, "Machine learning",
//         1997, section 6.9.
Accuracy CrossValidate(const LabelledRows& rows);

// Guesses the values of a sensitive column of the table from all quasi-identifiers (`place` in
// TupleTable::sensitive), or those of a quasi-identifier from the others (`place` in its codes).
// What is to be guessed is the value of the input, before and after alike. Rows are taken in the
// order of tuples and values, every n-th so that there are at most kMostPredictedRows. After: a
// suppressed row is one of which nothing is known; with `drops_suppressed` it is none at all.
TargetAccuracy PredictSensitive(const PublishedTable& published, size_t place,
                                bool drops_suppressed);
TargetAccuracy PredictAttribute(const PublishedTable& published, size_t place,
                                bool drops_suppressed);

}  // namespace weir::anon

#endif  // WEIR_ANON_PREDICTION_H_
