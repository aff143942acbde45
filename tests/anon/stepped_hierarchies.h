// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_STEPPED_HIERARCHIES_H_
#define WEIR_TESTS_ANON_STEPPED_HIERARCHIES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/anon/hierarchy.h"

namespace weir::anon::test {

// Hierarchies of three levels: a value, the quarter it lies in, everything.
class SteppedHierarchies {
 public:
  explicit SteppedHierarchies(const std::vector<uint32_t>& values) {
    hierarchies_.reserve(values.size());
    for (const uint32_t count : values) {
      std::vector<GroundPath> paths;
      for (uint32_t code = 0; code < count; ++code) {
        paths.push_back({std::to_string(code), "q" + std::to_string(4 * code / count), "*"});
      }
      hierarchies_.push_back(Hierarchy::Create(paths).value());
    }
    for (const Hierarchy& hierarchy : hierarchies_) pointers_.push_back(&hierarchy);
  }
  SteppedHierarchies(const SteppedHierarchies&) = delete;
  SteppedHierarchies& operator=(const SteppedHierarchies&) = delete;

  const std::vector<const Hierarchy*>& pointers() const { return pointers_; }
  uint32_t LabelOf(size_t attribute, size_t level, uint32_t code) const {
    return hierarchies_[attribute].codes(level)[code];
  }

 private:
  std::vector<Hierarchy> hierarchies_;
  std::vector<const Hierarchy*> pointers_;
};

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_STEPPED_HIERARCHIES_H_
