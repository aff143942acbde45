// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_RECODING_H_
#define WEIR_ANON_RECODING_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "weir/anon/class_table.h"
#include "weir/anon/hierarchy.h"
#include "weir/anon/search.h"
#include "weir/base/status.h"

namespace weir::anon {

// A level that stands for a single suppressed cell.
inline constexpr uint8_t kSuppressedCell = 255;

// A generalization of its own for each tuple.
//
// Shapes: m attributes, n tuples.
struct Recoding {
  std::vector<std::vector<uint8_t>> levels;  // m x n, or kSuppressedCell
  std::vector<bool> suppressed;              // n: the rows as a whole
  // n: which search placed the tuple; a tuple has the labels of no class of an earlier one. Empty
  // where classes follow from more than labels (cell suppression).
  std::vector<uint32_t> rounds = {};
};

// Local recoding: full-domain generalization `first`, then the optimal search again on the rows
// that it suppresses, and so on; at last each class is made as special as it can be by itself.
struct LocalRecodingOptions {
  uint32_t rounds = 100;
  // Rows that each further round must place, unless fewer are left: then it must place all.
  uint64_t least_rows_per_round = 1;
  // Whether classes are specialized at the end; without it only the searches speak.
  bool specializes = true;
};

// Guarantee: every class of the output, of whatever rounds its rows are, holds all k-anonymity
//            rules and class models; with `specializes` and models for which Merging is not
//            kNothing, no class could use a more special label in an attribute (within `levels` of
//            the problem) and still hold as it stands: a local optimum, not the least loss of all.
// Does not protect: beyond the models. Labels of different levels stand side by side, so analysts
//            must expect "20-39" beside "25"; counts by label are no longer counts of a partition.
// Errors:    FAILED_PRECONDITION  a table model does not hold for what came out (PolicyRefusal).
//            INVALID_ARGUMENT     models that count a population: which people of it share a class
//                                 is not defined when tuples of one value differ in level.
// Source:    rounds: Prasser et al., "A scalable and pragmatic method for the safe sharing of
//            high-quality health data", IEEE J. Biomed. Health Inform. 22(2), 2018, section III.
StatusOr<Recoding> RecodeLocally(const SearchProblem& problem, const SearchResult& first,
                                 const LocalRecodingOptions& options, const SearchLimits& limits);

// Mondrian over hierarchies, strict: starts with all rows at the highest levels and cuts a class at
// the children of its label in one attribute, that of the widest label first (a share of its
// domain), as long as every part holds all models.
//
// Guarantee: as RecodeLocally with `specializes`; nothing is suppressed.
// Errors:    FAILED_PRECONDITION  the highest levels do not hold (PolicyRefusal), or a table model
//                                 does not hold at the end. INVALID_ARGUMENT as above.
// Cost:      O(n m) a cut that is tried; at most the sum of all heights cuts deep.
// Source:    LeFevre, DeWitt, Ramakrishnan, "Mondrian multidimensional k-anonymity", ICDE 2006,
//            sections 3.1 and 5 (categorical attributes with generalization hierarchies).
StatusOr<Recoding> RecodeByMondrian(const SearchProblem& problem);

// Cell suppression: every cell keeps its value or is suppressed.
//
// A suppressed cell is a value of its own: two rows share a class for a rule if they agree in every
// attribute of the rule, suppressed or not; rows that no set of cells brings into a class are
// suppressed as a whole. The other reading, that a suppressed cell matches every value, counts rows
// as cover that an intruder need not count: (a, b) beside four times (a, *) would be 5-anonymous,
// yet who knows (a, b) finds one row that surely fits, and suppressing cells would create cover
// without generalizing anybody. Under ours every visible row has k - 1 others that look the same.
//
// Greedy: sets of attributes in ascending importance (sum of the quality's weights, then fewer
// cells, then order); in each round the rows that are still too few give up the first set that
// puts them into a large enough class; at last, where there is one rule on all attributes, classes
// take back every cell for which all classes touched still hold.
//
// Guarantee: every k-anonymity rule holds in the sense above, whatever attributes it names; with
// one
//            rule on all attributes also every class model, and no class could show one more of its
//            attributes as a whole and hold. Not the least number of cells: that is NP-hard.
// Errors:    INVALID_ARGUMENT     more than 16 attributes in a rule; class models together with
//                                 rules on some attributes; models of a population; no k-anonymity.
//            FAILED_PRECONDITION  a table model does not hold for what came out.
// Source:    Meyerson and Williams, "On the complexity of optimal k-anonymity", PODS 2004
// (hardness).
StatusOr<Recoding> SuppressCells(const SearchProblem& problem);

// A recoded table as a problem by itself: one flat hierarchy an attribute, whose values are the
// labels of the output, so that what groups, writes and proves generalized tables does so here.
// Move-only; `problem` points into it.
struct RecodedTable {
  Recoding recoding;
  TupleTable table;  // the tuples of the original, in its order, not distinct
  std::vector<Hierarchy> hierarchies;
  std::vector<const Hierarchy*> hierarchy_list;
  SearchProblem problem;  // level 0 is the output
  ClassTable classes;
};

// `suppressed_text`: the label of suppressed cells. Classes that break a model after all are
// suppressed; so are those of which every label is the root of its hierarchy.
// Errors: FAILED_PRECONDITION  a table model does not hold (PolicyRefusal).
StatusOr<std::unique_ptr<RecodedTable>> ApplyRecoding(const SearchProblem& problem,
                                                      Recoding recoding,
                                                      const std::string& suppressed_text);

}  // namespace weir::anon

#endif  // WEIR_ANON_RECODING_H_
