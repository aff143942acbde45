// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "weir/anon/internal/report_sections.h"
#include "weir/anon/report/html.h"
#include "weir/anon/report/model_notes.h"

namespace weir::anon::internal {
namespace {

std::string NameOf(const v1::Action& action) {
  switch (action.action_case()) {
    case v1::Action::kPseudonym:
      return "pseudonym";
    case v1::Action::kMask:
      return "masked";
    case v1::Action::kCoding:
      return "top and bottom coded";
    case v1::Action::kRound:
      return "rounded";
    case v1::Action::kDateShift:
      return "dates shifted";
    case v1::Action::kPram:
      return "values changed at random";
    case v1::Action::kRankSwap:
      return "values swapped";
    case v1::Action::kMicroaggregate:
      return "values averaged in groups";
    case v1::Action::kRemove:
      return "removed";
    case v1::Action::kKeep:
      return "kept as it is";
    default:
      return "changed";
  }
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

const AttributeOutcome* FindAttribute(const AnonymizationFacts& facts, const std::string& name) {
  const auto found =
      std::find_if(facts.attributes.begin(), facts.attributes.end(),
                   [&name](const AttributeOutcome& attribute) { return attribute.name == name; });
  return found == facts.attributes.end() ? nullptr : &*found;
}

std::string WhatWasDone(const ColumnOutcome& column, const AttributeOutcome* attribute) {
  if (!column.is_written) return "removed";
  std::vector<std::string> parts;
  for (const v1::Action& action : column.actions) parts.push_back(NameOf(action));
  if (attribute != nullptr) {
    parts.push_back(attribute->level == 0
                        ? "not generalized (level 0 of " + std::to_string(attribute->height) + ")"
                        : "generalized to level " + std::to_string(attribute->level) + " of " +
                              std::to_string(attribute->height));
  }
  return parts.empty() ? "kept as it is" : Joined(parts);
}

std::string RowOf(const AnonymizationFacts& facts, const ColumnOutcome& column) {
  const AttributeOutcome* attribute =
      column.is_written ? FindAttribute(facts, column.name) : nullptr;
  std::string example = "-";
  if (attribute != nullptr && attribute->level > 0 && attribute->utility.after.values > 0) {
    example = Label(attribute->utility.example_value) + " &#x2192; " +
              Label(attribute->utility.example_label);
  }
  return RowHead(Label(column.name)) + Cell(anon::NameOf(column.role), "words") +
         Cell(WhatWasDone(column, attribute), "words") +
         Cell(example, example == "-" ? "none" : "") + "</tr>\n";
}

std::string Listed(const std::vector<std::string>& items) {
  std::string list = "<ul>\n";
  for (const std::string& item : items) list += "<li>" + item + "</li>\n";
  return list + "</ul>\n";
}

}  // namespace

std::string ChangesSection(const AnonymizationFacts& facts) {
  std::string rows;
  for (const ColumnOutcome& column : facts.columns) rows += RowOf(facts, column);
  return Section(
      "changes", "What was changed",
      Paragraph("<b>Quasi-identifiers</b> are what somebody may know about a person: they are made "
                "coarser. <b>Sensitive</b> columns are what must not be learned; they stay as they "
                "are. <b>Identifiers</b> and columns that the recipe does not name are removed.") +
          Table("", Head("Column") + Head("Role") + Head("What was done") + Head("Example"), rows,
                "cases"));
}

std::string SuppressionSection(const AnonymizationFacts& facts, const Recipe& recipe) {
  const uint64_t suppressed = facts.search.suppressed_rows;
  const double share =
      facts.rows == 0 ? 0 : static_cast<double>(suppressed) / static_cast<double>(facts.rows);
  std::string body = Paragraph("<b>" + html::Count(suppressed, "suppressed-rows") + "</b> of " +
                               html::Count(facts.rows) + " rows (" + html::Percent(share) +
                               ") lie in classes that break a model even after generalizing. " +
                               (suppressed == 0 ? "Nothing was suppressed."
                                : facts.drops_suppressed_rows
                                    ? "They are left out of the file."
                                    : "They stay in the file with all their quasi-identifiers "
                                      "suppressed; the other columns are unchanged."));
  const uint64_t allowed = recipe.SuppressibleRows(facts.rows);
  body += Paragraph("The recipe allows " + html::Count(allowed) + " rows to be suppressed.");
  if (suppressed > 0) {
    body += Soft(
        "People with rare combinations are suppressed first. If they matter for what the "
        "file is used for, allow fewer suppressed rows and accept coarser values.");
  }
  if (facts.rows_without_unit > 0) {
    body += Paragraph(html::Count(facts.rows_without_unit) +
                      " rows have no privacy unit: they count as rows and as no person.");
  }
  return Section("suppressed", "Suppressed rows", body);
}

std::string ModelsSection(const AnonymizationFacts& facts, const Recipe& recipe) {
  std::string rows;
  for (size_t i = 0; i < facts.models.size() && i < recipe.models().size(); ++i) {
    const ModelNote note = NoteOn(recipe.models()[i]);
    rows += RowHead(html::Escape(facts.models[i])) + Cell(html::Escape(note.promise)) +
            Cell("<b class=\"open\">Not protected:</b> " + html::Escape(note.not_protected)) +
            "</tr>\n";
  }
  if (rows.empty()) {
    return Section("models", "Models that hold",
                   Paragraph("The recipe names none: nothing is promised about this file."));
  }
  return Section(
      "models", "Models that hold",
      Paragraph("Each was proved by reading the written file again and grouping its rows, "
                "without what the search knew. Two claims rest on the input: how many people "
                "(privacy units) a class has, and how many the population has.") +
          Table("", Head("Model") + Head("What it promises") + Head("What it leaves open"), rows,
                "cases"));
}

std::string NotProtectedSection(const AnonymizationFacts& facts, const Recipe& recipe) {
  std::vector<std::string> insensitive;
  std::vector<std::string> unprotected;
  for (const ColumnOutcome& column : facts.columns) {
    if (!column.is_written) continue;
    if (column.role == v1::ATTRIBUTE_ROLE_INSENSITIVE) insensitive.push_back(Label(column.name));
    const bool is_named = std::any_of(
        recipe.models().begin(), recipe.models().end(), [&column](const v1::PrivacyModel& model) {
          return model.l_diversity().attribute() == column.name ||
                 model.t_closeness().attribute() == column.name ||
                 model.delta_disclosure().attribute() == column.name ||
                 model.beta_likeness().attribute() == column.name;
        });
    if (column.role == v1::ATTRIBUTE_ROLE_SENSITIVE && !is_named) {
      unprotected.push_back(Label(column.name));
    }
  }
  std::vector<std::string> items;
  if (!unprotected.empty()) {
    items.push_back("<b>Sensitive columns that no model protects: " + Joined(unprotected) +
                    ".</b> If all rows of a class have the same value, it is known.");
  }
  if (!insensitive.empty()) {
    items.push_back("Columns that were called insensitive: " + Joined(insensitive) +
                    ". Whoever knows their values about a person can find the row by them.");
  }
  items.push_back(
      "Attackers who know more columns than were named quasi-identifiers, or who know "
      "other people's sensitive values and take them off the class.");
  items.push_back(
      "Two files about the same people: the intersection of their classes can be a "
      "single person. No model here limits what several files tell together.");
  items.push_back(
      "Several rows of one person, but for k-anonymity that counts privacy units: to "
      "all other models every row is a person.");
  items.push_back(
      "Facts about groups: what the file says about all people of a class is said about "
      "each of them, whether they are in it or not.");
  return Section(
      "not-protected", "What is not protected",
      Listed(items) + Soft("A model is a property of one file. That the file is anonymous "
                           "in the sense of a law is not claimed here."));
}

}  // namespace weir::anon::internal
