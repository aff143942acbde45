// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_FROZEN_RECODING_H_
#define WEIR_ANON_FROZEN_RECODING_H_

#include <string>
#include <vector>

#include <google/protobuf/repeated_field.h>

#include "weir/anon/recoding.h"
#include "weir/anon/search.h"
#include "weir/base/status.h"
#include "weir/v1/recipe.pb.h"

// Local recoding and Mondrian as something that the next delivery can go through: the classes that
// were found, by their labels. Of Mondrian these are the leaves of its tree of cuts, of local
// recoding what each search placed, in the order of the searches.
namespace weir::anon {

using FrozenRounds = google::protobuf::RepeatedPtrField<v1::FrozenRound>;

// The classes of a recoded table that are not suppressed.
//
// Shapes:  `names`: of the attributes, in the order of the problem.
// Reveals: labels that stand side by side in the output; no counts, and nothing of suppressed rows.
// Errors:  INVALID_ARGUMENT  no class, or more than a document may hold.
//          INTERNAL          RepeatClasses would not give this recoding back for these rows.
StatusOr<FrozenRounds> FreezeClasses(const SearchProblem& problem,
                                     const std::vector<std::string>& names,
                                     const RecodedTable& recoded);

// The recoding of other rows by these classes: a tuple goes into the first class that has its
// labels, and is suppressed if there is none.
//
// Guarantee: none by itself: a class may have too few of the new rows. ApplyRecoding judges them.
// Errors:    INVALID_ARGUMENT  a level that is missing or higher than the hierarchy, another number
//                              of labels than of attributes.
// Cost:      O(tuples * rounds * attributes).
StatusOr<Recoding> RepeatClasses(const SearchProblem& problem,
                                 const std::vector<std::string>& names, const FrozenRounds& rounds);

}  // namespace weir::anon

#endif  // WEIR_ANON_FROZEN_RECODING_H_
