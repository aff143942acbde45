// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/report_sections.h"
#include "weir/anon/report/html.h"

namespace weir::anon::internal {
namespace {

std::string Interval(const TraceUniqueness& uniqueness) {
  if (uniqueness.is_exact) return "all were tried";
  return html::Percent(uniqueness.lower) + " to " + html::Percent(uniqueness.upper);
}

std::string UniquenessRow(const std::string& name, const TraceUniqueness& uniqueness,
                          const std::string& id) {
  return RowHead(name) + Cell(html::Percent(uniqueness.share, id), "figure") +
         Cell(Interval(uniqueness), "figure") + Cell(html::Count(uniqueness.units), "figure") +
         "</tr>\n";
}

std::string RemovedRows(const MobilityFacts& facts) {
  return Paragraph("<b>" + html::Count(facts.rows_removed, "mobility-removed") + "</b> of " +
                   html::Count(facts.rows_read, "mobility-read") +
                   " rows were removed before anything else: near homes and stops, at the ends of "
                   "trips, or of no known person. All other figures of this page are about the "
                   "rest.");
}

std::string Traces(const MobilityFacts& facts) {
  return Paragraph("Somebody who knows " + html::Count(facts.known_points) +
                   " places and times of a person, and nothing else, finds the whole trace if no "
                   "other person has them all. Traces are people's rows on the quasi-identifiers. "
                   "A low share does not say that traces are safe; a high one says that they are "
                   "not.") +
         Table(
             "People whom so many of their own points single out; suppressed rows do not count "
             "as after.",
             Head("When") + Head("Share", "figure") + Head("95 % interval", "figure") +
                 Head("People", "figure"),
             UniquenessRow("Before", facts.unique_before, "traces-before") +
                 UniquenessRow("After", facts.unique_after, "traces-after"));
}

}  // namespace

std::string MobilitySection(const AnonymizationFacts& facts) {
  if (!facts.mobility.has_value()) return "";
  std::string body;
  if (facts.mobility->rows_read > 0) body += RemovedRows(*facts.mobility);
  if (facts.mobility->known_points > 0) body += Traces(*facts.mobility);
  return body.empty() ? "" : Section("mobility", "Homes and traces", body);
}

}  // namespace weir::anon::internal
