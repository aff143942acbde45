// SPDX-License-Identifier: Apache-2.0
#include "weir/base/bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace weir {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kSha256BlockBytes = 64;

std::array<int8_t, 256> MakeReverse(std::string_view digits) {
  std::array<int8_t, 256> reverse{};
  reverse.fill(-1);
  for (size_t i = 0; i < digits.size(); ++i) {
    reverse[static_cast<uint8_t>(digits[i])] = static_cast<int8_t>(i);
  }
  return reverse;
}

int HexValue(char digit) {
  static const std::array<int8_t, 256> kReverse = MakeReverse(kHexDigits);
  return kReverse[static_cast<uint8_t>(digit)];
}

int Base64Value(char digit) {
  static const std::array<int8_t, 256> kReverse = MakeReverse(kBase64Digits);
  return kReverse[static_cast<uint8_t>(digit)];
}

const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  WEIR_CHECK(kAlgorithm != nullptr);
  return kAlgorithm;
}

StatusOr<std::string_view> WithoutPadding(std::string_view text) {
  if (text.size() % 4 != 0) {
    return InvalidArgument("padded base64 must have a multiple of 4 characters, got %zu",
                           text.size());
  }
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return text;
}

}  // namespace

Sha256Digest Sha256(std::string_view data) {
  Sha256Digest digest;
  WEIR_CHECK(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, Sha256Algorithm(),
                        nullptr) == 1);
  return digest;
}

Sha256Digest HmacSha256(std::string_view key, std::string_view data) {
  Sha256Digest key_digest{};
  if (key.size() > kSha256BlockBytes) {
    key_digest = Sha256(key);
    key = AsText(key_digest);
  }
  // HMAC takes a null pointer for "the same key as before".
  const char* key_data = key.empty() ? "" : key.data();
  Sha256Digest digest;
  const uint8_t* made =
      HMAC(Sha256Algorithm(), key_data, static_cast<int>(key.size()),
           reinterpret_cast<const uint8_t*>(data.data()), data.size(), digest.data(), nullptr);
  OPENSSL_cleanse(key_digest.data(), key_digest.size());
  WEIR_CHECK(made != nullptr);
  return digest;
}

std::string_view AsText(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string HexEncode(std::string_view data) {
  std::string text;
  text.reserve(2 * data.size());
  for (const char byte : data) {
    text.push_back(kHexDigits[static_cast<uint8_t>(byte) >> 4]);
    text.push_back(kHexDigits[static_cast<uint8_t>(byte) & 15]);
  }
  return text;
}

StatusOr<std::string> HexDecode(std::string_view text) {
  if (text.size() % 2 != 0) {
    return InvalidArgument("hexadecimal text must have an even length, got %zu", text.size());
  }
  std::string data;
  data.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) {
      return InvalidArgument("text must be lower-case hexadecimal, wrong near position %zu", i);
    }
    data.push_back(static_cast<char>(16 * high + low));
  }
  return data;
}

std::string Sha256Hex(std::string_view data) { return HexEncode(AsText(Sha256(data))); }

std::string Base64Encode(std::string_view data, Base64Padding padding) {
  std::string text;
  text.reserve((data.size() + 2) / 3 * 4);
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char byte : data) {
    bits = (bits << 8) | static_cast<uint8_t>(byte);
    for (bit_count += 8; bit_count >= 6;) {
      bit_count -= 6;
      text.push_back(kBase64Digits[(bits >> bit_count) & 63]);
    }
  }
  if (bit_count > 0) text.push_back(kBase64Digits[(bits << (6 - bit_count)) & 63]);
  while (padding == Base64Padding::kPadded && text.size() % 4 != 0) text.push_back('=');
  return text;
}

StatusOr<std::string> Base64Decode(std::string_view text, Base64Padding padding) {
  if (padding == Base64Padding::kPadded) {
    WEIR_ASSIGN_OR_RETURN(text, WithoutPadding(text));
  }
  if (text.size() % 4 == 1) {
    return InvalidArgument("base64 cannot have %zu digits", text.size());
  }
  std::string data;
  data.reserve(text.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char digit : text) {
    const int value = Base64Value(digit);
    if (value < 0) return InvalidArgument("text must be base64 of the standard alphabet");
    bits = (bits << 6) | static_cast<uint32_t>(value);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      data.push_back(static_cast<char>(bits >> bit_count));
    }
  }
  if ((bits & ((1U << bit_count) - 1)) != 0) {
    return InvalidArgument("base64 must be canonical: unused bits must be zero");
  }
  return data;
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  WEIR_CHECK(context_ != nullptr);
  WEIR_CHECK(EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(context_), Sha256Algorithm(), nullptr) ==
             1);
}

Sha256Stream::~Sha256Stream() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

void Sha256Stream::Update(std::string_view data) {
  WEIR_CHECK(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), data.data(), data.size()) == 1);
}

Sha256Digest Sha256Stream::Finish() {
  Sha256Digest digest;
  WEIR_CHECK(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace weir
