// SPDX-License-Identifier: Apache-2.0
#include "services/wire/trust.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "weir/base/identifiers.h"
#include "weir/crypto/spiffe_id.h"

namespace weir::wire {
namespace {

constexpr size_t kMaxRemembered = 1024;

struct KnownParty {
  TrustedParty party;
  bool is_hub;
  Time authority_until;
};

// A certificate whose signature has been verified.
struct Verified {
  CallerIdentity identity;
  Time not_before;
};

// The form of CertificateFacts.serial.
StatusOr<std::string> NormaliseSerial(std::string_view text) {
  std::string serial;
  for (const char c : text) {
    if (c == ':') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) {
      return InvalidArgument("a serial number must be hexadecimal, got %s",
                             QuoteText(text).c_str());
    }
    serial += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (serial.empty()) return InvalidArgument("a revoked serial number is empty");
  const size_t first = std::min(serial.find_first_not_of('0'), serial.size() - 1);
  return serial.substr(first);
}

StatusOr<KnownParty> CheckParty(const TrustedParty& party, bool is_hub,
                                const std::string& coalition) {
  WEIR_ASSIGN_OR_RETURN(const auto domain, crypto::TrustDomain::Create(party.id, coalition));
  if (const Status status = crypto::CheckAuthority(party.authority_pem, domain); !status.ok()) {
    return Annotate(status, "authority of " + party.id);
  }
  WEIR_ASSIGN_OR_RETURN(const crypto::CertificateFacts facts,
                        crypto::ParseCertificate(party.authority_pem));
  return KnownParty{.party = party, .is_hub = is_hub, .authority_until = facts.not_after};
}

}  // namespace

// What one Replace said. Immutable but for the memory of verified certificates.
class TrustStore::Snapshot {
 public:
  static StatusOr<std::shared_ptr<const Snapshot>> Create(const TrustedCoalition& trusted,
                                                          uint64_t generation);

  StatusOr<CallerIdentity> Identify(std::string_view leaf_pem, crypto::CertificatePurpose purpose,
                                    Time now) const;

  std::string coalition;
  uint64_t charter_version = 0;
  uint64_t generation = 0;
  std::map<std::string, KnownParty, std::less<>> parties;

 private:
  Status Add(const TrustedParty& party, bool is_hub);
  StatusOr<Verified> Verify(std::string_view leaf_pem, crypto::CertificatePurpose purpose,
                            Time now) const;
  std::optional<Verified> Recall(const std::string& key) const;
  void Remember(const std::string& key, const Verified& verified) const;

