// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_POPULATION_MODELS_H_
#define WEIR_ANON_POPULATION_MODELS_H_

#include <cstdint>

#include "weir/anon/model.h"
#include "weir/base/decimal.h"
#include "weir/base/status.h"

namespace weir::anon {

// Models that compare a table with a population table which it is a part of.

// Whose presence delta-presence speaks of.
enum class PresenceScope {
  // Everybody in the population. A group of the population without a row of the table is known to
  // be absent and breaks a lowest above 0; nothing can be suppressed there, so the whole
  // generalization is refused.
  kPopulation,
  // Only those who share a class with a row of the table.
  kClassesOfTable,
};

struct PresenceRange {
  Decimal lowest = {};
  Decimal highest = {};
};

// (lowest, highest)-presence: in every class, rows of the table / rows of the population lies in
// [lowest, highest].
//
// Guarantee: who knows a person's quasi-identifiers and the population table believes that the
//            person is in the published table with a probability of at least `lowest` and at
//            most `highest`.
// Does not protect: sensitive values; against attackers who know more of the population than its
//            table; when the population table is not what an attacker has.
// At the limit: equality holds; decided in integers. A class with rows and no population breaks it.
// Merging:   both needed: the share of a union lies between the shares of the parts. Nothing for
//            kClassesOfTable with a lowest above 0: groups without rows are merged, but not judged.
// Errors:    INVALID_ARGUMENT  not 0 <= lowest <= highest <= 1, or more than nine decimals.
// Source:    Nergiz, Atzori, Clifton, "Hiding the presence of individuals from shared databases",
//            SIGMOD 2007, section 3.
StatusOr<ClassModelPtr> MakeDeltaPresence(const PresenceRange& range,
                                          PresenceScope scope = PresenceScope::kPopulation);

// k-map: every class has at least k rows of the population table.
//
// Guarantee: a row of the published table could be any of at least k people of the population.
// Does not protect: those of whom an attacker knows that they are in the table (k-anonymity does);
//            sensitive values; when the population table is larger than what it stands for.
// Merging:   one is enough.
// Errors:    INVALID_ARGUMENT  k = 0.
// Source:    Sweeney, "Computational disclosure control: a primer on data privacy protection",
//            PhD thesis, MIT, 2001; Sweeney, "k-anonymity: a model for protecting privacy",
//            IJUFKS 10(5), 2002.
StatusOr<ClassModelPtr> MakeKMap(uint64_t k);

}  // namespace weir::anon

#endif  // WEIR_ANON_POPULATION_MODELS_H_
