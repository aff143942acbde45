// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/bech32.h"

#include <array>
#include <cstdint>

#include "weir/base/secret.h"

namespace weir::crypto::internal {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr size_t kChecksumCharacters = 6;

// The checksum is the remainder of a polynomial over GF(32); state is 6 coefficients of 5 bits.
class Checksum {
 public:
  explicit Checksum(std::string_view prefix) {
    for (const char c : prefix) {
      Add(static_cast<uint8_t>(c) >> 5);
    }
    Add(0);
    for (const char c : prefix) {
      Add(static_cast<uint8_t>(c) & 31);
    }
  }

  void Add(uint32_t value) {
    constexpr std::array<uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                    0x2a1462b3};
    const uint32_t top = state_ >> 25;
    state_ = ((state_ & 0x1ffffff) << 5) ^ value;
    for (size_t i = 0; i < kGenerator.size(); ++i) {
      state_ ^= ((top >> i) & 1) != 0 ? kGenerator[i] : 0;
    }
  }

  bool IsValid() const { return state_ == 1; }

  // The characters that make the text before them valid.
  std::string Characters() const {
    Checksum end = *this;
    for (size_t i = 0; i < kChecksumCharacters; ++i) {
      end.Add(0);
    }
    std::string characters;
    for (size_t i = 0; i < kChecksumCharacters; ++i) {
      characters += kAlphabet[((end.state_ ^ 1) >> (5 * (kChecksumCharacters - 1 - i))) & 31];
    }
    return characters;
  }

 private:
  uint32_t state_ = 1;
};

bool HasMixedCase(std::string_view text) {
  bool lower = false;
  bool upper = false;
  for (const char c : text) {
    lower = lower || (c >= 'a' && c <= 'z');
    upper = upper || (c >= 'A' && c <= 'Z');
  }
  return lower && upper;
}

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `text` without prefix and separator, as 5-bit values; empty if it does not fit.
StatusOr<std::string> Values(std::string_view prefix, std::string_view text) {
  const size_t start = prefix.size() + 1;
  if (text.size() < start + kChecksumCharacters || HasMixedCase(text)) {
    return InvalidArgument("not a Bech32 text of the kind \"%s1...\"", std::string(prefix).c_str());
  }
  for (size_t i = 0; i < start; ++i) {
    if (ToLower(text[i]) != (i < prefix.size() ? prefix[i] : '1')) {
      return InvalidArgument("the text does not start with %s1", std::string(prefix).c_str());
    }
  }
  std::string values;
  values.reserve(text.size());
  for (const char c : text.substr(start)) {
    const size_t value = kAlphabet.find(ToLower(c));
    if (value == std::string_view::npos) {
      WipeText(values);
      return InvalidArgument("the text has a character outside the Bech32 alphabet");
    }
    values += static_cast<char>(value);
  }
  return values;
}

}  // namespace

std::string Bech32Encode(std::string_view prefix, std::string_view data) {
  Checksum checksum(prefix);
  std::string text;
  text.reserve(prefix.size() + 1 + (data.size() * 8 + 4) / 5 + kChecksumCharacters);
  text.append(prefix).append(1, '1');
  uint32_t bits = 0;
  int bit_count = 0;
  const auto put = [&](uint32_t value) {
    checksum.Add(value);
    text += kAlphabet[value];
  };
  for (const char c : data) {
    bits = ((bits << 8) | static_cast<uint8_t>(c)) & 0xfff;
    for (bit_count += 8; bit_count >= 5; bit_count -= 5) {
      put((bits >> (bit_count - 5)) & 31);
    }
  }
  if (bit_count > 0) {
    put((bits << (5 - bit_count)) & 31);
  }
  return text.append(checksum.Characters());
}

StatusOr<std::string> Bech32Decode(std::string_view prefix, std::string_view text) {
  WEIR_ASSIGN_OR_RETURN(std::string values, Values(prefix, text));
  Checksum checksum(prefix);
  std::string data;
  data.reserve(values.size());
  uint32_t bits = 0;
  int bit_count = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const uint32_t value = static_cast<uint8_t>(values[i]);
    checksum.Add(value);
    if (i + kChecksumCharacters >= values.size()) {
      continue;
    }
    bits = ((bits << 5) | value) & 0xfff;
    bit_count += 5;
    if (bit_count >= 8) {
      bit_count -= 8;
      data += static_cast<char>((bits >> bit_count) & 0xff);
    }
  }
  WipeText(values);
  const bool padded_with_zeros = bit_count < 5 && (bits & ((1U << bit_count) - 1)) == 0;
  if (!checksum.IsValid() || !padded_with_zeros) {
    WipeText(data);
    return InvalidArgument("the Bech32 checksum is wrong");
  }
  return data;
}

}  // namespace weir::crypto::internal
