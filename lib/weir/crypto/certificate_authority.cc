// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/certificate_authority.h"

#include <algorithm>

#include <openssl/err.h>

#include "weir/crypto/certificate.h"
#include "weir/crypto/internal/openssl.h"

namespace weir::crypto {
namespace {

using internal::CertificateHandle;
using internal::GeneralNamesHandle;
using internal::RequestHandle;

using ExtensionsHandle =
    internal::Handle<STACK_OF(X509_EXTENSION), +[](STACK_OF(X509_EXTENSION) * list) {
      sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    }>;
using ExtensionHandle = internal::Handle<X509_EXTENSION, X509_EXTENSION_free>;
using NameHandle = internal::Handle<GENERAL_NAME, GENERAL_NAME_free>;
using AddressHandle = internal::Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using TextHandle = internal::Handle<ASN1_IA5STRING, ASN1_IA5STRING_free>;
using NumberHandle = internal::Handle<BIGNUM, BN_free>;

constexpr size_t kSerialBytes = 16;
constexpr size_t kMaxHostCharacters = 253;
constexpr std::chrono::seconds kMaxAuthorityValidity = std::chrono::years{100};

void AddName(X509_NAME* name, const char* field, const std::string& value) {
  WEIR_CHECK(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                        reinterpret_cast<const unsigned char*>(value.data()),
                                        static_cast<int>(value.size()), -1, 0) == 1);
}

struct Validity {
  Time start;
  Time end;
};

void SetTimes(X509* certificate, const Validity& validity) {
  const auto seconds = [](Time time) -> time_t {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  };
  WEIR_CHECK(ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(validity.start)) != nullptr);
  WEIR_CHECK(ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(validity.end)) != nullptr);
}

// 126 random bits; the first byte makes it positive, not zero and always 16 bytes long.
void SetSerial(X509* certificate, RandomSource& random) {
  std::string bytes = RandomBytes(random, kSerialBytes);
  bytes[0] = static_cast<char>((bytes[0] & 0x3f) | 0x40);
  const NumberHandle number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                      static_cast<int>(bytes.size()), nullptr));
  WEIR_CHECK(number != nullptr);
  WEIR_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

// `issuer` is `subject` when it signs itself.
struct Parties {
  X509* subject;
  X509* issuer;
};

void AddExtension(const Parties& parties, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, parties.issuer, parties.subject, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  WEIR_CHECK(extension != nullptr);
  WEIR_CHECK(X509_add_ext(parties.subject, extension.get(), -1) == 1);
}

void AddTextName(GENERAL_NAMES* names, int type, const std::string& value) {
  TextHandle text(ASN1_IA5STRING_new());
  NameHandle name(GENERAL_NAME_new());
  WEIR_CHECK(text != nullptr && name != nullptr &&
             ASN1_STRING_set(text.get(), value.data(), static_cast<int>(value.size())) == 1);
  GENERAL_NAME_set0_value(name.get(), type, text.release());
  WEIR_CHECK(sk_GENERAL_NAME_push(names, name.get()) > 0);
  static_cast<void>(name.release());
}

Status AddAddress(GENERAL_NAMES* names, const std::string& value) {
  AddressHandle address(a2i_IPADDRESS(value.c_str()));
  ERR_clear_error();
  if (address == nullptr) {
    return InvalidArgument("%s is not an IP address", QuoteText(value).c_str());
  }
  NameHandle name(GENERAL_NAME_new());
  WEIR_CHECK(name != nullptr);
  GENERAL_NAME_set0_value(name.get(), GEN_IPADD, address.release());
  WEIR_CHECK(sk_GENERAL_NAME_push(names, name.get()) > 0);
  static_cast<void>(name.release());
  return OkStatus();
}

bool IsHostName(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  return !text.empty() && text.size() <= kMaxHostCharacters && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), allowed);
}

StatusOr<GeneralNamesHandle> MakeNames(const IssueOptions& options) {
  GeneralNamesHandle names(GENERAL_NAMES_new());
  WEIR_CHECK(names != nullptr);
  AddTextName(names.get(), GEN_URI, options.id.ToString());
  for (const std::string& host : options.dns_names) {
    if (!IsHostName(host)) {
      return InvalidArgument("%s is not a host name", QuoteText(host).c_str());
    }
    AddTextName(names.get(), GEN_DNS, host);
  }
  for (const std::string& address : options.ip_addresses) {
    WEIR_RETURN_IF_ERROR(AddAddress(names.get(), address));
  }
  return names;
}

