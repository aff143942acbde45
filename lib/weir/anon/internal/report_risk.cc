// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "weir/anon/internal/report_sections.h"
#include "weir/anon/report/charts.h"
#include "weir/anon/report/html.h"

namespace weir::anon::internal {
namespace {

constexpr int kHeatLevels = 5;

std::string RiskRow(const std::string& name, const std::string& before, const std::string& after) {
  return RowHead(name) + Cell(before, "figure") + Cell(after, "figure") + "</tr>\n";
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): before, then after
std::string ShareRow(const std::string& name, const std::string& id, double before, double after) {
  return RiskRow(name, html::Percent(before, id + "-before"), html::Percent(after, id + "-after"));
}

// How telling a share is, by colour and by its figure.
std::string HeatCell(double share) {
  const int heat = std::min(kHeatLevels - 1, static_cast<int>(std::floor(share * kHeatLevels)));
  return Cell(html::Percent(share), "figure heat" + std::to_string(heat));
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): in the order of time
std::string WhatRiskIs(const RiskFigures& before, const RiskFigures& after) {
  const std::string start =
      "Rows that are alike on all quasi-identifiers form a <b>class</b>. Somebody who knows that a "
      "person is in the file, and knows all quasi-identifiers, can only guess among the ";
  if (!before.counts_units) {
    return Paragraph(start +
                     "rows of a class: the risk of a row is one out of the rows of its class. A "
                     "row alone has a risk of 100 %.");
  }
  const bool is_bound = before.is_bound || after.is_bound;
  return Paragraph(start +
                   "people of a class (privacy units): the risk of a row is one out of the "
                   "different people of its class, however many rows they have. A class of one "
                   "person has a risk of 100 %." +
                   (is_bound ? " There are too many rows to count all people of large classes: "
                               "highest and average risks are at most what stands here."
                             : ""));
}

}  // namespace

std::string RiskSection(const AnonymizationFacts& facts) {
  const RiskFigures& before = facts.before;
  const RiskFigures& after = facts.after;
  const std::string rows =
      ShareRow("Highest risk of a row", "risk-highest", before.highest, after.highest) +
      ShareRow("Average risk", "risk-average", before.average, after.average) +
      ShareRow("Rows with a risk above " + html::PlainPercent(kRiskThreshold), "risk-share",
               before.share_at_risk, after.share_at_risk) +
      ShareRow(before.counts_units ? "Rows of one person who is alone in the class"
                                   : "Rows that are alone in their class",
               "risk-uniques", before.sample_uniques, after.sample_uniques) +
      RiskRow("Classes", html::Count(before.classes, "classes-before"),
              html::Count(after.classes, "classes-after")) +
      RiskRow("Rows", html::Count(before.rows, "rows-before"),
              html::Count(after.rows, "rows-after"));
  const ClassSizes sizes = {.before = &facts.class_sizes_before,
                            .after = &facts.class_sizes_after,
                            .suppressed_rows = facts.search.suppressed_rows};
  return Section(
      "risk", "The risk of finding a person, before and after",
      WhatRiskIs(before, after) +
          Table("Suppressed rows do not count as after.",
                Head("Figure") + Head("Before", "figure") + Head("After", "figure"), rows) +
          "<div class=\"pictures\">\n<figure><figcaption>In classes of how many rows the rows lie. "
          "Further to the right is safer.</figcaption>" +
          DrawClassSizes(sizes) +
          "</figure>\n<figure><figcaption>Share of the rows whose risk is above x. Lower is "
          "safer.</figcaption>" +
          DrawRiskCurve({.before = &before.rows_of_size, .after = &after.rows_of_size}) +
          "</figure>\n</div>\n");
}

std::string TellingApartSection(const AnonymizationFacts& facts) {
  std::string rows;
  for (const AttributeOutcome& attribute : facts.attributes) {
    const AttributeUtility& utility = attribute.utility;
    rows += RowHead(Label(attribute.name)) + HeatCell(utility.before.separation) +
            HeatCell(utility.after.separation) +
            Cell(html::Count(utility.before.values), "figure") +
            Cell(html::Count(utility.after.values), "figure") +
            HeatCell(utility.before.distinction) + HeatCell(utility.after.distinction) + "</tr>\n";
  }
  return Section(
      "telling-apart", "How well each attribute tells people apart",
      Paragraph(
          "<b>Separation</b>: take two rows at random; how often do they differ on this attribute? "
          "<b>Distinction</b>: different values, as a share of the rows. Dark cells tell people "
          "apart; an "
          "attribute at 0 % tells nobody from anybody.") +
          Table("Before and after; suppressed rows do not count as after.",
                Head("Attribute") + Head("Separation before", "figure") + Head("after", "figure") +
                    Head("Values before", "figure") + Head("after", "figure") +
                    Head("Distinction before", "figure") + Head("after", "figure"),
                rows));
}

}  // namespace weir::anon::internal
