// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/primitives.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"

namespace weir::crypto::internal {
namespace {

constexpr char kSeed[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

std::string Hex(const SecretBytes& secret) {
  return HexEncode(secret.Bytes(DangerouslyRevealKey::Because("compare in a test")));
}

SecretBytes FromHex(std::string_view hex) { return SecretBytes(*HexDecode(hex)); }

// RFC 5869, appendices A.1 and A.3: the first 32 of the 42 bytes of output.
TEST(PrimitivesTest, HkdfGivesThePublishedOutput) {
  const char input[] = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
  EXPECT_EQ(Hex(Hkdf(FromHex(input), *HexDecode("000102030405060708090a0b0c"),
                     *HexDecode("f0f1f2f3f4f5f6f7f8f9"))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(Hex(Hkdf(FromHex(input), "", "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

// RFC 7748, section 5.2.
TEST(PrimitivesTest, X25519GivesThePublishedPoint) {
  const auto product = X25519(
      FromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
      AsBytes32(*HexDecode("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")));
  ASSERT_TRUE(product.has_value());
  EXPECT_EQ(Hex(*product), "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

TEST(PrimitivesTest, X25519RefusesLowOrderPoints) {
  const SecretBytes scalar = SecretBytes(std::string(32, '\x55'));
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    EXPECT_FALSE(X25519(scalar, AsBytes32(*HexDecode(point))).has_value()) << point;
  }
}

// RFC 8032, section 7.1, test 1.
TEST(PrimitivesTest, Ed25519GivesThePublishedSignature) {
  const Bytes32 key = Ed25519PublicKey(FromHex(kSeed));
  EXPECT_EQ(HexEncode(AsText(key)),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const auto signature = Ed25519Sign(FromHex(kSeed), "");
  EXPECT_EQ(HexEncode({reinterpret_cast<const char*>(signature.data()), signature.size()}),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39"
            "701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  EXPECT_TRUE(Ed25519Accepts(key, "", signature));
}

TEST(PrimitivesTest, Ed25519RefusesEveryFlippedBit) {
  const Bytes32 key = Ed25519PublicKey(FromHex(kSeed));
  const auto signature = Ed25519Sign(FromHex(kSeed), "text");
  EXPECT_TRUE(Ed25519Accepts(key, "text", signature));
  EXPECT_FALSE(Ed25519Accepts(key, "test", signature));
  for (size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    auto altered = signature;
    altered[bit / 8] = static_cast<uint8_t>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Ed25519Accepts(key, "text", altered)) << bit;
  }
}

TEST(PrimitivesTest, KnowsEd25519KeysThatAreNoPublicKeys) {
  EXPECT_TRUE(IsEd25519PublicKey(Ed25519PublicKey(FromHex(kSeed))));
  Bytes32 identity{};
  identity[0] = 1;
  EXPECT_FALSE(IsEd25519PublicKey(identity));
  EXPECT_FALSE(IsEd25519PublicKey(Bytes32{}));
}

TEST(PrimitivesTest, OpensOnlyWhatWasSealedUnderTheKey) {
  const SecretBytes key(std::string(32, 'k'));
  const SecretBytes other(std::string(32, 'o'));
  const std::string sealed = SealOnce(key, "file key");
  EXPECT_EQ(Hex(*OpenOnce(key, sealed)), HexEncode("file key"));
  EXPECT_FALSE(OpenOnce(other, sealed).has_value());
  EXPECT_FALSE(OpenOnce(key, sealed.substr(1)).has_value());
  EXPECT_FALSE(OpenOnce(key, "").has_value());
}

}  // namespace
}  // namespace weir::crypto::internal
