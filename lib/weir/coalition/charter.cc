// SPDX-License-Identifier: Apache-2.0
#include "weir/coalition/charter.h"

#include <algorithm>
#include <set>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/base/identifiers.h"
#include "weir/crypto/certificate.h"
#include "weir/crypto/spiffe_id.h"
#include "weir/doc/signed_text.h"

namespace weir::coalition {
namespace {

constexpr int kMaxMembers = 1000;

Status CheckAddress(std::string_view owner, std::string_view address) {
  const size_t colon = address.rfind(':');
  const std::string_view port =
      colon == std::string_view::npos ? std::string_view() : address.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 && port[0] != '0' &&
                      port.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || colon == 0 || std::stoi(std::string(port)) > 65535) {
    return InvalidArgument("address of %s must be host:port, got %s", std::string(owner).c_str(),
                           std::string(address).c_str());
  }
  return OkStatus();
}

Status CheckDomainAuthority(const std::string& owner, const std::string& coalition,
                            const std::string& pem) {
  WEIR_ASSIGN_OR_RETURN(const crypto::TrustDomain domain,
                        crypto::TrustDomain::Create(owner, coalition));
  return Annotate(crypto::CheckAuthority(pem, domain), "certificate authority of " + owner);
}

StatusOr<crypto::NoteVerifier> ReadKey(const std::string& member, const std::string& coalition,
                                       const char* purpose, const std::string& vkey) {
  StatusOr<crypto::NoteVerifier> key = crypto::NoteVerifier::Parse(vkey);
  if (!key.ok()) {
    return Annotate(key.status(), std::string(purpose) + " key of " + member);
  }
  const std::string expected = member + "." + coalition + "/" + purpose;
  if (key->name() != expected) {
    return InvalidArgument("%s key of %s must be named %s, got %s", purpose, member.c_str(),
                           expected.c_str(), key->name().c_str());
  }
  return key;
}

}  // namespace

StatusOr<Member> ReadMemberCard(const v1::MemberCard& card, const std::string& coalition) {
  WEIR_RETURN_IF_ERROR(CheckAddress(card.member(), card.address()));
  WEIR_RETURN_IF_ERROR(
      CheckDomainAuthority(card.member(), coalition, card.certificate_authority()));
  WEIR_ASSIGN_OR_RETURN(crypto::NoteVerifier charter_key,
                        ReadKey(card.member(), coalition, "charter", card.charter_key()));
  WEIR_ASSIGN_OR_RETURN(crypto::NoteVerifier node_key,
                        ReadKey(card.member(), coalition, "node", card.node_key()));
  StatusOr<crypto::AgeRecipient> recipient = crypto::AgeRecipient::Parse(card.recipient());
  if (!recipient.ok()) return Annotate(recipient.status(), "recipient of " + card.member());
  return Member{.id = card.member(),
                .title = card.title(),
                .address = card.address(),
                .charter_key = std::move(charter_key),
                .node_key = std::move(node_key),
                .recipient = *std::move(recipient),
                .certificate_authority = card.certificate_authority()};
}

namespace {

// Two members with one key could not be told apart.
Status CheckDistinct(const std::vector<Member>& members, const std::string& hub) {
  std::set<std::string> ids = {hub};
  std::set<std::string> keys;
  for (const Member& member : members) {
    if (!ids.insert(member.id).second) {
      return InvalidArgument("%s is named twice among members and hub", member.id.c_str());
    }
    const auto add_key = [&keys](const auto& bytes) {
      return keys.insert(std::string(bytes.begin(), bytes.end())).second;
    };
    if (!add_key(member.charter_key.public_key()) || !add_key(member.node_key.public_key()) ||
        !add_key(member.recipient.public_key())) {
      return InvalidArgument("a key of %s is used twice; one key has one purpose and one owner",
                             member.id.c_str());
    }
  }
  return OkStatus();
}

struct Content {
  std::vector<Member> members;
  Hub hub;
  Time created;
  Time expires;
};

Status CheckRule(const v1::Charter& charter) {
  const int count = charter.members_size();
  if (count < 2 || count > kMaxMembers) {
    return InvalidArgument("a charter has 2 to %d members, got %d", kMaxMembers, count);
  }
  const uint32_t threshold = charter.rule().threshold();
  if (threshold * 2 <= static_cast<uint32_t>(count) || threshold > static_cast<uint32_t>(count)) {
    return InvalidArgument(
        "rule.threshold must be more than half of the %d members and at most all of them, got %u",
        count, threshold);
  }
  if ((charter.version() == 1) != charter.previous_sha256().empty()) {
    return InvalidArgument("previous_sha256 must be absent in version 1 and present in all others");
  }
  return OkStatus();
}

StatusOr<Content> ReadContent(const v1::Charter& charter) {
  WEIR_RETURN_IF_ERROR(CheckRule(charter));
  Content content;
  WEIR_ASSIGN_OR_RETURN(content.created, ParseTime(charter.created()));
  WEIR_ASSIGN_OR_RETURN(content.expires, ParseTime(charter.expires()));
  if (content.expires <= content.created) {
    return InvalidArgument("expires must be later than created");
  }
  for (const v1::MemberCard& card : charter.members()) {
    WEIR_ASSIGN_OR_RETURN(Member member, ReadMemberCard(card, charter.coalition()));
    content.members.push_back(std::move(member));
  }
  content.hub = Hub{.id = charter.hub().hub(),
                    .address = charter.hub().address(),
                    .certificate_authority = charter.hub().certificate_authority()};
  WEIR_RETURN_IF_ERROR(CheckAddress(content.hub.id, content.hub.address));
  WEIR_RETURN_IF_ERROR(
      CheckDomainAuthority(content.hub.id, charter.coalition(), content.hub.certificate_authority));
  WEIR_RETURN_IF_ERROR(CheckDistinct(content.members, content.hub.id));
  std::sort(content.members.begin(), content.members.end(),
            [](const Member& a, const Member& b) { return a.id < b.id; });
  return content;
}

// Members of `electorate` that have signed `note`.
StatusOr<std::vector<std::string>> Signers(std::string_view note,
                                           const std::vector<Member>& electorate) {
  std::vector<crypto::NoteVerifier> keys;
  keys.reserve(electorate.size());
  for (const Member& member : electorate) keys.push_back(member.charter_key);
  StatusOr<crypto::VerifiedNote> verified = crypto::VerifyNote(note, keys);
  if (!verified.ok()) {
    return PermissionDenied("charter: %s", MessageOf(verified.status()).c_str());
  }
  std::vector<std::string> signers;
  for (const Member& member : electorate) {
    if (verified->IsSignedBy(member.charter_key)) signers.push_back(member.id);
  }
  return signers;
}

Status CheckSuccession(const v1::Charter& charter, const Charter* previous) {
  if (previous == nullptr) {
    if (charter.version() != 1) {
      return FailedPrecondition(
          "charter version %llu cannot be verified without version %llu before it",
          static_cast<unsigned long long>(charter.version()),
          static_cast<unsigned long long>(charter.version() - 1));
    }
    return OkStatus();
  }
  if (charter.coalition() != previous->coalition()) {
    return FailedPrecondition("charter of another coalition: %s instead of %s",
                              charter.coalition().c_str(), previous->coalition().c_str());
  }
  if (charter.version() != previous->version() + 1 ||
      charter.previous_sha256() != previous->sha256()) {
    return FailedPrecondition("charter version %llu does not follow on version %llu held here",
                              static_cast<unsigned long long>(charter.version()),
                              static_cast<unsigned long long>(previous->version()));
  }
  return OkStatus();
}

Status CheckQuorum(const std::vector<std::string>& signers, uint32_t threshold, size_t members) {
  if (signers.size() >= threshold) return OkStatus();
  return PermissionDenied("charter is signed by %zu of %zu members, its rule asks for %u",
                          signers.size(), members, threshold);
}

}  // namespace

