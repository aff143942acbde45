// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/report_sections.h"
#include "weir/anon/report/charts.h"
#include "weir/anon/report/html.h"

namespace weir::anon::internal {
namespace {

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string LabelRow(const std::string& label, const LabelCount& count,
                     const AnonymizationFacts& facts) {
  return RowHead(label) + Cell(html::Count(count.rows_before), "figure") +
         Cell(html::Count(count.rows_after), "figure") +
         Cell(DrawPair(Share(count.rows_before, facts.rows),
                       Share(count.rows_after, facts.after.rows)),
              "bar") +
         "</tr>\n";
}

std::string Distribution(const AttributeOutcome& attribute, const AnonymizationFacts& facts) {
  const AttributeUtility& utility = attribute.utility;
  std::string rows;
  for (const LabelCount& count : utility.labels) rows += LabelRow(Label(count.label), count, facts);
  if (utility.other_labels > 0) {
    rows += LabelRow("<i>" + html::PlainCount(utility.other_labels) + " other labels</i>",
                     utility.others, facts);
  }
  return "<h3>" + Label(attribute.name) + "</h3>\n" +
         Table("",
               Head("Label") + Head("Rows before", "figure") + Head("Rows after", "figure") +
                   Head("Share of the rows", "bar"),
               rows);
}

std::string AccuracyRow(const TargetAccuracy& target) {
  const std::string head = RowHead(Label(target.name)) + Cell(html::Count(target.values), "figure");
  if (!target.not_measured.empty()) {
    return head + "<td colspan=\"4\">not measured: " + html::Escape(target.not_measured) +
           "</td></tr>\n";
  }
  return head + Cell(html::Percent(target.before.majority), "figure") +
         Cell(html::Percent(target.before.predicted), "figure") +
         Cell(html::Percent(target.after.majority), "figure") +
         Cell(html::Percent(target.after.predicted), "figure") + "</tr>\n";
}

std::string SamplingNote(const AnonymizationFacts& facts) {
  for (const TargetAccuracy& target : facts.targets) {
    if (target.sampled_every == 1) continue;
    return Soft("Measured on one row in " + html::PlainCount(target.sampled_every) + ".");
  }
  return "";
}

}  // namespace

std::string UtilitySection(const AnonymizationFacts& facts) {
  std::string rows;
  std::string distributions;
  for (const AttributeOutcome& attribute : facts.attributes) {
    rows += RowHead(Label(attribute.name)) +
            Cell(std::to_string(attribute.level) + " of " + std::to_string(attribute.height),
                 "figure") +
            Cell(html::Percent(attribute.loss), "figure") +
            Cell(DrawPair(0, attribute.loss), "bar") + "</tr>\n";
    distributions += Distribution(attribute, facts);
  }
  return Section("utility", "What is left of the data",
                 Paragraph("<b>Loss</b> says how much of what an attribute can tell is gone: 0 % "
                           "is the input, 100 % an "
                           "attribute that was removed. Suppressed rows count as lost.") +
                     Table("",
                           Head("Attribute") + Head("Level", "figure") + Head("Loss", "figure") +
                               Head("Loss as a bar", "bar"),
                           rows) +
                     Paragraph("How the rows are spread over the published labels. <i>Before</i> "
                               "counts all rows of the "
                               "input under the label that they would have, <i>after</i> the rows "
                               "of the file that are not "
                               "suppressed; bars are shares of each. Where they differ, "
                               "suppression bends the figures.") +
                     distributions);
}

std::string PredictionSection(const AnonymizationFacts& facts) {
  if (facts.targets.empty()) {
    return Section(
        "prediction", "What can be learned from the file",
        Paragraph("Not measured: no model names a sensitive attribute, and no target was "
                  "given (<code>--target</code>)."));
  }
  std::string rows;
  for (const TargetAccuracy& target : facts.targets) rows += AccuracyRow(target);
  return Section(
      "prediction", "What can be learned from the file",
      Paragraph("A simple classifier (naive Bayes) learns from nine tenths of the rows to guess a "
                "column from the "
                "quasi-identifiers, and is tried on the last tenth; ten times, until each row was "
                "guessed once. "
                "<b>Majority</b> is who always says the most frequent value. What is guessed is "
                "the value of the "
                "input, before and after.") +
          Table("Share of right guesses.",
                Head("Column") + Head("Values", "figure") + Head("Majority before", "figure") +
                    Head("Classifier before", "figure") + Head("Majority after", "figure") +
                    Head("Classifier after", "figure"),
                rows) +
          SamplingNote(facts) +
          Paragraph("<b>How to read it.</b> A classifier that does as well after as before: the "
                    "file still shows how "
                    "the columns go together. One no better than the majority: that is gone, or "
                    "this classifier "
                    "cannot see it; another may. The same figure has another side: what can be "
                    "learned from the "
                    "file about everybody can be guessed about each person, without finding "
                    "anybody's row.") +
          Soft("Differences of less than about one divided by the square root of the rows (0.6 % "
               "for "
               "30,000) can be chance."));
}

}  // namespace weir::anon::internal
