// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/report/model_notes.h"

namespace weir::anon {
namespace {

ModelNote NoteOn(const v1::KAnonymity& model) {
  const std::string k = std::to_string(model.k());
  const bool is_units = model.count() == v1::COUNT_OF_UNITS;
  ModelNote note = {
      .promise = "Every class has at least " + k + (is_units ? " different people" : " rows") +
                 ": whoever knows that a person is in the file picks the right one with a "
                 "probability of at most 1 in " +
                 k + ".",
      .not_protected =
          "What all rows of a class have in common: if all of them have the same "
          "diagnosis, it is known."};
  if (!is_units) note.not_protected += " A person with several rows can fill a class alone.";
  if (model.attributes().empty()) return note;
  note.promise += " It was asked for on these attributes only:";
  for (int i = 0; i < model.attributes_size(); ++i) {
    note.promise += (i == 0 ? " " : ", ") + model.attributes(i);
  }
  note.promise += ".";
  return note;
}

ModelNote NoteOn(const v1::LDiversity& model) {
  switch (model.kind()) {
    case v1::DIVERSITY_KIND_RECURSIVE:
      return {
          "In every class the most frequent value is rarer than c times all values together "
          "but the l - 1 most frequent: ruling out l - 2 values leaves no near certainty.",
          "That two values mean much the same; that a class says more than the table does."};
    case v1::DIVERSITY_KIND_ENTROPY:
    case v1::DIVERSITY_KIND_GRASSBERGER:
      return {
          "In every class the value is at least as hard to guess as one of l values that are "
          "equally likely.",
          "That two values mean much the same; that a class says more than the table does."};
    default:
      return {"Every class has at least l different values: none is certain.",
              "A value that nearly all rows of a class have: 99 of one kind and 1 of another pass "
              "with l = 2. Nor values that mean much the same."};
  }
}

ModelNote NoteOn(const v1::BetaLikeness& model) {
  ModelNote note = {
      "No value's share grows by more than a factor 1 + beta in any class, rare values "
      "among them.",
      "Values that become less likely in a class."};
  if (model.kind() != v1::LIKENESS_KIND_BASIC) {
    note.promise += " Frequent values are held back too, so that none becomes certain.";
  }
  return note;
}

}  // namespace

ModelNote NoteOn(const v1::PrivacyModel& model) {
  switch (model.model_case()) {
    case v1::PrivacyModel::kKAnonymity:
      return NoteOn(model.k_anonymity());
    case v1::PrivacyModel::kKMap:
      return {
          "Every class has at least k rows in the population table: a row could be any of k "
          "people of the population.",
          "Anyone of whom it is known that they are in the file. A population table larger "
          "than the attacker's makes the promise worthless."};
    case v1::PrivacyModel::kLDiversity:
      return NoteOn(model.l_diversity());
    case v1::PrivacyModel::kTCloseness:
      return {
          "The values of each class are spread as in the whole table, up to a distance t: a "
          "class teaches at most that much more than the table.",
          "Rare values, which may become many times as likely within a small t; what is true "
          "of everybody in the table."};
    case v1::PrivacyModel::kDeltaDisclosure:
      return {
          "In each class each value that occurs is less than 2^delta times as likely, or "
          "unlikely, as in the table.",
          "That a value is absent from a class."};
    case v1::PrivacyModel::kBetaLikeness:
      return NoteOn(model.beta_likeness());
    case v1::PrivacyModel::kDeltaPresence:
      return {
          "Whoever has the population table believes that a person is in the file with a "
          "probability within the bounds.",
          "Sensitive values; against whoever has a better population table."};
    case v1::PrivacyModel::kAverageRisk:
      return {"Whoever matches everybody gets at most this share right.",
              "Single people: one row that stands out among many that do not."};
    case v1::PrivacyModel::kHighestRisk:
      return {"Nobody's row is picked with a probability above the limit.",
              "What all rows of a class have in common."};
    case v1::PrivacyModel::kSampleUniqueness:
      return {"At most this share of the rows is alone in its class.",
              "Pairs, and the rows that are still alone."};
    case v1::PrivacyModel::kPopulationUniqueness:
      return {
          "By an estimate, at most this share of the population is unique: for the average "
          "person, if the rows are a simple random sample.",
          "Those who are unique. It is an estimate and no bound; estimators can differ "
          "tenfold."};
    default:
      return {};
  }
}

}  // namespace weir::anon
