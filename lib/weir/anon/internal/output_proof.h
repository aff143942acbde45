// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_OUTPUT_PROOF_H_
#define WEIR_ANON_INTERNAL_OUTPUT_PROOF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/anon/class_table.h"
#include "weir/anon/search.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// An output that was read again, beside what it should be.
struct OutputClaim {
  const SearchProblem& problem;
  const std::vector<size_t>& levels;
  const ClassTable& classes;
  std::string suppressed_text;
  bool drops_suppressed = false;
  // The rows of the file; codes say nothing but which texts are equal. Values of sensitive
  // attributes have the codes of the problem.
  const TupleTable& output;
  // The code of the suppressed text in each attribute; none: it does not occur.
  std::vector<std::optional<uint32_t>> star_codes;
};

// Proves of the rows that stand in the file: the sizes of the classes are those that were found;
// every k (units are at most rows), every class model and every table model holds. Models that ask
// for the population cannot be asked of a file.
// Errors: INTERNAL  naming what does not hold.
Status ProveOutput(const OutputClaim& claim);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_OUTPUT_PROOF_H_
