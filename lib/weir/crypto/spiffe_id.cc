// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/spiffe_id.h"

#include <algorithm>

#include "weir/base/identifiers.h"

namespace weir::crypto {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr size_t kMaxPathCharacters = 64;

bool IsPathCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool IsPathSegment(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         std::all_of(segment.begin(), segment.end(), IsPathCharacter);
}

bool IsPath(std::string_view path) {
  if (path.size() > kMaxPathCharacters) return false;
  for (size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    if (!IsPathSegment(path.substr(0, slash))) return false;
    path.remove_prefix(slash + 1);
  }
  return IsPathSegment(path);
}

}  // namespace

StatusOr<TrustDomain> TrustDomain::Parse(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) {
    return InvalidArgument("a trust domain is <member>.<coalition>, got %s",
                           QuoteText(text).c_str());
  }
  return Create(text.substr(0, dot), text.substr(dot + 1));
}

StatusOr<TrustDomain> TrustDomain::Create(std::string_view member, std::string_view coalition) {
  WEIR_RETURN_IF_ERROR(CheckIdentifier("member of a trust domain", member));
  WEIR_RETURN_IF_ERROR(CheckIdentifier("coalition of a trust domain", coalition));
  return TrustDomain(std::string(member), std::string(coalition));
}

StatusOr<SpiffeId> SpiffeId::Parse(std::string_view text) {
  const size_t slash = text.find('/', std::min(text.size(), kScheme.size()));
  if (text.substr(0, kScheme.size()) != kScheme || slash == std::string_view::npos) {
    return InvalidArgument("a SPIFFE ID is spiffe://<member>.<coalition>/<path>, got %s",
                           QuoteText(text).c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const TrustDomain domain,
                        TrustDomain::Parse(text.substr(kScheme.size(), slash - kScheme.size())));
  return Create(domain, text.substr(slash + 1));
}

StatusOr<SpiffeId> SpiffeId::Create(const TrustDomain& trust_domain, std::string_view path) {
  if (!IsPath(path)) {
    return InvalidArgument("the path of a SPIFFE ID is 1 to %zu of [A-Za-z0-9._-/], got %s",
                           kMaxPathCharacters, QuoteText(path).c_str());
  }
  return SpiffeId(trust_domain, std::string(path));
}

}  // namespace weir::crypto