StatusOr<Charter> Charter::Verify(std::string_view note, const Charter* previous, Time now) {
  WEIR_ASSIGN_OR_RETURN(Charter charter, VerifyContent(note, previous));
  if (now >= charter.expires_) {
    return FailedPrecondition("charter version %llu expired at %s",
                              static_cast<unsigned long long>(charter.version_),
                              FormatTime(charter.expires_).c_str());
  }
  return charter;
}

StatusOr<Charter> Charter::LoadHistory(std::span<const std::string> notes) {
  if (notes.empty()) return InvalidArgument("a charter's history has at least one version");
  WEIR_ASSIGN_OR_RETURN(Charter newest, VerifyContent(notes.front(), nullptr));
  for (const std::string& note : notes.subspan(1)) {
    WEIR_ASSIGN_OR_RETURN(Charter next, VerifyContent(note, &newest));
    newest = std::move(next);
  }
  return newest;
}

StatusOr<Charter> Charter::VerifyContent(std::string_view note, const Charter* previous) {
  WEIR_ASSIGN_OR_RETURN(const crypto::UnverifiedNote unverified, crypto::ParseNote(note));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Charter> document,
                        doc::ParseSigned<v1::Charter>(unverified.text, "charter"));
  const v1::Charter& content = document.message;
  WEIR_ASSIGN_OR_RETURN(Content checked, ReadContent(content));
  WEIR_RETURN_IF_ERROR(CheckSuccession(content, previous));
  const std::vector<Member>& electorate =
      previous == nullptr ? checked.members : previous->members();
  const uint32_t threshold =
      previous == nullptr ? content.rule().threshold() : previous->threshold();
  WEIR_ASSIGN_OR_RETURN(std::vector<std::string> signers, Signers(note, electorate));
  WEIR_RETURN_IF_ERROR(CheckQuorum(signers, threshold, electorate.size()));
  Charter charter;
  charter.coalition_ = content.coalition();
  charter.version_ = content.version();
  charter.sha256_ = Sha256Hex(unverified.text);
  charter.note_ = std::string(note);
  charter.expires_ = checked.expires;
  charter.threshold_ = content.rule().threshold();
  charter.members_ = std::move(checked.members);
  charter.hub_ = std::move(checked.hub);
  for (const v1::RevokedCertificate& revoked : content.revoked()) {
    charter.revoked_.emplace_back(revoked.member(), revoked.serial());
  }
  charter.signed_by_ = std::move(signers);
  return charter;
}

const Member* Charter::FindMember(std::string_view id) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [id](const Member& member) { return member.id == id; });
  return found == members_.end() ? nullptr : &*found;
}

StatusOr<std::string> DraftCharter(const v1::Charter& content) {
  WEIR_ASSIGN_OR_RETURN(std::string text, doc::FormatSigned(content));
  // Read back as everybody else will: required fields and lexical forms are checked there.
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Charter> document,
                        doc::ParseSigned<v1::Charter>(text, "charter"));
  WEIR_RETURN_IF_ERROR(ReadContent(document.message).status());
  return text;
}

}  // namespace weir::coalition
