// SPDX-License-Identifier: Apache-2.0
#include "tests/coalition/test_coalition.h"

#include <chrono>
#include <utility>

#include "weir/crypto/signed_note.h"
#include "weir/crypto/spiffe_id.h"
#include "weir/doc/signed_text.h"

namespace weir::test {
namespace {

constexpr char kCoalition[] = "partnership";

crypto::CertificateAuthority MakeAuthority(const std::string& owner, Clock& clock,
                                           RandomSource& random) {
  return crypto::CertificateAuthority::Create(
             {.domain = crypto::TrustDomain::Create(owner, kCoalition).value(),
              .validity = std::chrono::days(3650)},
             clock, random)
      .value();
}

crypto::NoteSigner MakeSigner(const std::string& owner, const char* purpose, RandomSource& random) {
  return crypto::NoteSigner::Generate(owner + "." + kCoalition + "/" + purpose, random).value();
}

}  // namespace

TestCoalition::TestCoalition(const std::vector<std::string>& members, uint64_t seed)
    : random_(seed) {
  for (const std::string& id : members) {
    members_.emplace(id, TestMember{.charter_signer = MakeSigner(id, "charter", random_),
                                    .node_signer = MakeSigner(id, "node", random_),
                                    .age_identity = crypto::AgeIdentity::Generate(random_),
                                    .authority = MakeAuthority(id, clock_, random_)});
  }
  hub_authority_ = MakeAuthority("hub", clock_, random_).certificate_pem();
}

v1::Charter TestCoalition::Content() const {
  v1::Charter charter;
  charter.set_coalition(kCoalition);
  charter.set_version(1);
  charter.set_created("2026-01-01T00:00:00Z");
  charter.set_expires("2027-01-01T00:00:00Z");
  charter.mutable_rule()->set_threshold(static_cast<uint32_t>(members_.size() / 2 + 1));
  for (const auto& [id, member] : members_) {
    v1::MemberCard* card = charter.add_members();
    card->set_member(id);
    card->set_title("Region " + id);
    card->set_address("127.0.0.1:7000");
    card->set_charter_key(member.charter_signer.verifier().ToString());
    card->set_node_key(member.node_signer.verifier().ToString());
    card->set_recipient(member.age_identity.recipient().ToString());
    card->set_certificate_authority(member.authority.certificate_pem());
  }
  charter.mutable_hub()->set_hub("hub");
  charter.mutable_hub()->set_address("127.0.0.1:7100");
  charter.mutable_hub()->set_certificate_authority(hub_authority_);
  return charter;
}

std::string TestCoalition::SignText(const std::string& text,
                                    const std::vector<std::string>& signers) const {
  std::string note;
  for (const std::string& id : signers) {
    const crypto::NoteSigner& signer = member(id).charter_signer;
    note = note.empty() ? crypto::SignNote(text, signer).value()
                        : crypto::AddSignature(note, signer).value();
  }
  return note;
}

std::string TestCoalition::Sign(const v1::Charter& content,
                                const std::vector<std::string>& signers) const {
  return SignText(doc::FormatSigned(content).value(), signers);
}

coalition::Charter TestCoalition::Charter() const {
  std::vector<std::string> all;
  for (const auto& [id, member] : members_) all.push_back(id);
  return coalition::Charter::Verify(Sign(Content(), all), nullptr,
                                    std::chrono::sys_days(std::chrono::January / 2 / 2026))
      .value();
}

}  // namespace weir::test
