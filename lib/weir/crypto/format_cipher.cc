// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/format_cipher.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "weir/crypto/ff1.h"
#include "weir/crypto/internal/big_number.h"

namespace weir::crypto {
namespace {

using internal::BigNumber;
using Numerals = std::vector<uint32_t>;

struct Alphabet {
  char first = 0;
  char last = 0;
  uint32_t size() const { return static_cast<uint32_t>(last - first) + 1; }
};
constexpr Alphabet kAlphabets[] = {{'0', '9'}, {'a', 'z'}, {'A', 'Z'}};

const Alphabet* AlphabetOf(char c) {
  for (const Alphabet& alphabet : kAlphabets) {
    if (c >= alphabet.first && c <= alphabet.last) return &alphabet;
  }
  return nullptr;
}

// A text as its form and its place among the texts of that form.
struct Form {
  std::string text;  // each character of an alphabet replaced by the first one of it
  std::vector<size_t> places;
  std::vector<uint32_t> sizes;  // of the alphabet at each place
  Numerals numerals;            // one a place
};

Form Analyse(std::string_view text) {
  Form form{.text = std::string(text), .places = {}, .sizes = {}, .numerals = {}};
  for (size_t i = 0; i < text.size(); ++i) {
    const Alphabet* alphabet = AlphabetOf(text[i]);
    if (alphabet == nullptr) continue;
    form.text[i] = alphabet->first;
    form.places.push_back(i);
    form.sizes.push_back(alphabet->size());
    form.numerals.push_back(static_cast<uint32_t>(text[i] - alphabet->first));
  }
  return form;
}

std::string Fill(const Form& form) {
  std::string text = form.text;
  for (size_t i = 0; i < form.places.size(); ++i) {
    text[form.places[i]] =
        static_cast<char>(form.text[form.places[i]] + static_cast<char>(form.numerals[i]));
  }
  return text;
}

enum class Direction { kEncrypt, kDecrypt };

StatusOr<Numerals> Permute(const SecretBytes& key, uint32_t radix, const Numerals& numerals,
                           std::string_view tweak, Direction direction) {
  WEIR_ASSIGN_OR_RETURN(const Ff1 ff1, Ff1::Create(key, radix));
  return direction == Direction::kEncrypt ? ff1.Encrypt(numerals, tweak)
                                          : ff1.Decrypt(numerals, tweak);
}

StatusOr<Numerals> PermuteMixed(const SecretBytes& key, const Form& form, Direction direction) {
  BigNumber domain(1);
  BigNumber number;
  for (size_t i = 0; i < form.sizes.size(); ++i) {
    domain.MultiplyAdd(form.sizes[i], 0);
    number.MultiplyAdd(form.sizes[i], form.numerals[i]);
  }
  if (domain.IsBelow(BigNumber(Ff1::kSmallestDomain))) {
    return InvalidArgument("too short to be encrypted with FF1: fewer than %llu texts of this form",
                           static_cast<unsigned long long>(Ff1::kSmallestDomain));
  }
  const size_t bits = domain.bits();
  // A walk ends: a permutation that starts inside comes back inside. At least half of all bit
  // strings of this length are inside, so it takes about two steps.
  do {
    WEIR_ASSIGN_OR_RETURN(
        const Numerals walked,
        Permute(key, 2, internal::NumeralsOf(std::move(number), 2, bits), form.text, direction));
    number = internal::NumberOf(walked, 2);
  } while (!number.IsBelow(domain));
  Numerals numerals(form.sizes.size());
  for (size_t i = form.sizes.size(); i > 0; --i) numerals[i - 1] = number.Divide(form.sizes[i - 1]);
  return numerals;
}

StatusOr<std::string> Crypt(const SecretBytes& key, std::string_view text, Direction direction) {
  if (text.size() > FormatCipher::kMostBytes) {
    return InvalidArgument("too long to be encrypted with FF1: more than %zu bytes",
                           FormatCipher::kMostBytes);
  }
  Form form = Analyse(text);
  const bool is_plain =
      !form.sizes.empty() && std::all_of(form.sizes.begin(), form.sizes.end(),
                                         [&](uint32_t size) { return size == form.sizes[0]; });
  StatusOr<Numerals> numerals =
      is_plain ? Permute(key, form.sizes[0], form.numerals, form.text, direction)
               : PermuteMixed(key, form, direction);
  WEIR_RETURN_IF_ERROR(numerals.status());
  form.numerals = *std::move(numerals);
  return Fill(form);
}

}  // namespace

StatusOr<FormatCipher> FormatCipher::Create(const SecretBytes& key) {
  WEIR_RETURN_IF_ERROR(Ff1::Create(key, 2).status());
  return FormatCipher(
      SecretBytes::CopyOf(key.Bytes(DangerouslyRevealKey::Because("kept for FF1"))));
}

StatusOr<std::string> FormatCipher::Encrypt(std::string_view text) const {
  return Crypt(key_, text, Direction::kEncrypt);
}

StatusOr<std::string> FormatCipher::Decrypt(std::string_view text) const {
  return Crypt(key_, text, Direction::kDecrypt);
}

}  // namespace weir::crypto
