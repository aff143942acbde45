// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_REPORT_CHARTS_H_
#define WEIR_ANON_REPORT_CHARTS_H_

#include <cstdint>
#include <map>
#include <string>

namespace weir::anon {

// Rows by the size of their class: rows -> classes of so many.
struct ClassSizes {
  const std::map<uint64_t, uint64_t>* before = nullptr;
  const std::map<uint64_t, uint64_t>* after = nullptr;  // without suppressed rows
  uint64_t suppressed_rows = 0;
};

// Pictures as inline SVG with a title and a description, well-formed XML, coloured by the classes
// `before` and `after` of the page's style. Each also differs by shape, for print and for eyes that
// do not tell the colours apart.

// Share of the rows in classes of 1, 2, 3 to 4, 5 to 9, ... rows; suppressed rows apart.
std::string DrawClassSizes(const ClassSizes& sizes);

// Rows in classes of so many rows, or people: before, and after without suppressed rows.
struct RiskSizes {
  const std::map<uint64_t, uint64_t>* before = nullptr;
  const std::map<uint64_t, uint64_t>* after = nullptr;
};

// Share of the rows whose risk, one out of the rows or people of their class, is above x, for x in
// [0, 1].
std::string DrawRiskCurve(const RiskSizes& sizes);

// One bar for each of two shares in [0, 1].
std::string DrawPair(double before, double after);

}  // namespace weir::anon

#endif  // WEIR_ANON_REPORT_CHARTS_H_
