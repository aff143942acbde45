// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_PROFILE_PROFILE_H_
#define WEIR_ANON_PROFILE_PROFILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/anon/profile/content_kind.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon {

// Values of one kind in a column.
struct KindFinding {
  ContentKind kind = ContentKind::kEmail;
  double share = 0;  // of the rows that have a value
  // At least KindRule::found: the column is one of the kind. Else some values are.
  bool is_found = false;
  bool is_in_text = false;  // inside of longer texts
};

// Why a role is proposed.
enum class RoleReason {
  kContent,   // of a kind that names a person
  kKey,       // nearly every row has its own value
  kNamedKey,  // codes in a column whose name says that they are an id
  kConstant,  // one value
  // Nearly every row has its own value, or the name says id; but content or name also say place,
  // time or what a person is, which others may know and which is no code of the person.
  kKnown,
  kSensitiveName,
  kLinkable,  // none of these: somebody could know it
};

struct ColumnProfile {
  std::string name;
  v1::ValueType type = v1::VALUE_TYPE_TEXT;
  bool has_leading_zeros = false;  // digits as text: codes, not numbers
  uint64_t rows = 0;               // that have a value
  uint64_t missing = 0;            // empty or one of `missing_texts`
  uint64_t distinct = 0;           // values, without missing ones
  // Of a fixed list of texts that stand for "no value", those that do so here.
  std::vector<std::string> missing_texts;
  std::vector<KindFinding> findings;
  // As AttributeRisk, of the column alone; missing is a value there.
  double distinction = 0;
  double separation = 0;
  v1::AttributeRole role = v1::ATTRIBUTE_ROLE_UNSPECIFIED;
  RoleReason reason = RoleReason::kLinkable;
  bool repeats = false;  // an identifier with two rows and more a value: perhaps the privacy unit
  // For a quasi-identifier of numbers, dates, ZIP or county codes or coordinates. Bounds are
  // rounded outwards to the coarsest width.
  std::optional<v1::HierarchyRule> hierarchy;
};

struct FileProfile {
  std::string sha256;
  uint64_t rows = 0;
  std::vector<ColumnProfile> columns;  // in the order of the file
  // Quasi-identifiers, by separation, then distinction, the most telling first.
  std::vector<size_t> ranked;
};

}  // namespace weir::anon

#endif  // WEIR_ANON_PROFILE_PROFILE_H_
