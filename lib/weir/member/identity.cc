// SPDX-License-Identifier: Apache-2.0
#include "weir/member/identity.h"

#include <chrono>
#include <utility>

#include "weir/base/identifiers.h"
#include "weir/coalition/charter.h"
#include "weir/crypto/certificate_authority.h"
#include "weir/crypto/key_file.h"
#include "weir/crypto/spiffe_id.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"
#include "weir/member/state_folder.h"

namespace weir::member {
namespace {

constexpr std::chrono::days kAuthorityValidity{3650};
constexpr std::chrono::days kCertificateValidity{730};
constexpr uint64_t kCardLimitBytes = 64 << 10;
constexpr char kStewards[] = "stewards";
constexpr char kCard[] = "member.yaml";

std::string KeyName(const std::string& member, const std::string& coalition, const char* purpose) {
  return member + "." + coalition + "/" + purpose;
}

// Writes the keys of one identity into a folder, which need not be the final one.
class IdentityWriter {
 public:
  IdentityWriter(std::string folder, crypto::TrustDomain domain, Clock& clock, RandomSource& random,
                 Files& files)
      : folder_(std::move(folder)),
        domain_(std::move(domain)),
        clock_(clock),
        random_(random),
        files_(files) {}

  StatusOr<std::string> WriteSigner(const char* purpose) {
    WEIR_ASSIGN_OR_RETURN(const crypto::NoteSigner signer,
                          crypto::NoteSigner::Generate(
                              KeyName(domain_.member(), domain_.coalition(), purpose), random_));
    WEIR_RETURN_IF_ERROR(
        crypto::WriteNoteSigner(files_, Path(std::string(purpose) + ".key"), signer));
    return signer.verifier().ToString();
  }

  StatusOr<std::string> WriteAge() {
    const crypto::AgeIdentity identity = crypto::AgeIdentity::Generate(random_);
    WEIR_RETURN_IF_ERROR(crypto::WriteAgeIdentity(files_, Path("age.key"), identity));
    return identity.recipient().ToString();
  }

  StatusOr<crypto::CertificateAuthority> WriteAuthority() {
    WEIR_ASSIGN_OR_RETURN(
        crypto::CertificateAuthority authority,
        crypto::CertificateAuthority::Create({.domain = domain_, .validity = kAuthorityValidity},
                                             clock_, random_));
    WEIR_RETURN_IF_ERROR(crypto::WriteTlsKey(files_, Path("authority.key"), authority.key()));
    WEIR_RETURN_IF_ERROR(
        files_.WriteDurably(Path("authority.pem"), authority.certificate_pem(), FileMode::kPublic));
    return authority;
  }

  // <name>.tls.key and <name>.tls.pem for spiffe://<domain>/<path>.
  Status WriteCertificate(const crypto::CertificateAuthority& authority, const std::string& name,
                          const std::string& path, crypto::CertificateRole role) {
    WEIR_ASSIGN_OR_RETURN(const crypto::SpiffeId id, crypto::SpiffeId::Create(domain_, path));
    const crypto::TlsKey key = crypto::TlsKey::Generate();
    WEIR_ASSIGN_OR_RETURN(
        const std::string certificate,
        authority.Issue(crypto::MakeCertificateRequest(key, id),
                        {.id = id, .role = role, .validity = kCertificateValidity}, clock_,
                        random_));
    WEIR_RETURN_IF_ERROR(crypto::WriteTlsKey(files_, Path(name + ".tls.key"), key));
    return files_.WriteDurably(Path(name + ".tls.pem"), certificate, FileMode::kPublic);
  }

  Status WriteSteward(const crypto::CertificateAuthority& authority, const std::string& steward) {
    WEIR_RETURN_IF_ERROR(files_.MakeFolder(Path(kStewards)));
    return WriteCertificate(authority, std::string(kStewards) + "/" + steward, "steward/" + steward,
                            crypto::CertificateRole::kClient);
  }

  Status WriteCard(const v1::MemberCard& card) {
    WEIR_ASSIGN_OR_RETURN(const std::string text, doc::WriteYaml(card));
    WEIR_RETURN_IF_ERROR(coalition::ReadMemberCard(card, domain_.coalition()).status());
    return files_.WriteDurably(Path(kCard), text, FileMode::kPublic);
  }

 private:
  std::string Path(const std::string& name) const { return JoinPath(folder_, name); }

