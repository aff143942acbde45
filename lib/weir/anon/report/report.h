// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_REPORT_REPORT_H_
#define WEIR_ANON_REPORT_REPORT_H_

#include <string>

#include "weir/anon/anonymize.h"
#include "weir/anon/recipe.h"
#include "weir/privacy/private.h"

namespace weir::anon {

// What a report says about the run besides the facts.
struct ReportFrame {
  std::string recipe_name;
  std::string recipe_text;  // YAML
  std::string input_name;
  std::string output_name;
  std::string made_at;  // RFC 3339
  std::string made_by;  // "weir 1.2.3"
};

// One HTML page for the owner, for readers without statistics: what was changed, the risk and the
// use of the file before and after, what is protected and what is not.
//
// Guarantee: well-formed XML, complete in itself: no script, no address to load from (a content
//            security policy forbids both). Every text that comes from a file or a recipe is
//            escaped. Figures stand in <data value="..."> elements, as exact as in the facts.
// Reveals:   exact facts about the input, to the owner.
std::string WriteHtmlReport(const OwnerView<AnonymizationFacts>& facts, const Recipe& recipe,
                            const ReportFrame& frame);

}  // namespace weir::anon

#endif  // WEIR_ANON_REPORT_REPORT_H_
