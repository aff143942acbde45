// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/derived_key.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::weir::test::StatusIs;

std::string Reveal(const SecretBytes& key) {
  return std::string(key.Bytes(DangerouslyRevealKey::Because("compared in a test")));
}

SecretBytes Master() { return SecretBytes(std::string(32, 'm')); }

TEST(DerivedKeyTest, IsHkdfOfTheSecretWithLengthPrefixedLabels) {
  const std::string extracted =
      std::string(AsText(HmacSha256("weir derived key", std::string(32, 'm'))));
  const std::string info = std::string("\0\0\0\0\0\0\0\1a\0\0\0\0\0\0\0\2bc", 19);
  EXPECT_EQ(Reveal(*DeriveKey(Master(), {"a", "bc"})),
            AsText(HmacSha256(extracted, info + '\x01')));
}

TEST(DerivedKeyTest, DiffersForLabelsThatAreCutElsewhere) {
  EXPECT_NE(Reveal(*DeriveKey(Master(), {"a", "bc"})), Reveal(*DeriveKey(Master(), {"ab", "c"})));
  EXPECT_NE(Reveal(*DeriveKey(Master(), {"a", "bc"})), Reveal(*DeriveKey(Master(), {"abc"})));
  EXPECT_EQ(Reveal(*DeriveKey(Master(), {"a"})), Reveal(*DeriveKey(Master(), {"a"})));
}

TEST(DerivedKeyTest, RefusesAShortSecret) {
  EXPECT_THAT(DeriveKey(SecretBytes(std::string(31, 'm')), {"a"}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("at least 32 bytes, got 31")));
}

}  // namespace
}  // namespace weir::crypto
