// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/report/report.h"

#include <array>
#include <string_view>
#include <utility>

#include "weir/anon/internal/report_sections.h"
#include "weir/anon/internal/report_style.h"
#include "weir/anon/report/html.h"

namespace weir::anon {
namespace {

using internal::Cell;
using internal::Head;
using internal::Label;
using internal::Paragraph;
using internal::RowHead;
using internal::Section;
using internal::Soft;

std::string Card(const std::string& name, const std::string& figure) {
  return "<li><span>" + name + "</span><b>" + figure + "</b></li>\n";
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): from, then to
std::string Arrow(double before, double after) {
  return html::Percent(before) + " &#x2192; " + html::Percent(after);
}

// The smallest class of a file with several rows a person.
std::string PeopleInWords(const AnonymizationFacts& facts) {
  const std::string before =
      "Before, " + html::PlainPercent(facts.before.sample_uniques) +
      " of the rows were of one person alone: nobody else in the file had the same "
      "quasi-identifiers.";
  if (facts.after.rows_of_size.empty()) return before + " After, every row is suppressed.";
  const uint64_t fewest = facts.after.rows_of_size.begin()->first;
  if (fewest == 1) return before + " After, there are still rows of one person alone.";
  return before + " After, every row that is not suppressed could be of at least " +
         html::PlainCount(fewest) +
         " people: the right one is picked with a chance of at most 1 in " +
         html::PlainCount(fewest) + ".";
}

// The smallest class of the file, in words.
std::string InWords(const AnonymizationFacts& facts) {
  if (facts.before.counts_units) return PeopleInWords(facts);
  const std::string before =
      "Before, " + html::PlainPercent(facts.before.sample_uniques) +
      " of the rows were alone: nobody else in the file had the same quasi-identifiers.";
  if (facts.class_sizes_after.empty()) return before + " After, every row is suppressed.";
  const uint64_t smallest = facts.class_sizes_after.begin()->first;
  if (smallest == 1) return before + " After, there are still rows that are alone.";
  return before + " After, every row that is not suppressed is one of at least " +
         html::PlainCount(smallest) +
         " that are alike: the right one is picked with a chance of at most 1 in " +
         html::PlainCount(smallest) + ".";
}

std::string Summary(const AnonymizationFacts& facts) {
  const uint64_t suppressed = facts.search.suppressed_rows;
  const double share =
      facts.rows == 0 ? 0 : static_cast<double>(suppressed) / static_cast<double>(facts.rows);
  return Section(
      "summary", "In short",
      "<ul class=\"cards\">\n" + Card("Rows", html::Count(facts.rows)) +
          Card("Suppressed rows", html::Count(suppressed) + " (" + html::Percent(share) + ")") +
          Card("Highest risk", Arrow(facts.before.highest, facts.after.highest)) +
          Card("Average risk", Arrow(facts.before.average, facts.after.average)) +
          Card("Classes", html::Count(facts.before.classes) + " &#x2192; " +
                              html::Count(facts.after.classes)) +
          "</ul>\n" + Paragraph(html::Escape(InWords(facts))));
}

std::string Optimum(const AnonymizationFacts& facts) {
  const std::string score = "score <data id=\"score\" value=\"" + html::Exact(facts.search.score) +
                            "\">" + html::Exact(facts.search.score) + "</data> (lower is better)";
  if (facts.search.optimal) return "the best one by the measure of the recipe, proved; " + score;
  return "the best one that was found; none is better by more than " +
         html::Percent(GapOf(facts.search)) + " of the score; " + score;
}

std::string Origin(const AnonymizationFacts& facts, const ReportFrame& frame) {
  const auto row = [](const std::string& name, const std::string& text) {
    return RowHead(name) + Cell(text) + "</tr>\n";
  };
  const auto hash = [&row](const std::string& name, const std::string& sha256) {
    return row(name, "<code>" + html::Escape(sha256) + "</code>");
  };
  std::string rows =
      row("Made", html::Escape(frame.made_at) + " by " + html::Escape(frame.made_by)) +
      row("Recipe", Label(frame.recipe_name)) + row("Input", Label(frame.input_name)) +
      row("Output", Label(frame.output_name)) + row("Transformation", Optimum(facts)) +
      row("Transformations", html::Count(facts.search.nodes_total) + " possible, " +
                                 html::Count(facts.search.nodes_checked) +
                                 " looked at, the others ruled out") +
      hash("SHA-256 of the input", facts.input_sha256) +
      hash("SHA-256 of the output", facts.output_sha256) +
      hash("SHA-256 of the recipe", facts.recipe_sha256);
  for (const auto& [name, sha256] : facts.hierarchy_sha256) {
    rows += hash("SHA-256 of the hierarchy of " + Label(name), sha256);
  }
  return Section("origin", "How to repeat it",
                 internal::Table("", Head("What") + Head("Which"), rows, "cases") +
                     "<h3>The recipe</h3>\n<pre>" + html::Escape(frame.recipe_text) + "</pre>\n");
}

std::string Contents(bool has_mobility) {
  constexpr std::array<std::pair<std::string_view, const char*>, 11> kParts = {
      {{"summary", "In short"},
       {"changes", "Changes"},
       {"risk", "Risk"},
       {"mobility", "Homes and traces"},
       {"telling-apart", "Telling apart"},
       {"utility", "What is left"},
       {"prediction", "What can be learned"},
       {"suppressed", "Suppressed rows"},
       {"models", "Models"},
       {"not-protected", "Not protected"},
       {"origin", "Repeat it"}}};
  std::string links;
  for (const auto& [id, name] : kParts) {
    if (id == "mobility" && !has_mobility) continue;
    links += (links.empty() ? "" : " &#xB7; ") + std::string("<a href=\"#") + std::string(id) +
             "\">" + name + "</a>";
  }
  return "<nav aria-label=\"Contents\"><p>" + links + "</p></nav>\n";
}

}  // namespace

std::string WriteHtmlReport(const OwnerView<AnonymizationFacts>& view, const Recipe& recipe,
                            const ReportFrame& frame) {
  const AnonymizationFacts& facts = view.ShowToOwner();
  const std::string mobility = internal::MobilitySection(facts);
  const std::string title = "Anonymization report: " + html::Escape(frame.output_name);
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\"/>\n<meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>" +
         title + "</title>\n<style>" + internal::kReportStyle +
         "</style>\n</head>\n<body>\n<header>\n" + "<h1>Anonymization report</h1>\n" +
         Soft(Label(frame.input_name) + " &#x2192; " + Label(frame.output_name) + ", " +
              html::Escape(frame.made_at)) +
         "<p class=\"owner\"><b>For the owner of the data.</b> This page holds exact figures about "
         "the input. "
         "Do not give it away with the file; a certificate is made for that.</p>\n" +
         Contents(!mobility.empty()) + "</header>\n<main>\n" + Summary(facts) +
         internal::ChangesSection(facts) + internal::RiskSection(facts) + mobility +
         internal::TellingApartSection(facts) + internal::UtilitySection(facts) +
         internal::PredictionSection(facts) + internal::SuppressionSection(facts, recipe) +
         internal::ModelsSection(facts, recipe) + internal::NotProtectedSection(facts, recipe) +
         Origin(facts, frame) + "</main>\n</body>\n</html>\n";
}

}  // namespace weir::anon
