// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_ATTACKER_PROGRAM_H_
#define WEIR_ANON_INTERNAL_ATTACKER_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weir/anon/internal/clp_library.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// Figures above are not whole numbers of a double with room for the sums of a row.
inline constexpr uint64_t kLargestTotal = uint64_t{1} << 40;

// A suppressed cell as an arc between two nodes (origins and destinations).
struct ProgramArc {
  size_t from = 0;
  size_t to = 0;
};

enum class Sense { kLeast, kLargest };

// What anybody knows of suppressed cells: none is negative, and at each node those that begin there
// exceed those that end there by a known sum. A linear program, solved by Clp.
//
// Not thread-safe; move-only.
class AttackerProgram {
 public:
  // Shapes: arcs between nodes below `sums.size()`.
  // Errors: UNAVAILABLE as LoadClp; RESOURCE_EXHAUSTED no memory.
  static StatusOr<AttackerProgram> Create(std::span<const ProgramArc> arcs,
                                          std::span<const int64_t> sums);

  // The best values for an objective over the arcs. The constraints are totally unimodular, so
  // they are whole; that they satisfy the constraints is for the caller to check.
  // Errors: INTERNAL no answer, or one that is not whole or out of [0, 2 kLargestTotal].
  StatusOr<std::vector<uint64_t>> Solve(std::span<const double> objective, Sense sense);

 private:
  struct DeleteModel {
    const ClpLibrary* library = nullptr;
    void operator()(Clp_Simplex* model) const { library->Clp_deleteModel(model); }
  };
  using Model = std::unique_ptr<Clp_Simplex, DeleteModel>;

  AttackerProgram(const ClpLibrary* library, size_t arcs)
      : library_(library), arcs_(arcs), model_(nullptr, DeleteModel{library}) {}

  const ClpLibrary* library_;
  size_t arcs_;
  Model model_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_ATTACKER_PROGRAM_H_
