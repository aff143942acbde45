// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RISK_RECORD_SCORES_H_
#define WEIR_ANON_RISK_RECORD_SCORES_H_

#include <cstdint>
#include <vector>

#include "weir/anon/output_file.h"
#include "weir/anon/risk/reidentification_risk.h"
#include "weir/base/status.h"
#include "weir/privacy/private.h"

namespace weir::anon {

// How much each row of a file stands out.
//
// Shapes: n rows in the order of the file, m tuples.
struct RecordScores {
  std::vector<uint32_t> tuple_of_row;  // n
  std::vector<RiskClass> classes;      // m
  std::vector<double> suda2_scores;    // m; 0: no special unique
  std::vector<double> dis_scores;      // m
  std::vector<uint32_t> smallest;      // m: columns of the smallest special unique; 0: none
  bool has_units = false;
  bool has_population = false;
};

// Writes one line a row: `row` (from 1, in the order of the file), `class_rows`, with units
// `class_units`, with a population table `class_population`, `prosecutor_risk` (1 / units of the
// class), with a population table `journalist_risk`, `suda2_score`, `dis_score`,
// `smallest_special_unique` (empty: none). No value of the file.
//
// Guarantee: the file appears whole or not at all, readable by its owner alone.
// Reveals:   who stands out in the file: for its owner, like the file itself.
// Errors:    ALREADY_EXISTS, INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED as
//            WriteMicrodata.
Status WriteRecordScores(const OwnerView<RecordScores>& scores, const OutputLocation& location);

}  // namespace weir::anon

#endif  // WEIR_ANON_RISK_RECORD_SCORES_H_
