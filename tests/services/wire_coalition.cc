// SPDX-License-Identifier: Apache-2.0
#include "tests/services/wire_coalition.h"

#include <utility>

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "weir/crypto/spiffe_id.h"
#include "weir/crypto/tls_key.h"

namespace weir::wire::test {
namespace {

constexpr int kAuthorityDays = 90 * 365;

template <class T>
T Must(StatusOr<T> result) {
  if (!result.ok()) std::fprintf(stderr, "%s\n", MessageOf(result.status()).c_str());
  WEIR_CHECK(result.ok());
  return *std::move(result);
}

std::string PemOf(const crypto::TlsKey& key) {
  const SecretBytes text = key.FormatPem(DangerouslyRevealKey::Because("a key of a test"));
  return std::string(text.Bytes(DangerouslyRevealKey::Because("a key of a test")));
}

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio Reader(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

void AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  WEIR_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// A leaf for `uri` in all respects as an authority makes it, but for any name whatsoever.
std::string SignAnything(const std::string& authority_pem, const std::string& authority_key_pem,
                         const crypto::TlsKey& key, const std::string& uri) {
  const Certificate issuer(
      PEM_read_bio_X509(Reader(authority_pem).get(), nullptr, nullptr, nullptr), X509_free);
  const Pkey issuer_key(
      PEM_read_bio_PrivateKey(Reader(authority_key_pem).get(), nullptr, nullptr, nullptr),
      EVP_PKEY_free);
  const Pkey own(PEM_read_bio_PrivateKey(Reader(PemOf(key)).get(), nullptr, nullptr, nullptr),
                 EVP_PKEY_free);
  const Certificate leaf(X509_new(), X509_free);
  X509_set_version(leaf.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(leaf.get()), 4711);
  ASN1_TIME_set_string(X509_getm_notBefore(leaf.get()), "20200101000000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(leaf.get()), "20900101000000Z");
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer.get()));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(leaf.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("node"), -1, -1, 0);
  X509_set_pubkey(leaf.get(), own.get());
  AddExtension(leaf.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(leaf.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
  AddExtension(leaf.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  AddExtension(leaf.get(), issuer.get(), NID_subject_key_identifier, "hash");
  AddExtension(leaf.get(), issuer.get(), NID_authority_key_identifier, "keyid:always");
  AddExtension(leaf.get(), issuer.get(), NID_subject_alt_name, "URI:" + uri);
  WEIR_CHECK(X509_sign(leaf.get(), issuer_key.get(), EVP_sha256()) > 0);
  const Bio out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(out.get(), leaf.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<size_t>(size)};
}

}  // namespace

WireCoalition::WireCoalition()
    : log_descriptor_(open(folder_.Path("log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)),
      log_({.descriptor = log_descriptor_}, clock_) {
  for (const char* id : {"kc", "il", "exchange"}) {
    authorities_.emplace(id, MakeAuthority(id, kCoalition));
  }
  authorities_.emplace("elsewhere", MakeAuthority("elsewhere", "nowhere"));
}

crypto::CertificateAuthority WireCoalition::MakeAuthority(const std::string& id,
                                                          std::string_view coalition) {
  return Must(crypto::CertificateAuthority::Create(
      {.domain = Must(crypto::TrustDomain::Create(id, coalition)),
       .validity = std::chrono::days(kAuthorityDays)},
      issue_clock_, random_));
}

Credential WireCoalition::Store(std::string certificate_pem, const crypto::TlsKey& key) {
  const std::string name = "credential-" + std::to_string(++stored_);
  Credential credential{.certificate_pem = std::move(certificate_pem),
                        .key_pem = PemOf(key),
                        .certificate_path = folder_.Path(name + ".pem"),
                        .key_path = folder_.Path(name + ".key")};
  Install(credential, credential);
  return credential;
}

void WireCoalition::Install(const Credential& fresh, const Credential& old) {
  Files& files = SystemFiles();
  WEIR_CHECK(
      files.WriteDurably(old.certificate_path, fresh.certificate_pem, FileMode::kPublic).ok());
  WEIR_CHECK(files.WriteDurably(old.key_path, fresh.key_pem, FileMode::kPrivate).ok());
}

Credential WireCoalition::Issue(const std::string& authority, const std::string& path, int days) {
  const crypto::CertificateAuthority& issuer = authorities_.at(authority);
  const crypto::TlsKey key = crypto::TlsKey::Generate();
  const auto id = Must(crypto::SpiffeId::Create(issuer.domain(), path));
  const auto role = path.starts_with("steward/") ? crypto::CertificateRole::kClient
                                                 : crypto::CertificateRole::kNode;
  return Store(Must(issuer.Issue(crypto::MakeCertificateRequest(key, id),
                                 {.id = id, .role = role, .validity = std::chrono::days(days)},
                                 issue_clock_, random_)),
               key);
}

Credential WireCoalition::Forge(const std::string& signer, const std::string& domain_of,
                                const std::string& path) {
  const crypto::CertificateAuthority& issuer = authorities_.at(signer);
  const crypto::TlsKey key = crypto::TlsKey::Generate();
  const std::string uri = "spiffe://" + authorities_.at(domain_of).domain().ToString() + "/" + path;
  return Store(SignAnything(issuer.certificate_pem(), PemOf(issuer.key()), key, uri), key);
}

Credential WireCoalition::IssueByImpostor(const std::string& id, const std::string& path) {
  const crypto::CertificateAuthority impostor = MakeAuthority(id, kCoalition);
  const crypto::TlsKey key = crypto::TlsKey::Generate();
  return Store(SignAnything(impostor.certificate_pem(), PemOf(impostor.key()), key,
                            "spiffe://" + impostor.domain().ToString() + "/" + path),
               key);
}

TrustedCoalition WireCoalition::Trusted() const {
  const auto party = [this](const std::string& id) {
    const auto address = addresses_.find(id);
    return TrustedParty{.id = id,
                        .address = address == addresses_.end() ? "" : address->second,
                        .authority_pem = authorities_.at(id).certificate_pem()};
  };
  return {.coalition = std::string(kCoalition),
          .charter_version = 1,
          .members = {party("kc"), party("il")},
          .hub = party("exchange")};
}

const std::string& WireCoalition::authority_pem(const std::string& id) const {
  return authorities_.at(id).certificate_pem();
}

std::unique_ptr<OwnCertificate> WireCoalition::Own(const Credential& credential,
                                                   const TrustStore& trust) {
  return Must(OwnCertificate::Load(
      {.certificate_path = credential.certificate_path, .key_path = credential.key_path}, trust,
      SystemFiles()));
}

ServerOptions WireCoalition::Options(const std::string& own_id, const TrustStore& trust,
                                     OwnCertificate& own) {
  return {.address = "127.0.0.1:0",
          .own_id = own_id,
          .trust = trust,
          .certificate = own,
          .log = log_,
          .credential_folder = folder_.Path("published-" + std::to_string(++stored_))};
}

}  // namespace weir::wire::test
