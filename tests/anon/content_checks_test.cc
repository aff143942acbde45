// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/profile/content_checks.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "weir/anon/profile/content_kind.h"

namespace weir::anon::test {
namespace {

using Check = bool (*)(std::string_view);

struct CheckCase {
  const char* name;
  Check check;
  std::vector<std::string_view> good;
  std::vector<std::string_view> bad;
};

class ContentCheckTest : public ::testing::TestWithParam<CheckCase> {};

TEST_P(ContentCheckTest, TakesTheFormAndNothingNearIt) {
  const CheckCase& one = GetParam();
  for (const std::string_view text : one.good) EXPECT_TRUE(one.check(text)) << text;
  for (const std::string_view text : one.bad) EXPECT_FALSE(one.check(text)) << text;
  EXPECT_FALSE(one.check(""));
}

const std::vector<CheckCase>& Cases() {
  static const std::vector<CheckCase> cases = {
      {"Email",
       IsEmail,
       {"a@example.org", "first.last+tag@mail.example.co", "o'neil@example.com"},
       {"a@b", "@example.org", "a@", "a b@example.org", "a@example.1", "a@-x.org", "a..b@x.org",
        ".a@x.org", "a@x..org", "a@b@c.org", "example.org"}},
      {"Phone",
       IsPhone,
       {"303-555-0142", "(303) 555-0142", "+1 303 555 0142", "1-303-555-0142", "+442071838750",
        "+49 30 901820", "303.555.0142"},
       {"3035550142", "103-555-0142", "303-155-0142", "911-555-0142", "303-411-0142", "+0123456789",
        "303-555-01422", "2019-01-31", "555-0142", "30-3555-0142x", "12-34", "1303555-0142-"}},
      {"SocialSecurity",
       IsSocialSecurity,
       {"078-05-1120", "899-99-9999"},
       {"000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123456789",
        "123-456-789", "12-345-6789", "123-45-67890"}},
      {"PlainPhone",
       IsPlainPhone,
       {"3035550142", "13035550142", "3035550142.0"},
       {"1035550142", "3031550142", "9115550142", "303555014", "30355501421", "3035550142.5",
        "303-555-0142", "1710000000"}},
      {"PlainSocialSecurity",
       IsPlainSocialSecurity,
       {"078051120", "899999999", "178051120.0"},
       {"000123456", "666123456", "900123456", "123004567", "123450000", "12345678", "1234567890",
        "078-05-1120", "178051120.5"}},
      {"PlainMacAddress",
       IsPlainMacAddress,
       {"001A2B3C4D5E", "001a2b3c4d5e"},
       {"001A2B3C4D5", "001A2B3C4D5G", "000000000000", "00:1A:2B:3C:4D:5E"}},
      {"VehicleId",
       IsVehicleId,
       {"1M8GDM9AXKP042788", "1HGCM82633A004352", "5GZCZ43D13S812715"},
       {"1M8GDM9A1KP042788", "1M8GDM9AXKP042789", "1m8gdm9axkp042788", "IM8GDM9AXKP042788",
        "1M8GDM9AXKP04278", "11111111111111111"}},
      {"Plate",
       IsPlate,
       {"ABC1234", "7ABC123", "AB 12345", "ABC-123"},
       {"ABCDEFG", "1234567", "A1", "ABC123456", "abc1234", "A-B-C123", "-ABC123", "AB_1234"}},
      {"PaymentCard",
       IsPaymentCard,
       {"4111111111111111", "5500 0000 0000 0004", "3400-0000-0000-009", "2221000000000009"},
       {"4111111111111112", "1111111111111117", "4111", "411111111111111a", "0000000000000000",
        "-4111111111111111", "9111111111111111"}},
      {"IpAddress",
       IsIpAddress,
       {"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::1",
        "fe80::", "2001:db8:0:0:0:0:0:1", "::ffff:192.0.2.1"},
       {"256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.", "::", "2001:db8::1::2",
        "2001:db8:0:0:0:0:1", "12345::1", "12:30", "1:2:3:4:5:6:7:8:9", "g::1", ":1:2:3:4:5:6:7"}},
      {"MacAddress",
       IsMacAddress,
       {"00:1b:44:11:3a:B7", "00-1B-44-11-3A-B7", "001b.4411.3ab7"},
       {"00:1b:44:11:3a", "00:1b-44:11:3a:b7", "00:1g:44:11:3a:b7", "001b44113ab7", "12:30:00:12"}},
      {"Uuid",
       IsUuid,
       {"01890a5d-ac96-774b-bcce-b302099a8057", "01890A5D-AC96-774B-BCCE-B302099A8057"},
       {"01890a5dac96774bbcceb302099a8057", "01890a5d-ac96-774b-bcce-b302099a805",
        "01890a5d-ac96-774b-bcce-b302099a805g"}},
      {"PersonName",
       IsPersonName,
       {"Ada Lovelace", "O'Neil, Mary J.", "Jean-Luc", "\xC3\x85sa Berg"},
       {"ada lovelace", "A", "Room 12", "Main St & 5th", "A B C D E F"}},
      {"CoordinatePair",
       IsCoordinatePair,
       {"41.88,-87.63", "(39.0997, -94.5786)", "POINT (-87.6298 41.8781)", "41.88 -87.63"},
       {"41,-87", "41.88", "91.00,181.00", "1.5,2.5", "a,b", "41.88,"}},
      {"Latitude", IsLatitude, {"41.88", "-90.00"}, {"90.01", "41", "41.8", "1e1", "41.8x"}},
      {"Longitude", IsLongitude, {"-87.6298", "180.00"}, {"180.01", "200.00"}},
      {"ZipCode", IsZipCode, {"08001", "85721-0001"}, {"8001", "85721-001", "8572a", "857210001"}},
      {"CountyCode", IsCountyCode, {"08031", "72001"}, {"03001", "57001", "8031", "08000"}},
      {"Date",
       IsDate,
       {"2025-01-31", "1/7/20", "12/31/2019", "31/12/2019", "2020/02/29", "2025-01-31T12:00",
        "1/7/2020 12:59 PM"},
       {"2025-02-30", "2021/02/29", "13/13/2020", "2025-1", "12-31-2019", "1/2/3/4", "12/2019",
        "2025-01-31 noon"}},
  };
  return cases;
}

INSTANTIATE_TEST_SUITE_P(AllKinds, ContentCheckTest, ::testing::ValuesIn(Cases()),
                         [](const auto& one) { return std::string(one.param.name); });

// Any one wrong digit shows: that is what a check digit is for.
RC_GTEST_PROP(PaymentCardProperty, OneWrongDigitShows, ()) {
  std::string card = "4539578763621486";
  RC_ASSERT(IsPaymentCard(card));
  const auto place = *rc::gen::inRange<size_t>(1, card.size());
  const auto digit = *rc::gen::inRange('0', ':');
  const bool is_same = card[place] == digit;
  card[place] = digit;
  RC_ASSERT(IsPaymentCard(card) == is_same);
}

RC_GTEST_PROP(ContentCheckProperty, TakesAnyBytes, ()) {
  const auto text = *rc::gen::arbitrary<std::string>();
  for (const KindRule& rule : KindRules()) {
    const bool matches = Matches(rule.kind, text);
    RC_ASSERT(!matches || text.size() >= 2);
    static_cast<void>(HasWordOf(rule.kind, text));
  }
}

const KindRule& RuleOf(ContentKind kind) {
  for (const KindRule& rule : KindRules()) {
    if (rule.kind == kind) return rule;
  }
  return KindRules()[0];
}

TEST(NameAdmitsTest, WantsAWordOfItsOwn) {
  const KindRule& plate = RuleOf(ContentKind::kPlate);
  for (const char* name : {"license_plate", "Plate No", "plateNumber", "LicensePlate"}) {
    EXPECT_TRUE(NameAdmits(plate, name)) << name;
  }
  for (const char* name : {"template", "vehicle", ""})
    EXPECT_FALSE(NameAdmits(plate, name)) << name;
  const KindRule& person = RuleOf(ContentKind::kPersonName);
  EXPECT_TRUE(NameAdmits(person, "first_name"));
  EXPECT_TRUE(NameAdmits(person, "firstName"));
  EXPECT_FALSE(NameAdmits(person, "street_name"));
  EXPECT_TRUE(NameAdmits(RuleOf(ContentKind::kEmail), "anything"));
}

TEST(HasWordOfTest, LooksAtWordsWithoutPunctuation) {
  EXPECT_TRUE(HasWordOf(ContentKind::kEmail, "write to a@example.org, please"));
  EXPECT_TRUE(HasWordOf(ContentKind::kSocialSecurity, "SSN (078-05-1120)."));
  EXPECT_TRUE(HasWordOf(ContentKind::kCoordinatePair, "1 Main St (north)\n(39.0997, -94.5786)"));
  EXPECT_FALSE(HasWordOf(ContentKind::kCoordinatePair, "1 Main St (39.0997, -94.5786"));
  EXPECT_FALSE(HasWordOf(ContentKind::kEmail, "nothing here"));
  EXPECT_FALSE(HasWordOf(ContentKind::kEmail, ""));
}

TEST(KindRulesTest, AreConsistent) {
  EXPECT_EQ(KindRules().size(), 16u);
  for (const KindRule& rule : KindRules()) {
    EXPECT_GT(rule.some, 0) << NameOf(rule.kind);
    EXPECT_LE(rule.some, rule.found) << NameOf(rule.kind);
    EXPECT_LE(rule.found, 1) << NameOf(rule.kind);
  }
}

}  // namespace
}  // namespace weir::anon::test
