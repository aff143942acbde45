// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_TLS_KEY_H_
#define WEIR_CRYPTO_TLS_KEY_H_

#include <memory>
#include <string>
#include <string_view>

#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::crypto {

namespace internal {
struct OpenSslKey;
}  // namespace internal

// The secret key behind a certificate: ECDSA on P-256, everywhere. Move-only; wiped when destroyed.
class TlsKey {
 public:
  // From OpenSSL's own generator, which draws the signature nonces too: a RandomSource would
  // control only half of what matters.
  static TlsKey Generate();
  // One PEM block, PKCS #8 ("PRIVATE KEY"), not encrypted.
  // Errors: INVALID_ARGUMENT  any other form, algorithm or curve, or public and secret half that do
  //                           not belong together. The message never quotes the text.
  static StatusOr<TlsKey> ParsePem(std::string_view pem);
  // The text that ParsePem takes.
  SecretBytes FormatPem(const DangerouslyRevealKey& why) const;
  // DER of SubjectPublicKeyInfo.
  std::string public_key() const;

  TlsKey(TlsKey&&) noexcept;
  TlsKey& operator=(TlsKey&&) noexcept;
  ~TlsKey();

  // For weir/crypto only: the OpenSSL handle.
  const internal::OpenSslKey& handle() const { return *handle_; }

 private:
  explicit TlsKey(std::unique_ptr<internal::OpenSslKey> handle);
  std::unique_ptr<internal::OpenSslKey> handle_;
};

}  // namespace weir::crypto

#endif  // WEIR_CRYPTO_TLS_KEY_H_
