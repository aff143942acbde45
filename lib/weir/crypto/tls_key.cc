// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/tls_key.h"

#include <openssl/ec.h>
#include <openssl/err.h>

#include "weir/crypto/internal/openssl.h"

namespace weir::crypto {
namespace {

using Pkcs8Handle = internal::Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using KeyContextHandle = internal::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

bool HalvesBelongTogether(EVP_PKEY* key) {
  const KeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context != nullptr && EVP_PKEY_check(context.get()) == 1;
}

internal::KeyHandle DecodeKey(std::string_view der) {
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* end = data + der.size();
  const Pkcs8Handle pkcs8(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &data, static_cast<long>(der.size())));
  if (pkcs8 == nullptr || data != end) return nullptr;
  return internal::KeyHandle(EVP_PKCS82PKEY(pkcs8.get()));
}

}  // namespace

TlsKey::TlsKey(std::unique_ptr<internal::OpenSslKey> handle) : handle_(std::move(handle)) {}
TlsKey::TlsKey(TlsKey&&) noexcept = default;
TlsKey& TlsKey::operator=(TlsKey&&) noexcept = default;
TlsKey::~TlsKey() = default;

TlsKey TlsKey::Generate() {
  internal::KeyHandle key(EVP_EC_gen(SN_X9_62_prime256v1));
  WEIR_CHECK(key != nullptr);
  return TlsKey(std::make_unique<internal::OpenSslKey>(internal::OpenSslKey{std::move(key)}));
}

StatusOr<TlsKey> TlsKey::ParsePem(std::string_view pem) {
  StatusOr<std::string> decoded = internal::DecodePem(internal::kPrivateKeyLabel, pem);
  if (!decoded.ok()) return Annotate(decoded.status(), "TLS key");
  const SecretBytes der(*std::move(decoded));
  internal::KeyHandle key = DecodeKey(der.Bytes(DangerouslyRevealKey::Because("parse a TLS key")));
  const bool good = internal::IsP256(key.get()) && HalvesBelongTogether(key.get());
  ERR_clear_error();
  if (!good) return InvalidArgument("a TLS key must be PKCS #8 with a whole P-256 key");
  return TlsKey(std::make_unique<internal::OpenSslKey>(internal::OpenSslKey{std::move(key)}));
}

SecretBytes TlsKey::FormatPem(const DangerouslyRevealKey& why) const {
  const Pkcs8Handle pkcs8(EVP_PKEY2PKCS8(handle_->key.get()));
  WEIR_CHECK(pkcs8 != nullptr);
  const SecretBytes der(internal::ToDer<PKCS8_PRIV_KEY_INFO>(i2d_PKCS8_PRIV_KEY_INFO, pkcs8.get()));
  return SecretBytes(internal::EncodePem(internal::kPrivateKeyLabel, der.Bytes(why)));
}

std::string TlsKey::public_key() const {
  return internal::ToDer<EVP_PKEY>(i2d_PUBKEY, handle_->key.get());
}

}  // namespace weir::crypto
