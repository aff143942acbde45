// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/spiffe_id.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace weir::crypto {
namespace {

using ::weir::test::IsOk;
using ::weir::test::StatusIs;

TEST(SpiffeIdTest, TakesApartAndPutsTogether) {
  WEIR_ASSERT_OK_AND_ASSIGN(const SpiffeId id,
                            SpiffeId::Parse("spiffe://kc.partnership/steward/alice"));
  EXPECT_EQ(id.trust_domain().member(), "kc");
  EXPECT_EQ(id.trust_domain().coalition(), "partnership");
  EXPECT_EQ(id.path(), "steward/alice");
  EXPECT_EQ(id.ToString(), "spiffe://kc.partnership/steward/alice");
  EXPECT_EQ(*SpiffeId::Create(id.trust_domain(), "steward/alice"), id);
  EXPECT_NE(*SpiffeId::Create(id.trust_domain(), "steward/Alice"), id);
}

TEST(SpiffeIdTest, TakesTheLongest) {
  const std::string label(31, 'a');
  const std::string path(64, 'p');
  EXPECT_THAT(SpiffeId::Parse("spiffe://" + label + "." + label + "/" + path), IsOk());
  EXPECT_THAT(SpiffeId::Parse("spiffe://" + label + "a." + label + "/" + path),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(SpiffeId::Parse("spiffe://" + label + "." + label + "/" + path + "p"),
              StatusIs(StatusCode::kInvalidArgument));
}

class SpiffeIdRefusalTest : public ::testing::TestWithParam<std::string> {};

TEST_P(SpiffeIdRefusalTest, Refuses) {
  EXPECT_THAT(SpiffeId::Parse(GetParam()), StatusIs(StatusCode::kInvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, SpiffeIdRefusalTest,
    ::testing::Values("", "spiffe:", "spiffe://", "spiffe:///node", "spiffe://kc/node",
                      "spiffe://kc.partnership", "spiffe://kc.partnership/",
                      "spiffe://kc.partnership//node", "spiffe://kc.partnership/node/",
                      "spiffe://kc.partnership/./node", "spiffe://kc.partnership/../node",
                      "spiffe://kc.partnership/no%64e", "spiffe://kc.partnership/node?x",
                      "spiffe://kc.partnership/node#x", "spiffe://kc.partnership:443/node",
                      "spiffe://user@kc.partnership/node", "spiffe://KC.partnership/node",
                      "SPIFFE://kc.partnership/node", "https://kc.partnership/node",
                      "spiffe://a.kc.partnership/node", "spiffe://kc./node", "spiffe://.kc/node",
                      "spiffe://kc..partnership/node",
                      "spiffe://kc.partnership/n\xc3\xb6"
                      "de",
                      " spiffe://kc.partnership/node", "spiffe://kc.partnership/node\n",
                      std::string("spiffe://kc.partnership/node\0x", 30),
                      std::string("spiffe://kc\0.partnership/node", 29)));

TEST(TrustDomainTest, ParsesWhatItFormats) {
  WEIR_ASSERT_OK_AND_ASSIGN(const TrustDomain domain, TrustDomain::Parse("north-texas.p2"));
  EXPECT_EQ(domain.ToString(), "north-texas.p2");
  EXPECT_EQ(*TrustDomain::Create("north-texas", "p2"), domain);
}

}  // namespace
}  // namespace weir::crypto
