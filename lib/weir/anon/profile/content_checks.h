// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_PROFILE_CONTENT_CHECKS_H_
#define WEIR_ANON_PROFILE_CONTENT_CHECKS_H_

#include <string_view>

namespace weir::anon {

// Whether a whole value has the form of something, and where there are such, its area rules and
// check digits. Pure; no value is kept.

// One @, a local part of the usual characters, labels of letters, digits and hyphens, the last one
// of letters. RFC 5321 allows more (quoted local parts, address literals), which are not taken.
bool IsEmail(std::string_view text);
// E.164 with a leading + (7 to 15 digits), or ten digits of the North American plan in groups with
// separators: area and exchange begin with 2 to 9 and are no N11. Plain ten digits are not taken.
bool IsPhone(std::string_view text);
// ddd-dd-dddd; no area 000, 666 or 900 to 999, no group 00, no serial 0000 (rules of the Social
// Security Administration). Plain nine digits are not taken.
bool IsSocialSecurity(std::string_view text);
// The same numbers as plain digits, also as a decimal that ends in ".0", which is what tables make
// of them: nine, and ten or eleven with a leading 1. Many other things look so.
bool IsPlainSocialSecurity(std::string_view text);
bool IsPlainPhone(std::string_view text);
// 12 hexadecimal digits, not all equal.
bool IsPlainMacAddress(std::string_view text);
// 17 characters without I, O and Q whose ninth is the check digit of 49 CFR 565.15, not all equal.
bool IsVehicleId(std::string_view text);
// Five to eight capital letters and digits, both, with at most one blank or hyphen between them.
bool IsPlate(std::string_view text);
// 13 to 19 digits, in groups of blanks or hyphens if any, of an issuer's range (3 to 6, or 2221 to
// 2720) whose last is the check digit of ISO/IEC 7812-1 (Luhn), not all equal.
bool IsPaymentCard(std::string_view text);
// IPv4 in four decimals without leading zeros; IPv6 as in RFC 4291 2.2, with "::", without zone.
bool IsIpAddress(std::string_view text);
// Six pairs of hexadecimal digits with : or -, or three groups of four with dots.
bool IsMacAddress(std::string_view text);
// 8-4-4-4-12 hexadecimal digits (RFC 9562).
bool IsUuid(std::string_view text);
// One to five words of letters, initials, hyphens and apostrophes that begin with a capital letter;
// also "Last, First". Says little without a column's name.
bool IsPersonName(std::string_view text);
// Two decimals in the ranges of latitude and longitude, in this or the other order, each with at
// least two decimals: "41.88, -87.63", "(41.88, -87.63)", "POINT (-87.63 41.88)".
bool IsCoordinatePair(std::string_view text);
// A decimal in [-90, 90], or [-180, 180], with at least two decimals.
bool IsLatitude(std::string_view text);
bool IsLongitude(std::string_view text);
// ddddd or ddddd-dddd.
bool IsZipCode(std::string_view text);
// Five digits that begin with the FIPS code of a state or territory.
bool IsCountyCode(std::string_view text);
// A day of the calendar as 2025-01-31, 2025/01/31, 1/31/2025 (also two-digit years) or 31.1.2025,
// and anything that begins with one and goes on with a blank or T and a time.
bool IsDate(std::string_view text);
// 2025-01-31, with or without a time: what date rules of recipes take.
bool IsIsoDate(std::string_view text);

}  // namespace weir::anon

#endif  // WEIR_ANON_PROFILE_CONTENT_CHECKS_H_
