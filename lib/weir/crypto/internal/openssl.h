// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_CRYPTO_INTERNAL_OPENSSL_H_
#define WEIR_CRYPTO_INTERNAL_OPENSSL_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "weir/base/status.h"
#include "weir/base/time.h"

namespace weir::crypto::internal {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

using KeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;
using CertificateHandle = Handle<X509, X509_free>;
using RequestHandle = Handle<X509_REQ, X509_REQ_free>;
using GeneralNamesHandle = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;

struct OpenSslKey {
  KeyHandle key;
};

// The DER bytes of a text that is one PEM block with `label` and white space around it: base64
// lines only, no headers, nothing encrypted. The message of an error never quotes the text.
StatusOr<std::string> DecodePem(std::string_view label, std::string_view text);
std::string EncodePem(std::string_view label, std::string_view der);

inline constexpr std::string_view kCertificateLabel = "CERTIFICATE";
inline constexpr std::string_view kRequestLabel = "CERTIFICATE REQUEST";
inline constexpr std::string_view kPrivateKeyLabel = "PRIVATE KEY";

// INVALID_ARGUMENT unless one readable certificate.
StatusOr<CertificateHandle> ReadCertificate(std::string_view pem);

// DER by an i2d function of OpenSSL.
template <class T>
std::string ToDer(int (*encode)(const T*, unsigned char**), const T* object) {
  const int size = encode(object, nullptr);
  WEIR_CHECK(size > 0);
  std::string der(static_cast<size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  WEIR_CHECK(encode(object, &out) == size);
  return der;
}

bool IsP256(const EVP_PKEY* key);

// The text of an ASN.1 string, with whatever bytes are in it.
std::string_view TextOf(const ASN1_STRING* text);

// Subject alternative names, as written in a certificate or request.
struct AlternativeNames {
  std::vector<std::string> uris;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  size_t others = 0;
};
AlternativeNames ReadNames(const GENERAL_NAMES* names);

}  // namespace weir::crypto::internal

#endif  // WEIR_CRYPTO_INTERNAL_OPENSSL_H_
