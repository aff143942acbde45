// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_UNIT_NAME_H_
#define WEIR_ANON_INTERNAL_UNIT_NAME_H_

#include <string>
#include <string_view>

namespace weir::anon::internal {

// Adds the next part to the name of a privacy unit. The length stands before each part, so that no
// two units have one name. False, and an empty name: the row has no unit.
inline bool AddUnitPart(std::string& name, std::string_view part) {
  if (part.empty()) {
    name.clear();
    return false;
  }
  name += std::to_string(part.size()) + ":" + std::string(part);
  return true;
}

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_UNIT_NAME_H_