  std::set<std::pair<std::string, std::string>> revoked_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, Verified> remembered_;
};

StatusOr<std::shared_ptr<const TrustStore::Snapshot>> TrustStore::Snapshot::Create(
    const TrustedCoalition& trusted, uint64_t generation) {
  WEIR_RETURN_IF_ERROR(CheckIdentifier("coalition", trusted.coalition));
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->coalition = trusted.coalition;
  snapshot->charter_version = trusted.charter_version;
  snapshot->generation = generation;
  for (const TrustedParty& member : trusted.members) {
    WEIR_RETURN_IF_ERROR(snapshot->Add(member, false));
  }
  if (trusted.hub.has_value()) WEIR_RETURN_IF_ERROR(snapshot->Add(*trusted.hub, true));
  for (const RevokedSerial& revoked : trusted.revoked) {
    WEIR_ASSIGN_OR_RETURN(std::string serial, NormaliseSerial(revoked.serial));
    snapshot->revoked_.emplace(revoked.party, std::move(serial));
  }
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

Status TrustStore::Snapshot::Add(const TrustedParty& party, bool is_hub) {
  WEIR_RETURN_IF_ERROR(CheckIdentifier("party", party.id));
  WEIR_ASSIGN_OR_RETURN(KnownParty known, CheckParty(party, is_hub, coalition));
  if (!parties.emplace(party.id, std::move(known)).second) {
    return InvalidArgument("party %s stands twice among the trusted", party.id.c_str());
  }
  return OkStatus();
}

StatusOr<Verified> TrustStore::Snapshot::Verify(std::string_view leaf_pem,
                                                crypto::CertificatePurpose purpose,
                                                Time now) const {
  const auto claimed = crypto::ParseCertificate(leaf_pem);
  if (!claimed.ok() || !claimed->spiffe_id.has_value()) {
    return Unauthenticated("the certificate does not have a SPIFFE ID as its only URI name");
  }
  const crypto::SpiffeId id = *claimed->spiffe_id;
  const auto known = parties.find(id.trust_domain().member());
  if (id.trust_domain().coalition() != coalition || known == parties.end()) {
    return Unauthenticated("the certificate names no party of coalition %s", coalition.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(CallerIdentity identity, ReadSpiffeId(id));
  if (identity.role != Role::kSteward && (identity.role == Role::kHub) != known->second.is_hub) {
    return Unauthenticated("%s cannot be a %s", identity.member.c_str(),
                           std::string(RoleName(identity.role)).c_str());
  }
  const std::string& authority = known->second.party.authority_pem;
  WEIR_ASSIGN_OR_RETURN(const crypto::CertificateFacts facts,
                        crypto::VerifyChain(leaf_pem, {&authority, 1}, now, purpose));
  identity.serial = facts.serial;
  identity.valid_until = std::min(facts.not_after, known->second.authority_until);
  return Verified{.identity = std::move(identity), .not_before = facts.not_before};
}

StatusOr<CallerIdentity> TrustStore::Snapshot::Identify(std::string_view leaf_pem,
                                                        crypto::CertificatePurpose purpose,
                                                        Time now) const {
  const char kind = purpose == crypto::CertificatePurpose::kServer ? 's' : 'c';
  const std::string key = kind + std::string(leaf_pem);
  std::optional<Verified> verified = Recall(key);
  if (!verified.has_value()) {
    WEIR_ASSIGN_OR_RETURN(verified, Verify(leaf_pem, purpose, now));
    Remember(key, *verified);
  }
  const CallerIdentity& identity = verified->identity;
  if (now < verified->not_before || now > identity.valid_until) {
    return Unauthenticated("the certificate of %s counts from %s to %s",
                           identity.ToString().c_str(), FormatTime(verified->not_before).c_str(),
                           FormatTime(identity.valid_until).c_str());
  }
  if (revoked_.contains({identity.member, identity.serial})) {
    return Unauthenticated("the certificate of %s is revoked", identity.ToString().c_str());
  }
  return identity;
}

std::optional<Verified> TrustStore::Snapshot::Recall(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = remembered_.find(key);
  if (found == remembered_.end()) return std::nullopt;
  return found->second;
}

void TrustStore::Snapshot::Remember(const std::string& key, const Verified& verified) const {
  const std::lock_guard lock(mutex_);
  if (remembered_.size() >= kMaxRemembered) remembered_.clear();
  remembered_.emplace(key, verified);
}

TrustStore::TrustStore(Clock& clock) : clock_(clock), current_(std::make_shared<Snapshot>()) {}
TrustStore::~TrustStore() = default;

Status TrustStore::Replace(const TrustedCoalition& trusted) {
  const std::lock_guard lock(mutex_);
  if (!current_->coalition.empty() && current_->coalition != trusted.coalition) {
    return FailedPrecondition("this process belongs to coalition %s, not %s",
                              current_->coalition.c_str(), QuoteText(trusted.coalition).c_str());
  }
  if (trusted.charter_version < current_->charter_version) {
    return FailedPrecondition("charter version %llu is older than the one in force, %llu",
                              static_cast<unsigned long long>(trusted.charter_version),
                              static_cast<unsigned long long>(current_->charter_version));
  }
  WEIR_ASSIGN_OR_RETURN(current_, Snapshot::Create(trusted, current_->generation + 1));
  return OkStatus();
}

std::shared_ptr<const TrustStore::Snapshot> TrustStore::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

uint64_t TrustStore::charter_version() const { return Current()->charter_version; }

uint64_t TrustStore::generation() const { return Current()->generation; }

std::string TrustStore::AuthorityBundle() const {
  std::string bundle;
  for (const auto& [id, known] : Current()->parties) {
    bundle += known.party.authority_pem;
    if (!bundle.ends_with('\n')) bundle += '\n';
  }
  return bundle;
}

StatusOr<TrustedParty> TrustStore::FindParty(std::string_view id) const {
  const std::shared_ptr<const Snapshot> snapshot = Current();
  const auto known = snapshot->parties.find(id);
  if (known == snapshot->parties.end()) {
    return NotFound("%s is neither a member of the coalition nor its hub", QuoteText(id).c_str());
  }
  return known->second.party;
}

StatusOr<CallerIdentity> TrustStore::Identify(std::string_view leaf_pem,
                                              crypto::CertificatePurpose purpose) const {
  return Current()->Identify(leaf_pem, purpose, clock_.Now());
}

}  // namespace weir::wire
