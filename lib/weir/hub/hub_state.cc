// SPDX-License-Identifier: Apache-2.0
#include "weir/hub/internal/hub_state.h"

#include <chrono>
#include <utility>

#include "weir/base/identifiers.h"
#include "weir/crypto/certificate_authority.h"
#include "weir/crypto/key_file.h"
#include "weir/crypto/spiffe_id.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"
#include "weir/hub/hub.h"

namespace weir::hub {
namespace {

constexpr char kStateVersion[] = "1\n";
constexpr uint64_t kSmallFileBytes = uint64_t{8} << 20;
constexpr std::chrono::days kAuthorityValidity{3650};
constexpr std::chrono::days kCertificateValidity{730};

std::string IdentityPath(const std::string& folder, const char* name) {
  return JoinPath(JoinPath(folder, "identity"), name);
}

Status CheckVersion(const std::string& folder, Files& files) {
  const std::string path = JoinPath(folder, "version");
  if (!files.Exists(path)) {
    return NotFound("%s is no hub state; `weir hub init` makes one", folder.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const std::string version, files.Read(path, kSmallFileBytes));
  if (version != kStateVersion) {
    return FailedPrecondition("%s was written by another version of Weir (state version %s)",
                              folder.c_str(), version.substr(0, version.find('\n')).c_str());
  }
  return OkStatus();
}

}  // namespace

StatusOr<HubState> HubState::Open(const std::string& folder, Files& files) {
  WEIR_RETURN_IF_ERROR(CheckVersion(folder, files));
  WEIR_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, files.Lock(JoinPath(folder, "lock")));
  const std::string card_path = IdentityPath(folder, "hub.yaml");
  WEIR_ASSIGN_OR_RETURN(const std::string text, files.Read(card_path, kSmallFileBytes));
  WEIR_ASSIGN_OR_RETURN(doc::Document<v1::HubCard> card,
                        doc::ParseYaml<v1::HubCard>(text, card_path));
  HubState state(folder, std::move(lock), std::move(card.message), files);
  WEIR_ASSIGN_OR_RETURN(state.charter_, state.charters_.Load());
  return state;
}

Status HubState::InstallCharter(const std::string& note, Time now) {
  if (charter_ != nullptr && charter_->note() == note) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(coalition::Charter charter,
                        coalition::Charter::Verify(note, charter_.get(), now));
  if (charter.hub().id != card_.hub() ||
      charter.hub().certificate_authority != card_.certificate_authority()) {
    return FailedPrecondition("the charter names another hub, or another authority of %s",
                              card_.hub().c_str());
  }
  WEIR_RETURN_IF_ERROR(charters_.Save(charter));
  charter_ = std::make_shared<const coalition::Charter>(std::move(charter));
  return OkStatus();
}

StatusOr<std::string> HubState::CharterNote(uint64_t version) const {
  if (charter_ == nullptr) return NotFound("this hub has no charter yet");
  const uint64_t wanted = version == 0 ? charter_->version() : version;
  if (wanted > charter_->version()) {
    return NotFound("there is no charter version %llu yet",
                    static_cast<unsigned long long>(wanted));
  }
  return charters_.Note(wanted);
}

Status HubState::MarkEnrolled(const std::string& member, Time now) {
  const std::string folder = JoinPath(folder_, "enrolled");
  const std::string path = JoinPath(folder, member);
  if (files_.Exists(path)) return OkStatus();
  WEIR_RETURN_IF_ERROR(files_.MakeFolder(folder));
  return files_.WriteDurably(path, FormatTime(now) + "\n", FileMode::kPrivate);
}

StatusOr<std::vector<std::string>> HubState::Enrolled() const {
  const std::string folder = JoinPath(folder_, "enrolled");
  if (!files_.Exists(folder)) return std::vector<std::string>();
  return files_.List(folder);
}

Status CreateHubIdentity(const std::string& state_folder, const HubIdentityOptions& options,
                         Clock& clock, RandomSource& random, Files& files) {
  if (files.Exists(JoinPath(state_folder, "version"))) {
    return AlreadyExists("%s holds a state already", state_folder.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const crypto::TrustDomain domain,
                        crypto::TrustDomain::Create(options.hub, options.coalition));
  WEIR_ASSIGN_OR_RETURN(const crypto::CertificateAuthority authority,
                        crypto::CertificateAuthority::Create(
                            {.domain = domain, .validity = kAuthorityValidity}, clock, random));
  WEIR_ASSIGN_OR_RETURN(const crypto::SpiffeId id, crypto::SpiffeId::Create(domain, "hub"));
  const crypto::TlsKey key = crypto::TlsKey::Generate();
  WEIR_ASSIGN_OR_RETURN(
      const std::string certificate,
      authority.Issue(
          crypto::MakeCertificateRequest(key, id),
          {.id = id, .role = crypto::CertificateRole::kNode, .validity = kCertificateValidity},
          clock, random));
  v1::HubCard card;
  card.set_hub(options.hub);
  card.set_address(options.address);
  card.set_certificate_authority(authority.certificate_pem());
  WEIR_ASSIGN_OR_RETURN(const std::string card_text, doc::WriteYaml(card));

  WEIR_RETURN_IF_ERROR(files.MakeFolder(JoinPath(state_folder, "identity")));
  WEIR_RETURN_IF_ERROR(
      crypto::WriteTlsKey(files, IdentityPath(state_folder, "authority.key"), authority.key()));
  WEIR_RETURN_IF_ERROR(crypto::WriteTlsKey(files, IdentityPath(state_folder, "hub.tls.key"), key));
  WEIR_RETURN_IF_ERROR(files.WriteDurably(IdentityPath(state_folder, "authority.pem"),
                                          authority.certificate_pem(), FileMode::kPublic));
  WEIR_RETURN_IF_ERROR(files.WriteDurably(IdentityPath(state_folder, "hub.tls.pem"), certificate,
                                          FileMode::kPublic));
  WEIR_RETURN_IF_ERROR(
      files.WriteDurably(IdentityPath(state_folder, "hub.yaml"), card_text, FileMode::kPublic));
  // Last: a state without its version file does not count.
  return files.WriteDurably(JoinPath(state_folder, "version"), kStateVersion, FileMode::kPrivate);
}

}  // namespace weir::hub
