// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_BEST_H_
#define WEIR_ANON_INTERNAL_BEST_H_

#include <cstdint>
#include <limits>
#include <utility>

#include "weir/anon/internal/evaluation.h"
#include "weir/anon/internal/lattice.h"

namespace weir::anon::internal {

// The best node found so far, and what it rules out.
class Best {
 public:
  bool is_found() const { return is_found_; }
  const Rating& rating() const { return rating_; }
  Lattice::Id id() const { return id_; }
  uint64_t suppressed_rows() const { return suppressed_rows_; }
  uint64_t classes() const { return classes_; }

  // Whether no node with this total level, id and lower bound of its key can be better. Equal keys
  // are decided by the total level, then the id; with a list behind the key they decide nothing.
  bool RulesOut(double bound, uint64_t total_level, Lattice::Id id) const {
    if (!is_found_ || bound < rating_.key) return false;
    if (bound > rating_.key) return true;
    return rating_.ranked.empty() && std::pair(total_level, id) >= std::pair(total_level_, id_);
  }
  // The same for a whole rating.
  bool RulesOut(const Rating& bound, uint64_t total_level, Lattice::Id id) const {
    if (rating_.ranked.empty()) return RulesOut(bound.key, total_level, id);
    if (!is_found_ || bound < rating_) return false;
    return rating_ < bound || std::pair(total_level, id) >= std::pair(total_level_, id_);
  }
  // Whether no node of any level with this bound can be better.
  bool RulesOut(double bound) const { return is_found_ && bound > rating_.key; }

  void Offer(const Evaluation& evaluation, uint64_t total_level, Lattice::Id id) {
    if (!evaluation.rating) return;
    const Rating& rating = *evaluation.rating;
    const bool is_better =
        !is_found_ || rating < rating_ ||
        (rating == rating_ && std::pair(total_level, id) < std::pair(total_level_, id_));
    if (!is_better) return;
    is_found_ = true;
    rating_ = rating;
    total_level_ = total_level;
    id_ = id;
    suppressed_rows_ = evaluation.suppressed_rows;
    classes_ = evaluation.classes;
  }

 private:
  bool is_found_ = false;
  Rating rating_ = {};
  uint64_t total_level_ = 0;
  Lattice::Id id_ = 0;
  uint64_t suppressed_rows_ = 0;
  uint64_t classes_ = 0;
};

// How a search ended.
struct SearchOutcome {
  Best best = {};
  uint64_t nodes_checked = 0;
  bool is_complete = true;
  // No key is below this; of use only if the search is not complete.
  double bound = -std::numeric_limits<double>::infinity();
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_BEST_H_
