// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_HIERARCHY_H_
#define WEIR_ANON_HIERARCHY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weir/base/status.h"

namespace weir::anon {

// What suppressed values and the root of a hierarchy are called.
inline constexpr std::string_view kSuppressed = "*";

// One value and what it becomes: path[0] the value itself, then its label at level 1, 2, ...
using GroundPath = std::vector<std::string>;

// The generalization hierarchy of one attribute, as codes: level 0 holds the ground values, each
// higher level groups those of the level before.
//
// The domain is what the hierarchy says, not what occurs in a file: shares, and with them the
// loss, count values that no row has.
//
// Thread-safe once made.
class Hierarchy {
 public:
  // Codes follow the order of `paths`; a label's code is the place of its first occurrence.
  //
  // `weights`, one a path, says how much of the domain a ground value stands for (an interval of
  // width 5 stands for five ages); empty: 1 each.
  //
  // Errors: INVALID_ARGUMENT  no path, paths of unequal length, a ground value twice, a label whose
  //         members are parted at a higher level, a weight that is not positive. Messages name
  //         labels of the hierarchy, which are public, and the number of the path.
  static StatusOr<Hierarchy> Create(const std::vector<GroundPath>& paths,
                                    std::span<const double> weights = {});

  // At least 1; levels() - 1 is the height, the level of the root if there is one.
  size_t levels() const { return labels_.size(); }
  size_t size(size_t level) const { return labels_[level].size(); }
  // The code at `level` of each ground code.
  std::span<const uint32_t> codes(size_t level) const { return codes_[level]; }
  const std::string& label(size_t level, uint32_t code) const { return labels_[level][code]; }
  // The part of the domain, in (0, 1], that lies under this label.
  double share(size_t level, uint32_t code) const { return shares_[level][code]; }
  // Sum of the weights of all ground values: the size of the domain.
  double domain_size() const { return domain_size_; }
  // Whether everything is one label at the highest level.
  bool has_root() const { return labels_.back().size() == 1; }
  // The ground code of a value.
  std::optional<uint32_t> Find(std::string_view ground) const;

 private:
  Hierarchy() = default;

  std::vector<std::vector<uint32_t>> codes_;
  std::vector<std::vector<std::string>> labels_;
  std::vector<std::vector<double>> shares_;
  std::unordered_map<std::string, uint32_t> ground_;
  double domain_size_ = 0;
};

}  // namespace weir::anon

#endif  // WEIR_ANON_HIERARCHY_H_