internal::KeyHandle ReadPublicKey(const std::string& der) {
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  return internal::KeyHandle(d2i_PUBKEY(nullptr, &data, static_cast<long>(der.size())));
}

CertificateHandle StartCertificate(EVP_PKEY* key, const TrustDomain& domain,
                                   const std::string& common_name, RandomSource& random) {
  CertificateHandle certificate(X509_new());
  WEIR_CHECK(certificate != nullptr);
  WEIR_CHECK(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  WEIR_CHECK(X509_set_pubkey(certificate.get(), key) == 1);
  SetSerial(certificate.get(), random);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  AddName(subject, "O", domain.ToString());
  AddName(subject, "CN", common_name);
  return certificate;
}

std::string SignCertificate(X509* certificate, const TlsKey& key) {
  WEIR_CHECK(X509_sign(certificate, key.handle().key.get(), EVP_sha256()) > 0);
  return internal::EncodePem(internal::kCertificateLabel,
                             internal::ToDer<X509>(i2d_X509, certificate));
}

Status CheckRequest(const CertificateRequest& request, const IssueOptions& options) {
  if (request.id == options.id) return OkStatus();
  return InvalidArgument("the request is for %s, not for %s", request.id.ToString().c_str(),
                         options.id.ToString().c_str());
}

// `left`: from now to the end of the authority.
Status CheckValidity(const IssueOptions& options, const Validity& left) {
  if (options.validity <= std::chrono::seconds(0)) {
    return InvalidArgument("the validity of a certificate must be above zero");
  }
  if (options.validity > std::chrono::floor<std::chrono::seconds>(left.end - left.start)) {
    return FailedPrecondition("the authority itself ends at %s, before the certificate would",
                              FormatTime(left.end).c_str());
  }
  return OkStatus();
}

StatusOr<SpiffeId> ReadRequestedId(X509_REQ* request) {
  const ExtensionsHandle extensions(X509_REQ_get_extensions(request));
  int presence = -1;
  const GeneralNamesHandle names(static_cast<GENERAL_NAMES*>(
      X509V3_get_d2i(extensions.get(), NID_subject_alt_name, &presence, nullptr)));
  const internal::AlternativeNames read = internal::ReadNames(names.get());
  if (read.uris.size() != 1 || !read.dns_names.empty() || !read.ip_addresses.empty() ||
      read.others != 0) {
    return InvalidArgument("a certificate request must have exactly one name, a SPIFFE ID");
  }
  return SpiffeId::Parse(read.uris[0]);
}

StatusOr<RequestHandle> ReadRequest(std::string_view pem) {
  WEIR_ASSIGN_OR_RETURN(const std::string der, internal::DecodePem(internal::kRequestLabel, pem));
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* end = data + der.size();
  RequestHandle request(d2i_X509_REQ(nullptr, &data, static_cast<long>(der.size())));
  ERR_clear_error();
  if (request == nullptr || data != end) {
    return InvalidArgument("the certificate request is not DER-encoded PKCS #10");
  }
  return request;
}

}  // namespace

