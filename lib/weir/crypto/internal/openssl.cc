// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/internal/openssl.h"

#include <array>
#include <sstream>

#include <openssl/err.h>

#include "weir/base/bytes.h"
#include "weir/base/secret.h"

namespace weir::crypto::internal {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr size_t kPemColumns = 64;
constexpr size_t kMaxPemBytes = size_t{64} << 10;

std::string_view Trim(std::string_view text) {
  const size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

std::string BeginLine(std::string_view label) {
  return "-----BEGIN " + std::string(label) + "-----";
}

std::string EndLine(std::string_view label) { return "-----END " + std::string(label) + "-----"; }

// 127.0.0.1, or eight groups without the short form for zeros.
std::string FormatIpAddress(const ASN1_OCTET_STRING* address) {
  const std::string_view bytes = TextOf(address);
  const bool version_4 = bytes.size() == 4;
  if (!version_4 && bytes.size() != 16) return "?";
  std::ostringstream text;
  for (size_t i = 0; i < bytes.size(); i += version_4 ? 1 : 2) {
    const unsigned first = static_cast<uint8_t>(bytes[i]);
    if (i > 0) text << (version_4 ? '.' : ':');
    if (version_4) {
      text << first;
    } else {
      text << std::hex << (first << 8 | static_cast<uint8_t>(bytes[i + 1]));
    }
  }
  return text.str();
}

}  // namespace

StatusOr<std::string> DecodePem(std::string_view label, std::string_view text) {
  const std::string begin = BeginLine(label);
  const std::string end = EndLine(label);
  const std::string_view block = Trim(text);
  if (text.size() > kMaxPemBytes || block.size() < begin.size() + end.size() ||
      block.substr(0, begin.size()) != begin || block.substr(block.size() - end.size()) != end) {
    return InvalidArgument("the text must be one PEM block \"%s\" of at most %zu bytes",
                           begin.c_str(), kMaxPemBytes);
  }
  std::string digits;
  digits.reserve(block.size());
  for (const char c : block.substr(begin.size(), block.size() - begin.size() - end.size())) {
    if (c != '\n' && c != '\r') digits += c;
  }
  StatusOr<std::string> der = Base64Decode(digits, Base64Padding::kPadded);
  WipeText(digits);
  if (!der.ok()) return InvalidArgument("the PEM block \"%s\" is not base64", begin.c_str());
  return der;
}

std::string EncodePem(std::string_view label, std::string_view der) {
  std::string digits = Base64Encode(der, Base64Padding::kPadded);
  const std::string begin = BeginLine(label);
  const std::string end = EndLine(label);
  std::string text;
  text.reserve(begin.size() + digits.size() + digits.size() / kPemColumns + end.size() + 3);
  text.append(begin).append(1, '\n');
  for (size_t start = 0; start < digits.size(); start += kPemColumns) {
    text.append(digits, start, kPemColumns).append(1, '\n');
  }
  WipeText(digits);
  return text.append(end).append(1, '\n');
}

StatusOr<CertificateHandle> ReadCertificate(std::string_view pem) {
  StatusOr<std::string> der = DecodePem(kCertificateLabel, pem);
  if (!der.ok()) return Annotate(der.status(), "certificate");
  const auto* data = reinterpret_cast<const unsigned char*>(der->data());
  const unsigned char* end = data + der->size();
  CertificateHandle certificate(d2i_X509(nullptr, &data, static_cast<long>(der->size())));
  ERR_clear_error();
  if (certificate == nullptr || data != end) {
    return InvalidArgument("the certificate is not a DER-encoded X.509 certificate");
  }
  return certificate;
}

bool IsP256(const EVP_PKEY* key) {
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  std::array<char, 64> group{};
  size_t size = 0;
  return EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
         std::string_view(group.data(), size) == SN_X9_62_prime256v1;
}

std::string_view TextOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

AlternativeNames ReadNames(const GENERAL_NAMES* names) {
  AlternativeNames read;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
    const auto* text = static_cast<const ASN1_STRING*>(value);
    if (type == GEN_URI) {
      read.uris.emplace_back(TextOf(text));
    } else if (type == GEN_DNS) {
      read.dns_names.emplace_back(TextOf(text));
    } else if (type == GEN_IPADD) {
      read.ip_addresses.push_back(FormatIpAddress(text));
    } else {
      ++read.others;
    }
  }
  return read;
}

}  // namespace weir::crypto::internal
