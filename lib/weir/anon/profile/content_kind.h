// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_PROFILE_CONTENT_KIND_H_
#define WEIR_ANON_PROFILE_CONTENT_KIND_H_

#include <span>
#include <string_view>

namespace weir::anon {

// What a value can be recognized as, by its form and its check digits.
enum class ContentKind {
  kEmail,
  kPhone,
  kSocialSecurity,
  kVehicleId,  // VIN
  kPlate,
  kPaymentCard,
  kIpAddress,
  kMacAddress,
  kUuid,
  kPersonName,
  kCoordinatePair,
  kLatitude,
  kLongitude,
  kZipCode,
  kCountyCode,  // FIPS
  kDate,
};

// As in reports: "e-mail address".
const char* NameOf(ContentKind kind);

// How a column counts as one of a kind. Shares are of the rows that have a value.
struct KindRule {
  ContentKind kind = ContentKind::kEmail;
  // The form alone says little: the column's name must have one of these words too, and none of
  // `other_words`. Empty: content alone decides.
  std::span<const std::string_view> words = {};
  std::span<const std::string_view> other_words = {};
  // In columns with one of these words, and none of `other_words`, the plain form is taken too.
  std::span<const std::string_view> plain_words = {};
  double found = 0.5;  // at least this share of the values: the column is one of the kind
  // At least this share: such values stand among others. Above the share by which values of no
  // meaning pass: one in ten has the check digit of a card, one in eleven that of a VIN.
  double some = 0.01;
  bool is_identifier = true;  // names a person, a household or a device by itself
  bool is_searched_in_text = false;
};

// In the order in which they are tried: a column is of the first kind that is found.
std::span<const KindRule> KindRules();

// Whether a whole value has the form of a kind. `value` without white space around it.
bool Matches(ContentKind kind, std::string_view value);

// Whether a value has the form of a kind without what sets it apart from other texts: a phone or
// social security number as plain digits, also as a decimal that ends in ".0", a MAC address as 12
// hexadecimal digits, a plate or a name in small letters. Says nothing without a column's name.
bool MatchesPlainly(ContentKind kind, std::string_view value);

// Whether the name of a column lets a rule apply: "license_plate" and "Plate No" have the word
// "plate", "template" has not. Also joined words: "zipcode", "firstName".
bool NameAdmits(const KindRule& rule, std::string_view column);
// Whether it lets the plain form be taken.
bool NameAdmitsPlain(const KindRule& rule, std::string_view column);

// Whether some word of a text, without the punctuation around it, has the form of a kind; a
// coordinate pair in round brackets.
bool HasWordOf(ContentKind kind, std::string_view text);

}  // namespace weir::anon

#endif  // WEIR_ANON_PROFILE_CONTENT_KIND_H_
