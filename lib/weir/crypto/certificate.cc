// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/certificate.h"

#include <chrono>
#include <ctime>
#include <memory>

#include <openssl/err.h>

#include "weir/crypto/internal/openssl.h"

namespace weir::crypto {
namespace {

using internal::AlternativeNames;
using internal::CertificateHandle;

using BioHandle = internal::Handle<BIO, BIO_free_all>;
using ConstraintsHandle = internal::Handle<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;
using NameConstraintsHandle = internal::Handle<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;
using StoreHandle = internal::Handle<X509_STORE, X509_STORE_free>;
using VerifyHandle = internal::Handle<X509_STORE_CTX, X509_STORE_CTX_free>;

constexpr int kSecurityLevel = 2;  // 112 bits at least
constexpr int kPresentAndCritical = 1;
constexpr int kAbsent = -1;

// Value and what OpenSSL says about its presence: kAbsent, 0, kPresentAndCritical, -2 for twice.
template <class HandleType>
struct Extension {
  HandleType value;
  int presence = kAbsent;
};

template <class HandleType>
Extension<HandleType> ReadExtension(const X509* certificate, int nid) {
  Extension<HandleType> extension;
  extension.value.reset(static_cast<typename HandleType::pointer>(
      X509_get_ext_d2i(certificate, nid, &extension.presence, nullptr)));
  return extension;
}

StatusOr<AlternativeNames> ReadAlternativeNames(const X509* certificate) {
  const auto names = ReadExtension<internal::GeneralNamesHandle>(certificate, NID_subject_alt_name);
  if (names.value != nullptr) return internal::ReadNames(names.value.get());
  if (names.presence == kAbsent) return AlternativeNames{};
  return InvalidArgument("the certificate's alternative names are unreadable or there twice");
}

// The host of a constraint that is critical and permits one URI host, nothing else in it.
std::optional<std::string> ReadPermittedDomain(const X509* certificate) {
  const auto constraints = ReadExtension<NameConstraintsHandle>(certificate, NID_name_constraints);
  if (constraints.value == nullptr || constraints.presence != kPresentAndCritical ||
      sk_GENERAL_SUBTREE_num(constraints.value->permittedSubtrees) != 1 ||
      sk_GENERAL_SUBTREE_num(constraints.value->excludedSubtrees) > 0) {
    return std::nullopt;
  }
  const GENERAL_SUBTREE* subtree =
      sk_GENERAL_SUBTREE_value(constraints.value->permittedSubtrees, 0);
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(subtree->base, &type);
  if (type != GEN_URI || subtree->minimum != nullptr || subtree->maximum != nullptr) {
    return std::nullopt;
  }
  return std::string(internal::TextOf(static_cast<const ASN1_STRING*>(value)));
}

StatusOr<Time> ReadTime(const ASN1_TIME* time) {
  std::tm fields{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) {
    return InvalidArgument("the certificate has an unreadable time");
  }
  const std::chrono::year_month_day day(
      std::chrono::year(fields.tm_year + 1900),
      std::chrono::month(static_cast<unsigned>(fields.tm_mon + 1)),
      std::chrono::day(static_cast<unsigned>(fields.tm_mday)));
  return Time(std::chrono::sys_days(day) + std::chrono::hours(fields.tm_hour) +
              std::chrono::minutes(fields.tm_min) + std::chrono::seconds(fields.tm_sec));
}

std::string ReadSerial(const X509* certificate) {
  std::string digits;
  for (const char byte : internal::TextOf(X509_get0_serialNumber(certificate))) {
    const auto value = static_cast<uint8_t>(byte);
    digits += "0123456789abcdef"[value >> 4];
    digits += "0123456789abcdef"[value & 15];
  }
  const size_t start = digits.find_first_not_of('0');
  return start == std::string::npos ? "0" : digits.substr(start);
}

std::string ReadName(const X509_NAME* name) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  WEIR_CHECK(bio != nullptr);
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size <= 0 ? std::string() : std::string(text, static_cast<size_t>(size));
}

bool IsAuthority(const X509* certificate) {
  const auto constraints = ReadExtension<ConstraintsHandle>(certificate, NID_basic_constraints);
  return constraints.value != nullptr && constraints.value->ca != 0;
}

StatusOr<CertificateFacts> ReadFacts(const X509* certificate) {
  WEIR_ASSIGN_OR_RETURN(AlternativeNames names, ReadAlternativeNames(certificate));
  CertificateFacts facts;
  if (names.uris.size() == 1) {
    const StatusOr<SpiffeId> id = SpiffeId::Parse(names.uris[0]);
    if (id.ok()) facts.spiffe_id = *id;
  }
  facts.serial = ReadSerial(certificate);
  WEIR_ASSIGN_OR_RETURN(facts.not_before, ReadTime(X509_get0_notBefore(certificate)));
  WEIR_ASSIGN_OR_RETURN(facts.not_after, ReadTime(X509_get0_notAfter(certificate)));
  facts.subject = ReadName(X509_get_subject_name(certificate));
  facts.issuer = ReadName(X509_get_issuer_name(certificate));
  facts.is_authority = IsAuthority(certificate);
  facts.permitted_domain = ReadPermittedDomain(certificate);
  facts.dns_names = std::move(names.dns_names);
  facts.ip_addresses = std::move(names.ip_addresses);
  ERR_clear_error();
  return facts;
}

Status CheckSelfSigned(X509* certificate) {
  if (!internal::IsP256(X509_get0_pubkey(certificate)) ||
      X509_get_signature_nid(certificate) != NID_ecdsa_with_SHA256) {
    return FailedPrecondition("an authority must have an ECDSA P-256 key and sign with SHA-256");
  }
  if (X509_self_signed(certificate, 1) != 1) {
    return FailedPrecondition("an authority must be signed by its own key");
  }
  return OkStatus();
}

Status CheckAuthorityExtensions(X509* certificate) {
  const uint32_t flags = X509_get_extension_flags(certificate);
  if (X509_get_version(certificate) != X509_VERSION_3 || (flags & EXFLAG_INVALID) != 0 ||
      (flags & EXFLAG_CRITICAL) != 0) {
    return FailedPrecondition("an authority must be X.509 version 3 with known, valid extensions");
  }
  const auto constraints = ReadExtension<ConstraintsHandle>(certificate, NID_basic_constraints);
  if (constraints.presence != kPresentAndCritical || constraints.value->ca == 0 ||
      constraints.value->pathlen == nullptr || ASN1_INTEGER_get(constraints.value->pathlen) != 0) {
    return FailedPrecondition(
        "an authority needs the critical basic constraints CA and path length 0");
  }
  const int usage_index = X509_get_ext_by_NID(certificate, NID_key_usage, -1);
  if (usage_index < 0 || X509_EXTENSION_get_critical(X509_get_ext(certificate, usage_index)) == 0 ||
      (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) == 0) {
    return FailedPrecondition("an authority needs the critical key usage certificate signing");
  }
  return OkStatus();
}

Status CheckAuthority(X509* certificate, const TrustDomain& domain) {
  WEIR_RETURN_IF_ERROR(CheckSelfSigned(certificate));
  WEIR_RETURN_IF_ERROR(CheckAuthorityExtensions(certificate));
  if (ReadPermittedDomain(certificate) != domain.ToString()) {
    return FailedPrecondition(
        "an authority needs one critical name constraint, permitted;URI:%s, and no other",
        domain.ToString().c_str());
  }
  return OkStatus();
}

// A store of the authorities that may speak for `domain`. The others stay out, so that none of them
// can get in the way by copying names and key identifiers.
StatusOr<StoreHandle> MakeStore(std::span<const std::string> authorities,
                                const TrustDomain& domain) {
  StoreHandle store(X509_STORE_new());
  WEIR_CHECK(store != nullptr);
  Status refused = Unauthenticated("there is no authority of %s", domain.ToString().c_str());
  bool found = false;
  for (const std::string& pem : authorities) {
    // Decoding a certificate is 100 times slower than looking for the text of the constraint.
    WEIR_ASSIGN_OR_RETURN(const std::string der,
                          internal::DecodePem(internal::kCertificateLabel, pem));
    if (der.find(domain.ToString()) == std::string::npos) continue;
    WEIR_ASSIGN_OR_RETURN(const CertificateHandle authority, internal::ReadCertificate(pem));
    if (ReadPermittedDomain(authority.get()) != domain.ToString()) continue;
    const Status status = CheckAuthority(authority.get(), domain);
    if (!status.ok()) {
      refused = Unauthenticated("%s", MessageOf(status).c_str());
      continue;
    }
    WEIR_CHECK(X509_STORE_add_cert(store.get(), authority.get()) == 1);
    found = true;
  }
  if (!found) return refused;
  return store;
}

Status Verify(X509* leaf, X509_STORE* store, Time at, CertificatePurpose purpose) {
  const VerifyHandle context(X509_STORE_CTX_new());
  WEIR_CHECK(context != nullptr && X509_STORE_CTX_init(context.get(), store, leaf, nullptr) == 1);
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
  X509_VERIFY_PARAM_set_auth_level(rules, kSecurityLevel);
  X509_VERIFY_PARAM_set_depth(rules, 0);
  X509_VERIFY_PARAM_set_time(
      rules, std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  X509_VERIFY_PARAM_set_purpose(rules, purpose == CertificatePurpose::kServer
                                           ? X509_PURPOSE_SSL_SERVER
                                           : X509_PURPOSE_SSL_CLIENT);
  const int verified = X509_verify_cert(context.get());
  ERR_clear_error();
  if (verified == 1) return OkStatus();
  const int error = X509_STORE_CTX_get_error(context.get());
  const bool is_time =
      error == X509_V_ERR_CERT_NOT_YET_VALID || error == X509_V_ERR_CERT_HAS_EXPIRED;
  return Unauthenticated("the certificate does not verify: %s%s",
                         X509_verify_cert_error_string(error),
                         is_time ? " by the clock of this machine" : "");
}

}  // namespace

StatusOr<CertificateFacts> ParseCertificate(std::string_view pem) {
  WEIR_ASSIGN_OR_RETURN(const CertificateHandle certificate, internal::ReadCertificate(pem));
  return ReadFacts(certificate.get());
}

StatusOr<CertificateFacts> VerifyChain(std::string_view leaf_pem,
                                       std::span<const std::string> authorities, Time at,
                                       CertificatePurpose purpose) {
  WEIR_ASSIGN_OR_RETURN(const CertificateHandle leaf, internal::ReadCertificate(leaf_pem));
  WEIR_ASSIGN_OR_RETURN(CertificateFacts facts, ReadFacts(leaf.get()));
  if (!facts.spiffe_id) {
    return Unauthenticated("the certificate must have exactly one URI name, a SPIFFE ID");
  }
  if (facts.is_authority) {
    return Unauthenticated("the certificate is an authority's, not a member's");
  }
  if (!internal::IsP256(X509_get0_pubkey(leaf.get()))) {
    return Unauthenticated("the certificate's key must be ECDSA P-256");
  }
  WEIR_ASSIGN_OR_RETURN(const StoreHandle store,
                        MakeStore(authorities, facts.spiffe_id->trust_domain()));
  WEIR_RETURN_IF_ERROR(Verify(leaf.get(), store.get(), at, purpose));
  return facts;
}

Status CheckAuthority(std::string_view pem, const TrustDomain& domain) {
  WEIR_ASSIGN_OR_RETURN(const CertificateHandle certificate, internal::ReadCertificate(pem));
  Status status = CheckAuthority(certificate.get(), domain);
  ERR_clear_error();
  return status;
}

Status CheckKeyPair(std::string_view certificate_pem, const TlsKey& key) {
  WEIR_ASSIGN_OR_RETURN(const CertificateHandle certificate,
                        internal::ReadCertificate(certificate_pem));
  const EVP_PKEY* certified = X509_get0_pubkey(certificate.get());
  const bool match = certified != nullptr && EVP_PKEY_eq(certified, key.handle().key.get()) == 1;
  ERR_clear_error();
  if (match) return OkStatus();
  return FailedPrecondition("the TLS key is not the key of the certificate");
}

}  // namespace weir::crypto
