// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/ff1.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <openssl/evp.h>

#include "weir/crypto/internal/big_number.h"

namespace weir::crypto {
namespace {

using internal::BigNumber;
using Block = std::array<uint8_t, 16>;

constexpr int kRounds = 10;

void AppendNumber(std::string& bytes, uint64_t number, size_t size) {
  for (size_t i = size; i > 0; --i) {
    bytes += static_cast<char>(static_cast<uint8_t>(number >> (8 * (i - 1))));
  }
}

class Aes {
 public:
  explicit Aes(const SecretBytes& key) : context_(EVP_CIPHER_CTX_new()) {
    const EVP_CIPHER* cipher = key.size_bytes() == 16   ? EVP_aes_128_ecb()
                               : key.size_bytes() == 24 ? EVP_aes_192_ecb()
                                                        : EVP_aes_256_ecb();
    const auto bytes = key.Bytes(DangerouslyRevealKey::Because("AES key of FF1"));
    WEIR_CHECK(context_ != nullptr);
    WEIR_CHECK(EVP_EncryptInit_ex(context_.get(), cipher, nullptr,
                                  reinterpret_cast<const uint8_t*>(bytes.data()), nullptr) == 1);
    WEIR_CHECK(EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
  }
  ~Aes() = default;
  Aes(const Aes&) = delete;
  Aes& operator=(const Aes&) = delete;

  Block Encrypt(const Block& block) const {
    Block out{};
    int size = 0;
    WEIR_CHECK(EVP_EncryptUpdate(context_.get(), out.data(), &size, block.data(), 16) == 1 &&
               size == 16);
    return out;
  }
  // CBC-MAC of whole blocks: the function PRF of the standard (algorithm 6).
  Block Mac(std::string_view bytes) const {
    WEIR_CHECK(bytes.size() % 16 == 0);
    Block block{};
    for (size_t at = 0; at < bytes.size(); at += 16) {
      for (size_t i = 0; i < 16; ++i) block[i] ^= static_cast<uint8_t>(bytes[at + i]);
      block = Encrypt(block);
    }
    return block;
  }

 private:
  struct Deleter {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, Deleter> context_;
};

// One encryption or decryption; letters as in the standard.
class Feistel {
 public:
  Feistel(const SecretBytes& key, uint32_t radix, size_t n, std::string_view tweak)
      : aes_(key),
        context_(BN_CTX_new()),
        u_(n / 2),
        v_(n - n / 2),
        tweak_(tweak),
        modulus_u_(internal::Power(radix, u_)),
        modulus_v_(internal::Power(radix, v_)) {
    WEIR_CHECK(context_ != nullptr);
    BigNumber largest = internal::Power(radix, v_);
    WEIR_CHECK(BN_sub_word(largest.get(), 1) == 1);
    b_ = (largest.bits() + 7) / 8;
    d_ = 4 * ((b_ + 3) / 4) + 4;
    prefix_ = std::string("\x01\x02\x01", 3);
    AppendNumber(prefix_, radix, 3);
    AppendNumber(prefix_, kRounds, 1);
    AppendNumber(prefix_, u_ % 256, 1);
    AppendNumber(prefix_, n, 4);
    AppendNumber(prefix_, tweak.size(), 4);
  }

  // The halves A and B of the standard's algorithms 7 and 8.
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters)
  void Encrypt(BigNumber& a, BigNumber& b) const {
    for (int i = 0; i < kRounds; ++i) {
      const BigNumber y = RoundValue(i, b);
      WEIR_CHECK(BN_mod_add(a.get(), a.get(), y.get(), ModulusOf(i), context_.get()) == 1);
      std::swap(a, b);
    }
  }
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters)
  void Decrypt(BigNumber& a, BigNumber& b) const {
    for (int i = kRounds - 1; i >= 0; --i) {
      const BigNumber y = RoundValue(i, a);
      WEIR_CHECK(BN_mod_sub(b.get(), b.get(), y.get(), ModulusOf(i), context_.get()) == 1);
      std::swap(a, b);
    }
  }

 private:
  const BIGNUM* ModulusOf(int round) const {
    return round % 2 == 0 ? modulus_u_.get() : modulus_v_.get();
  }

