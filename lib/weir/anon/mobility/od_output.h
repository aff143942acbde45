// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_MOBILITY_OD_OUTPUT_H_
#define WEIR_ANON_MOBILITY_OD_OUTPUT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "weir/anon/anonymize.h"
#include "weir/anon/mobility/od_suppression.h"
#include "weir/anon/recipe.h"
#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/privacy/private.h"

namespace weir::anon {

// In the place of origin and destination: the margins, and in both places the total.
inline constexpr std::string_view kMargin = "total";

// All there is to tell about one table. Exact facts about the input are among them: for the owner.
struct OdFacts {
  std::string recipe_sha256;
  std::string input_sha256;
  std::string output_sha256;
  uint64_t rows = 0;
  uint64_t rows_without_unit = 0;
  size_t origins = 0;
  size_t destinations = 0;
  bool counts_units = false;
  OdRule rule = {};
  // Of cells and margins.
  size_t primary = 0;
  size_t complementary = 0;
  size_t published = 0;
  // The audit: the narrowest interval of a suppressed cell (kNoUpperBound: none is suppressed, or
  // it has no upper end; without `audit_is_exact` at least so wide), and the programs it solved.
  uint64_t narrowest = kNoUpperBound;
  bool audit_is_exact = false;
  size_t audit_programs = 0;
  size_t by_withheld_margins = 0;
};

// Counts the trips of a recipe with `mobility.origin_destination`, suppresses, audits, and writes a
// CSV file: origin, destination, count, one line a cell in the order of the labels' bytes, the
// margins of an origin after its cells, those of destinations and the total last. Places are labels
// at the lowest allowed level of their hierarchies; a suppressed count is the recipe's mark.
//
// Guarantee: as SuppressCells. Whoever counts the same trips twice (by month and by week, say)
// gives
//            more away than either audit sees.
// Reveals:   the file; and facts to the owner.
// Errors:    INVALID_ARGUMENT  not a CSV file; no such column; a value without a place in its
//                              hierarchy; a place that is called "total".
//            and those of ReadMicrodata, CountTrips, SuppressCells and WriteMicrodata.
StatusOr<OwnerView<OdFacts>> WriteOdTable(const Recipe& recipe, const AnonymizeOptions& options,
                                          const OutputLocation& output, Files& files,
                                          RandomSource& random);

}  // namespace weir::anon

#endif  // WEIR_ANON_MOBILITY_OD_OUTPUT_H_
