// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_KEPT_SHARES_H_
#define WEIR_ANON_INTERNAL_KEPT_SHARES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "weir/anon/internal/least_rows.h"

namespace weir::anon::internal {

// Added up side by side, without a branch.
constexpr size_t kLanes = 2;
using Lanes __attribute__((vector_size(kLanes * sizeof(double)))) = double;

inline Lanes LoadLanes(const double* from) {
  Lanes lanes;  // NOLINT(*-init-variables): written at once
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline size_t WholeLanes(size_t parts) { return (parts + kLanes - 1) / kLanes * kLanes; }

// The rows of each part of a class, without memory of its own for few parts; then zeros up to a
// whole number of lanes.
class PartRows {
 public:
  explicit PartRows(size_t parts) {  // NOLINT(*-member-init): few_ is written before it is read
    const size_t size = WholeLanes(parts);
    if (size > few_.size()) many_.resize(size);
    data_ = size > few_.size() ? many_.data() : few_.data();
    std::fill(data_ + parts, data_ + size, 0.0);
  }
  explicit PartRows(std::span<const uint64_t> rows) : PartRows(rows.size()) {
    for (size_t part = 0; part < rows.size(); ++part) data_[part] = static_cast<double>(rows[part]);
  }
  PartRows(const PartRows&) = delete;
  PartRows& operator=(const PartRows&) = delete;

  double& operator[](size_t part) { return data_[part]; }
  const double* data() const { return data_; }

 private:
  std::array<double, 64> few_;
  std::vector<double> many_;
  double* data_;
};

// Parts of a class, of each of which at most a share of all that is kept can be kept.
class KeptShares {
 public:
  KeptShares() = default;
  // One share a part, as share_of(part) has it.
  template <class Part, class ShareOf>
  KeptShares(const std::vector<Part>& parts, const ShareOf& share_of) {
    shares_.resize(WholeLanes(parts.size()));
    std::transform(parts.begin(), parts.end(), shares_.begin(), share_of);
  }

  // Summed over the parts, if `kept` rows are kept in all. `own`: one a share.
  KeptBound Within(const PartRows& own, double kept) const {
    Lanes most = {};
    Lanes slope = {};
    const Lanes nothing = {};
    for (size_t i = 0; i < shares_.size(); i += kLanes) {
      const Lanes share = LoadLanes(shares_.data() + i);
      const Lanes rows = LoadLanes(own.data() + i);
      const Lanes limit = share * kept;
      most += limit < rows ? limit : rows;
      slope += limit < rows ? share : nothing;
    }
    return {.most = most[0] + most[1], .slope = slope[0] + slope[1]};
  }
  // The same in whole rows of each part, rounded in their favour.
  double WholeWithin(const PartRows& own, double kept) const {
    std::array<double, kLanes> most = {};
    const double* const rows = own.data();
    for (size_t i = 0; i < shares_.size(); i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        const double limit = shares_.data()[i + lane] * kept * (1 + 1e-9);
        most[lane] += static_cast<double>(static_cast<int64_t>(std::min(rows[i + lane], limit)));
      }
    }
    return most[0] + most[1];
  }

 private:
  std::vector<double> shares_;
};

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_KEPT_SHARES_H_
