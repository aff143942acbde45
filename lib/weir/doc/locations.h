// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DOC_LOCATIONS_H_
#define WEIR_DOC_LOCATIONS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "weir/base/status.h"

namespace weir::doc {

// A place in a document. Lines and columns count from 1; a column is a code point, not a byte.
struct Location {
  std::string file;
  int line = 1;
  int column = 1;
  std::string ToString() const;  // "crashes.dataset.yaml:7:10"
  friend bool operator==(const Location&, const Location&) = default;
};

// Remembers where each value of a parsed document stood, so that a rule checked later can still
// point at the place. Immutable after parsing; thread-safe.
//
// A path names a value by the keys of the proto: "budget.epsilon", "columns.hour.bounds[1]",
// "keys[0].column". A value written in shorthand (`- weekday`) is found under the message
// ("keys[0]") and under the field that it set ("keys[0].column"). The document itself is "".
class Locations {
 public:
  using Places = std::map<std::string, Location, std::less<>>;

  Locations() = default;
  Locations(std::string file, Places places) : file_(std::move(file)), places_(std::move(places)) {}

  // The place of exactly this path. NOT_FOUND when the document does not set it.
  StatusOr<Location> Find(std::string_view path) const;

  // The place of this path, or of the nearest value around it: for an absent "budget.delta" that of
  // "budget". Never fails; the start of the file is around everything.
  Location Nearest(std::string_view path) const;

  // The same error with "crashes.dataset.yaml:7:10: " before its message; OK stays OK.
  Status At(std::string_view path, const Status& status) const;

  const std::string& file() const { return file_; }

 private:
  std::string file_;
  Places places_;
};

}  // namespace weir::doc

#endif  // WEIR_DOC_LOCATIONS_H_
