// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_FORMAT_CIPHER_H_
#define WEIR_CRYPTO_FORMAT_CIPHER_H_

#include <string>
#include <string_view>
#include <utility>

#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::crypto {

// Encrypts identifiers so that they keep their form: each digit becomes a digit, each small or
// capital ASCII letter one of its kind, everything else stays where it is ("AB-1234567" may become
// "QX-0382114"). A permutation of the texts of each form, so no two identifiers become one.
//
// The texts of a form are numbered; where all places have the same alphabet (radix 10 or 26) FF1
// permutes the numerals themselves, else FF1 permutes bits as many as the number of texts needs,
// again and again until the result is a number of a text (cycle walking).
//
// Guarantee: as Ff1, within one form. The form is public: length, punctuation, characters that are
//            not ASCII letters or digits, and which two texts are equal.
// Not secure when: as Ff1.
// Thread-safe; the key is wiped with the object.
// Source:    NIST SP 800-38G; cycle walking: Black and Rogaway, "Ciphers with arbitrary finite
//            domains", CT-RSA 2002, section 3.
class FormatCipher {
 public:
  static constexpr size_t kMostBytes = 1024;

  // INVALID_ARGUMENT  a key of other than 16, 24 or 32 bytes.
  static StatusOr<FormatCipher> Create(const SecretBytes& key);

  // INVALID_ARGUMENT  fewer than 1,000,000 texts of this form, or more than 1024 bytes. Messages do
  //                   not quote the text.
  StatusOr<std::string> Encrypt(std::string_view text) const;
  StatusOr<std::string> Decrypt(std::string_view text) const;

 private:
  explicit FormatCipher(SecretBytes key) : key_(std::move(key)) {}
  SecretBytes key_;
};

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_FORMAT_CIPHER_H_
