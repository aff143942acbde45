// SPDX-License-Identifier: Apache-2.0
#include "weir/data/sip_hash.h"

#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

namespace weir::data::internal {
namespace {

// OpenSSL's SipHash, an implementation that shares nothing with ours.
std::string OpenSslSipHash(const SipKey& key, const std::string& message, unsigned size) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_SIZE, &size),
                                   OSSL_PARAM_construct_end()};
  std::array<unsigned char, 16> raw_key{};
  std::memcpy(raw_key.data(), &key.low, 8);
  std::memcpy(raw_key.data() + 8, &key.high, 8);
  std::array<unsigned char, 16> out{};
  size_t written = 0;
  const bool ok = EVP_MAC_init(context, raw_key.data(), raw_key.size(), parameters) == 1 &&
                  EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(message.data()),
                                 message.size()) == 1 &&
                  EVP_MAC_final(context, out.data(), &written, out.size()) == 1;
  EXPECT_TRUE(ok);
  EXPECT_EQ(written, size);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  return {reinterpret_cast<const char*>(out.data()), size};
}

template <class Number>
std::string Bytes(const Number& number) {
  std::string bytes(sizeof(Number), '\0');
  std::memcpy(bytes.data(), &number, sizeof(Number));
  return bytes;
}

std::string Bytes128(const Hash128& hash) { return Bytes(hash.low) + Bytes(hash.high); }

constexpr SipKey kKey{.low = 0x0706050403020100, .high = 0x0f0e0d0c0b0a0908};

std::string CountingBytes(size_t size) {
  std::string message;
  for (size_t i = 0; i < size; ++i) message += static_cast<char>(i);
  return message;
}

TEST(SipHashTest, AgreesWithThePaper) {
  // Appendix A of the paper: key 00..0f, message 00..0e.
  EXPECT_EQ(SipHash64(kKey, CountingBytes(15)), 0xa129ca6149be45e5u);
}

TEST(SipHashTest, AgreesWithOpenSslAtEveryLength) {
  for (size_t size = 0; size <= 300; ++size) {
    const std::string message = CountingBytes(size);
    EXPECT_EQ(Bytes(SipHash64(kKey, message)), OpenSslSipHash(kKey, message, 8)) << size;
    EXPECT_EQ(Bytes128(SipHash128(kKey, message)), OpenSslSipHash(kKey, message, 16)) << size;
  }
}

TEST(SipHashTest, WordsHashAsTheirBytes) {
  const uint64_t first = 0x1122334455667788;
  const uint64_t second = UINT64_MAX;
  EXPECT_EQ(SipHash64(kKey, first, second), SipHash64(kKey, Bytes(first) + Bytes(second)));
  EXPECT_EQ(SipHash128(kKey, first), SipHash128(kKey, Bytes(first)));
}

TEST(SipHashTest, DependsOnEveryBitOfTheKey) {
  const Hash128 hash = SipHash128(kKey, "unit");
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_NE(SipHash128({kKey.low ^ uint64_t{1} << bit, kKey.high}, "unit"), hash);
    EXPECT_NE(SipHash128({kKey.low, kKey.high ^ uint64_t{1} << bit}, "unit"), hash);
  }
}

TEST(SipStreamTest, IsUniformBelowABoundThatIsNoPowerOfTwo) {
  constexpr double kFalsePositiveRate = 1e-9;
  constexpr uint64_t kBound = 3;
  constexpr int kDraws = 300000;
  SipStream stream(kKey, 7);
  std::array<int, kBound> counts{};
  for (int i = 0; i < kDraws; ++i) ++counts[stream.Below(kBound)];
  const double slack = std::sqrt(std::log(2.0 * kBound / kFalsePositiveRate) / (2.0 * kDraws));
  for (const int count : counts) EXPECT_NEAR(static_cast<double>(count) / kDraws, 1.0 / 3.0, slack);
}

TEST(SipStreamTest, StreamsDiffer) {
  SipStream first(kKey, 1);
  SipStream second(kKey, 2);
  EXPECT_NE(first.Below(UINT64_MAX), second.Below(UINT64_MAX));
}

}  // namespace
}  // namespace weir::data::internal
