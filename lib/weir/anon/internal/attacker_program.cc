// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/attacker_program.h"

#include <algorithm>
#include <cmath>

namespace weir::anon::internal {
namespace {

constexpr double kMostRounding = 1e-4;
// No limit in truth: only a withheld total lets a cell grow as far, and then it has no bound.
constexpr auto kCeiling = static_cast<double>(2 * kLargestTotal);

}  // namespace

StatusOr<AttackerProgram> AttackerProgram::Create(std::span<const ProgramArc> arcs,
                                                  std::span<const int64_t> sums) {
  WEIR_ASSIGN_OR_RETURN(const ClpLibrary* const library, LoadClp());
  AttackerProgram program(library, arcs.size());
  program.model_.reset(library->Clp_newModel());
  if (program.model_ == nullptr) return ResourceExhausted("no memory for a linear program");
  library->Clp_setLogLevel(program.model_.get(), 0);
  std::vector<CoinBigIndex> starts;
  std::vector<int> nodes;
  std::vector<double> signs;
  starts.reserve(arcs.size() + 1);
  nodes.reserve(2 * arcs.size());
  signs.reserve(2 * arcs.size());
  for (const ProgramArc& arc : arcs) {
    starts.push_back(static_cast<CoinBigIndex>(nodes.size()));
    nodes.push_back(static_cast<int>(arc.from));
    signs.push_back(1);
    nodes.push_back(static_cast<int>(arc.to));
    signs.push_back(-1);
  }
  starts.push_back(static_cast<CoinBigIndex>(nodes.size()));
  std::vector<double> right;
  right.reserve(sums.size());
  for (const int64_t sum : sums) right.push_back(static_cast<double>(sum));
  const std::vector<double> zeros(arcs.size(), 0);
  const std::vector<double> ceilings(arcs.size(), kCeiling);
  library->Clp_loadProblem(program.model_.get(), static_cast<int>(arcs.size()),
                           static_cast<int>(sums.size()), starts.data(), nodes.data(), signs.data(),
                           zeros.data(), ceilings.data(), zeros.data(), right.data(), right.data());
  return program;
}

StatusOr<std::vector<uint64_t>> AttackerProgram::Solve(std::span<const double> objective,
                                                       Sense sense) {
  std::copy(objective.begin(), objective.end(), library_->Clp_objective(model_.get()));
  library_->Clp_setObjSense(model_.get(), sense == Sense::kLeast ? 1 : -1);
  library_->Clp_primal(model_.get(), 0);
  if (library_->Clp_status(model_.get()) != 0) {
    return Internal("the audit's solver gave no answer");
  }
  const std::span<const double> solution(library_->Clp_primalColumnSolution(model_.get()), arcs_);
  std::vector<uint64_t> values;
  values.reserve(arcs_);
  for (const double value : solution) {
    const double rounded = std::round(value);
    const double slack = kMostRounding * std::max(1.0, std::abs(rounded) * 1e-6);
    const bool is_whole = std::abs(rounded - value) <= slack && rounded >= 0;
    if (!is_whole || rounded > kCeiling) return Internal("the audit's solver gave no table");
    values.push_back(static_cast<uint64_t>(rounded));
  }
  return values;
}

}  // namespace weir::anon::internal