  std::string folder_;
  crypto::TrustDomain domain_;
  Clock& clock_;
  RandomSource& random_;
  Files& files_;
};

Status WriteIdentity(IdentityWriter& writer, const IdentityOptions& options) {
  v1::MemberCard card;
  card.set_member(options.member);
  card.set_title(options.title);
  card.set_address(options.address);
  WEIR_ASSIGN_OR_RETURN(*card.mutable_charter_key(), writer.WriteSigner("charter"));
  WEIR_ASSIGN_OR_RETURN(*card.mutable_node_key(), writer.WriteSigner("node"));
  WEIR_ASSIGN_OR_RETURN(*card.mutable_recipient(), writer.WriteAge());
  WEIR_ASSIGN_OR_RETURN(const crypto::CertificateAuthority authority, writer.WriteAuthority());
  WEIR_RETURN_IF_ERROR(
      writer.WriteCertificate(authority, "node", "node", crypto::CertificateRole::kNode));
  WEIR_RETURN_IF_ERROR(writer.WriteSteward(authority, options.steward));
  card.set_certificate_authority(authority.certificate_pem());
  return writer.WriteCard(card);
}

StatusOr<crypto::TrustDomain> DomainOf(const crypto::NoteSigner& charter_signer) {
  const std::string& name = charter_signer.verifier().name();
  return crypto::TrustDomain::Parse(name.substr(0, name.find('/')));
}

Status CheckCard(const Identity& identity) {
  const v1::MemberCard& card = identity.card;
  if (card.member() != identity.member ||
      card.charter_key() != identity.charter_signer.verifier().ToString() ||
      card.node_key() != identity.node_signer.verifier().ToString() ||
      card.recipient() != identity.age_identity.recipient().ToString()) {
    return DataLoss("member.yaml does not describe the keys that lie beside it");
  }
  return OkStatus();
}

}  // namespace

Status CreateIdentity(const std::string& state_folder, const IdentityOptions& options, Clock& clock,
                      RandomSource& random, Files& files) {
  WEIR_RETURN_IF_ERROR(CheckIdentifier("steward", options.steward));
  WEIR_ASSIGN_OR_RETURN(const crypto::TrustDomain domain,
                        crypto::TrustDomain::Create(options.member, options.coalition));
  const StatePaths paths(state_folder);
  if (files.Exists(paths.identity()) || files.Exists(paths.ledger())) {
    return AlreadyExists("%s holds a state already", state_folder.c_str());
  }
  const std::string unfinished = paths.identity() + ".unfinished";
  WEIR_RETURN_IF_ERROR(files.RemoveTree(unfinished));
  WEIR_RETURN_IF_ERROR(files.MakeFolder(unfinished));
  IdentityWriter writer(unfinished, domain, clock, random, files);
  Status written = WriteIdentity(writer, options);
  if (!written.ok()) {
    files.RemoveTree(unfinished).IgnoreError();
    return written;
  }
  WEIR_RETURN_IF_ERROR(
      files.WriteDurably(paths.version(), CurrentStateVersion(), FileMode::kPrivate));
  // Last: a state without its identity folder does not count.
  return files.Rename(unfinished, paths.identity());
}

StatusOr<Identity> LoadIdentity(const std::string& state_folder, Files& files) {
  const std::string folder = StatePaths(state_folder).identity();
  if (!files.Exists(folder)) {
    return NotFound("%s holds no state; `weir init` makes one", state_folder.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(crypto::NoteSigner charter_signer,
                        crypto::ReadNoteSigner(files, JoinPath(folder, "charter.key")));
  WEIR_ASSIGN_OR_RETURN(crypto::NoteSigner node_signer,
                        crypto::ReadNoteSigner(files, JoinPath(folder, "node.key")));
  WEIR_ASSIGN_OR_RETURN(crypto::AgeIdentity age_identity,
                        crypto::ReadAgeIdentity(files, JoinPath(folder, "age.key")));
  const std::string card_path = JoinPath(folder, kCard);
  WEIR_ASSIGN_OR_RETURN(const std::string card_text, files.Read(card_path, kCardLimitBytes));
  WEIR_ASSIGN_OR_RETURN(doc::Document<v1::MemberCard> card,
                        doc::ParseYaml<v1::MemberCard>(card_text, card_path));
  WEIR_ASSIGN_OR_RETURN(const crypto::TrustDomain domain, DomainOf(charter_signer));
  Identity identity{.member = domain.member(),
                    .coalition = domain.coalition(),
                    .charter_signer = std::move(charter_signer),
                    .node_signer = std::move(node_signer),
                    .age_identity = std::move(age_identity),
                    .card = std::move(card.message)};
  WEIR_RETURN_IF_ERROR(CheckCard(identity));
  return identity;
}

Status AddSteward(const std::string& state_folder, const std::string& steward, Clock& clock,
                  RandomSource& random, Files& files) {
  WEIR_RETURN_IF_ERROR(CheckIdentifier("steward", steward));
  const std::string folder = StatePaths(state_folder).identity();
  WEIR_ASSIGN_OR_RETURN(crypto::TlsKey key,
                        crypto::ReadTlsKey(files, JoinPath(folder, "authority.key")));
  WEIR_ASSIGN_OR_RETURN(const std::string certificate,
                        files.Read(JoinPath(folder, "authority.pem"), kCardLimitBytes));
  WEIR_ASSIGN_OR_RETURN(const crypto::CertificateAuthority authority,
                        crypto::CertificateAuthority::Load(certificate, std::move(key)));
  IdentityWriter writer(folder, authority.domain(), clock, random, files);
  return writer.WriteSteward(authority, steward);
}

TlsPaths NodeTlsPaths(const std::string& state_folder) {
  const std::string folder = StatePaths(state_folder).identity();
  return {.certificate = JoinPath(folder, "node.tls.pem"), .key = JoinPath(folder, "node.tls.key")};
}

TlsPaths StewardTlsPaths(const std::string& state_folder, const std::string& steward) {
  const std::string stem =
      JoinPath(JoinPath(StatePaths(state_folder).identity(), kStewards), steward);
  return {.certificate = stem + ".tls.pem", .key = stem + ".tls.key"};
}

}  // namespace weir::member
