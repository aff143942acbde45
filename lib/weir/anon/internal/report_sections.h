// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_REPORT_SECTIONS_H_
#define WEIR_ANON_INTERNAL_REPORT_SECTIONS_H_

#include <string>

#include "weir/anon/anonymize.h"
#include "weir/anon/recipe.h"

namespace weir::anon::internal {

// Sections of the report, in its order: HTML, escaped, each with a heading.
std::string ChangesSection(const AnonymizationFacts& facts);
std::string RiskSection(const AnonymizationFacts& facts);
// Empty if the recipe has no mobility rules.
std::string MobilitySection(const AnonymizationFacts& facts);
std::string TellingApartSection(const AnonymizationFacts& facts);
std::string UtilitySection(const AnonymizationFacts& facts);
std::string PredictionSection(const AnonymizationFacts& facts);
std::string SuppressionSection(const AnonymizationFacts& facts, const Recipe& recipe);
std::string ModelsSection(const AnonymizationFacts& facts, const Recipe& recipe);
std::string NotProtectedSection(const AnonymizationFacts& facts, const Recipe& recipe);

// <section> with a heading that `id` leads to.
std::string Section(const std::string& id, const std::string& heading, const std::string& body);
std::string Paragraph(const std::string& escaped);
std::string Soft(const std::string& escaped);
// <td>, with an optional class.
std::string Cell(const std::string& escaped, const std::string& kind = "");
std::string RowHead(const std::string& escaped);
// A table that scrolls by itself where it is too wide. `kind`: an optional class.
std::string Table(const std::string& caption, const std::string& heads, const std::string& rows,
                  const std::string& kind = "");
std::string Head(const std::string& escaped, const std::string& kind = "");
// "no value" for the empty text.
std::string Label(const std::string& text);

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_REPORT_SECTIONS_H_