  BigNumber RoundValue(int round, const BigNumber& half) const {
    std::string message = prefix_;
    message += tweak_;
    const size_t tail = tweak_.size() + b_ + 1;
    message.append((16 - tail % 16) % 16, '\0');
    AppendNumber(message, static_cast<uint64_t>(round), 1);
    std::string number(b_, '\0');
    WEIR_CHECK(BN_bn2binpad(half.get(), reinterpret_cast<uint8_t*>(number.data()),
                            static_cast<int>(b_)) == static_cast<int>(b_));
    message += number;
    const Block r = aes_.Mac(message);
    std::string s(r.begin(), r.end());
    for (uint64_t j = 1; s.size() < d_; ++j) {
      Block block = r;
      for (size_t i = 0; i < 8; ++i) block[15 - i] ^= static_cast<uint8_t>(j >> (8 * i));
      block = aes_.Encrypt(block);
      s.append(block.begin(), block.end());
    }
    BigNumber y;
    WEIR_CHECK(BN_bin2bn(reinterpret_cast<const uint8_t*>(s.data()), static_cast<int>(d_),
                         y.get()) != nullptr);
    return y;
  }

  struct ContextDeleter {
    void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  };
  Aes aes_;
  std::unique_ptr<BN_CTX, ContextDeleter> context_;
  size_t u_;
  size_t v_;
  std::string_view tweak_;
  BigNumber modulus_u_;
  BigNumber modulus_v_;
  size_t b_ = 0;
  size_t d_ = 0;
  std::string prefix_;
};

enum class Direction { kEncrypt, kDecrypt };

std::vector<uint32_t> Crypt(const SecretBytes& key, uint32_t radix,
                            std::span<const uint32_t> numerals, std::string_view tweak,
                            Direction direction) {
  const size_t u = numerals.size() / 2;
  const Feistel feistel(key, radix, numerals.size(), tweak);
  BigNumber a = internal::NumberOf(numerals.first(u), radix);
  BigNumber b = internal::NumberOf(numerals.subspan(u), radix);
  if (direction == Direction::kEncrypt) {
    feistel.Encrypt(a, b);
  } else {
    feistel.Decrypt(a, b);
  }
  std::vector<uint32_t> out = internal::NumeralsOf(std::move(a), radix, u);
  const std::vector<uint32_t> rest = internal::NumeralsOf(std::move(b), radix, numerals.size() - u);
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

}  // namespace

StatusOr<Ff1> Ff1::Create(const SecretBytes& key, uint32_t radix) {
  const size_t size = key.size_bytes();
  if (size != 16 && size != 24 && size != 32) {
    return InvalidArgument("an AES key has 16, 24 or 32 bytes, got %zu", size);
  }
  if (radix < 2 || radix > kLargestRadix) {
    return InvalidArgument("the radix of FF1 must be in [2, %u], got %u", kLargestRadix, radix);
  }
  return Ff1(SecretBytes::CopyOf(key.Bytes(DangerouslyRevealKey::Because("kept for FF1"))), radix);
}

Status Ff1::Check(std::span<const uint32_t> numerals, std::string_view tweak) const {
  uint64_t domain = 1;
  for (size_t i = 0; i < numerals.size() && domain < kSmallestDomain; ++i) domain *= radix_;
  if (numerals.size() < 2 || domain < kSmallestDomain) {
    return InvalidArgument("too short to be encrypted with FF1: fewer than %llu texts of this form",
                           static_cast<unsigned long long>(kSmallestDomain));
  }
  if (numerals.size() > kMostNumerals || tweak.size() > kMostTweakBytes) {
    return InvalidArgument("too long to be encrypted with FF1");
  }
  const bool inside = std::all_of(numerals.begin(), numerals.end(),
                                  [this](uint32_t numeral) { return numeral < radix_; });
  if (!inside) return InvalidArgument("a numeral is not below the radix %u", radix_);
  return OkStatus();
}

StatusOr<std::vector<uint32_t>> Ff1::Encrypt(std::span<const uint32_t> numerals,
                                             std::string_view tweak) const {
  WEIR_RETURN_IF_ERROR(Check(numerals, tweak));
  return Crypt(key_, radix_, numerals, tweak, Direction::kEncrypt);
}

StatusOr<std::vector<uint32_t>> Ff1::Decrypt(std::span<const uint32_t> numerals,
                                             std::string_view tweak) const {
  WEIR_RETURN_IF_ERROR(Check(numerals, tweak));
  return Crypt(key_, radix_, numerals, tweak, Direction::kDecrypt);
}

}  // namespace weir::crypto
