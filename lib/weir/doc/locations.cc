// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/locations.h"

namespace weir::doc {

std::string Location::ToString() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

StatusOr<Location> Locations::Find(std::string_view path) const {
  const auto place = places_.find(path);
  if (place == places_.end()) {
    return NotFound("%s does not set %s", file_.c_str(), std::string(path).c_str());
  }
  return place->second;
}

Location Locations::Nearest(std::string_view path) const {
  while (true) {
    const auto place = places_.find(path);
    if (place != places_.end()) return place->second;
    if (path.empty()) return {.file = file_};
    const size_t end = path.find_last_of(".[");
    path = end == std::string_view::npos ? "" : path.substr(0, end);
  }
}

Status Locations::At(std::string_view path, const Status& status) const {
  return Annotate(status, Nearest(path).ToString());
}

}  // namespace weir::doc