std::string MakeCertificateRequest(const TlsKey& key, const SpiffeId& id) {
  const RequestHandle request(X509_REQ_new());
  const GeneralNamesHandle names(GENERAL_NAMES_new());
  ExtensionsHandle extensions(sk_X509_EXTENSION_new_null());
  WEIR_CHECK(request != nullptr && names != nullptr && extensions != nullptr);
  AddTextName(names.get(), GEN_URI, id.ToString());
  STACK_OF(X509_EXTENSION)* list = extensions.get();
  WEIR_CHECK(X509V3_add1_i2d(&list, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1);
  WEIR_CHECK(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
  WEIR_CHECK(X509_REQ_set_pubkey(request.get(), key.handle().key.get()) == 1);
  WEIR_CHECK(X509_REQ_add_extensions(request.get(), list) == 1);
  WEIR_CHECK(X509_REQ_sign(request.get(), key.handle().key.get(), EVP_sha256()) > 0);
  return internal::EncodePem(internal::kRequestLabel,
                             internal::ToDer<X509_REQ>(i2d_X509_REQ, request.get()));
}

StatusOr<CertificateRequest> ParseCertificateRequest(std::string_view pem) {
  WEIR_ASSIGN_OR_RETURN(const RequestHandle request, ReadRequest(pem));
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  const bool own_signature = internal::IsP256(key) && X509_REQ_verify(request.get(), key) == 1;
  ERR_clear_error();
  if (!own_signature) {
    return InvalidArgument("a certificate request must be signed by its own ECDSA P-256 key");
  }
  WEIR_ASSIGN_OR_RETURN(const SpiffeId id, ReadRequestedId(request.get()));
  ERR_clear_error();
  return CertificateRequest{id, internal::ToDer<EVP_PKEY>(i2d_PUBKEY, key)};
}

StatusOr<CertificateAuthority> CertificateAuthority::Create(const CreateOptions& options,
                                                            Clock& clock, RandomSource& random) {
  if (options.validity <= std::chrono::seconds(0) || options.validity > kMaxAuthorityValidity) {
    return InvalidArgument("the validity of an authority must be above 0 and at most 100 years");
  }
  TlsKey key = TlsKey::Generate();
  const CertificateHandle certificate =
      StartCertificate(key.handle().key.get(), options.domain, "certificate authority", random);
  X509* self = certificate.get();
  WEIR_CHECK(X509_set_issuer_name(self, X509_get_subject_name(self)) == 1);
  const Time now = clock.Now();
  SetTimes(self, {.start = now - kClockTolerance, .end = now + options.validity});
  const Parties parties{.subject = self, .issuer = self};
  AddExtension(parties, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  AddExtension(parties, NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(parties, NID_name_constraints,
               "critical,permitted;URI:" + options.domain.ToString());
  AddExtension(parties, NID_subject_key_identifier, "hash");
  AddExtension(parties, NID_authority_key_identifier, "keyid:always");
  std::string pem = SignCertificate(self, key);
  return CertificateAuthority(options.domain, std::move(pem), std::move(key));
}

StatusOr<CertificateAuthority> CertificateAuthority::Load(std::string_view certificate_pem,
                                                          TlsKey key) {
  WEIR_ASSIGN_OR_RETURN(const CertificateFacts facts, ParseCertificate(certificate_pem));
  if (!facts.permitted_domain) {
    return FailedPrecondition("an authority needs a critical name constraint to its own domain");
  }
  WEIR_ASSIGN_OR_RETURN(const TrustDomain domain, TrustDomain::Parse(*facts.permitted_domain));
  WEIR_RETURN_IF_ERROR(CheckAuthority(certificate_pem, domain));
  WEIR_RETURN_IF_ERROR(CheckKeyPair(certificate_pem, key));
  return CertificateAuthority(domain, std::string(certificate_pem), std::move(key));
}

StatusOr<std::string> CertificateAuthority::Issue(std::string_view request_pem,
                                                  const IssueOptions& options, Clock& clock,
                                                  RandomSource& random) const {
  WEIR_ASSIGN_OR_RETURN(const CertificateRequest request, ParseCertificateRequest(request_pem));
  WEIR_RETURN_IF_ERROR(CheckRequest(request, options));
  if (options.id.trust_domain() != domain_) {
    return FailedPrecondition("the authority of %s cannot speak for %s", domain_.ToString().c_str(),
                              options.id.ToString().c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const CertificateHandle authority,
                        internal::ReadCertificate(certificate_pem_));
  WEIR_ASSIGN_OR_RETURN(const CertificateFacts facts, ParseCertificate(certificate_pem_));
  const Time now = clock.Now();
  WEIR_RETURN_IF_ERROR(CheckValidity(options, {.start = now, .end = facts.not_after}));
  WEIR_ASSIGN_OR_RETURN(const GeneralNamesHandle names, MakeNames(options));

  const internal::KeyHandle key = ReadPublicKey(request.public_key);
  const CertificateHandle certificate =
      StartCertificate(key.get(), domain_, options.id.path(), random);
  X509* leaf = certificate.get();
  WEIR_CHECK(X509_set_issuer_name(leaf, X509_get_subject_name(authority.get())) == 1);
  SetTimes(leaf, {.start = now - kClockTolerance, .end = now + options.validity});
  const Parties parties{.subject = leaf, .issuer = authority.get()};
  AddExtension(parties, NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(parties, NID_key_usage, "critical,digitalSignature");
  AddExtension(parties, NID_ext_key_usage,
               options.role == CertificateRole::kNode ? "serverAuth,clientAuth" : "clientAuth");
  AddExtension(parties, NID_subject_key_identifier, "hash");
  AddExtension(parties, NID_authority_key_identifier, "keyid:always");
  WEIR_CHECK(X509_add1_ext_i2d(leaf, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) ==
             1);
  return SignCertificate(leaf, key_);
}

}  // namespace weir::crypto
