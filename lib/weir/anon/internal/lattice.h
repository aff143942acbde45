// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_LATTICE_H_
#define WEIR_ANON_INTERNAL_LATTICE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "weir/base/status.h"

namespace weir::anon::internal {

// The level of each attribute: a node of the lattice of generalizations.
using Levels = std::vector<uint8_t>;

// Whether `general` is at least as high as `special` in every attribute.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): named at every call
inline bool IsAbove(const Levels& general, const Levels& special) {
  unsigned broken = 0;
  const uint8_t* high = general.data();
  const uint8_t* low = special.data();
  for (size_t a = 0; a < general.size(); ++a) broken |= static_cast<unsigned>(high[a] < low[a]);
  return broken == 0;
}

// All combinations of the levels allowed, numbered so that a smaller number is the lexically
// smaller list of levels. A node above another has the larger number.
//
// Thread-safe.
class Lattice {
 public:
  using Id = uint64_t;

  // Inclusive ranges, one an attribute.
  //
  // Errors: INVALID_ARGUMENT  2^62 nodes or more, or a level above 254.
  static StatusOr<Lattice> Create(std::span<const std::pair<size_t, size_t>> ranges);

  size_t attributes() const { return low_.size(); }
  uint64_t nodes() const { return nodes_; }
  const Levels& bottom() const { return low_; }
  const Levels& top() const { return high_; }
  // How much an id grows when this attribute goes up by one level.
  uint64_t stride(size_t attribute) const { return strides_[attribute]; }

  Id IdOf(const Levels& levels) const;
  Levels LevelsOf(Id id) const;

 private:
  Lattice() = default;

  Levels low_;
  Levels high_;
  std::vector<uint64_t> strides_;
  uint64_t nodes_ = 1;
};

// Sum of the levels.
uint64_t TotalLevel(const Levels& levels);

// Calls visit(first id, number of consecutive ids) for runs that make up all nodes from `low` to
// `high`, both included.
template <class Visit>
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): low before high
void ForEachRun(const Lattice& lattice, const Levels& low, const Levels& high, Visit visit) {
  Levels at = low;
  // Attributes at the end that have all their levels make one run together.
  size_t last = at.size() - 1;
  while (last > 0 && low[last] == lattice.bottom()[last] && high[last] == lattice.top()[last]) {
    --last;
  }
  const uint64_t run = lattice.stride(last) * (uint64_t{high[last]} - low[last] + 1);
  Lattice::Id id = lattice.IdOf(low);
  while (true) {
    visit(id, run);
    size_t a = last;
    while (a > 0) {
      --a;
      if (at[a] < high[a]) break;
      id -= lattice.stride(a) * (uint64_t{at[a]} - low[a]);
      at[a] = low[a];
      if (a == 0) return;
    }
    if (last == 0) return;
    ++at[a];
    id += lattice.stride(a);
  }
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_LATTICE_H_
