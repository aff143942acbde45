// SPDX-License-Identifier: Apache-2.0
#include "tests/member/member_world.h"

#include <filesystem>
#include <iostream>
#include <utility>

#include "weir/coalition/charter.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/charter.pb.h"

namespace weir::test {
namespace {

constexpr const char* kMembers[] = {"co", "il", "kc"};
constexpr char kHub[] = "hub";
constexpr char kCoalition[] = "partnership";

void MustBeOk(const Status& status, const char* what) {
  if (status.ok()) return;
  std::cerr << "test world: " << what << ": " << status.ToString() << "\n";
  WEIR_CHECK(status.ok());
}

template <class T>
T Must(StatusOr<T> result, const char* what) {
  MustBeOk(result.status(), what);
  return *std::move(result);
}

template <class M>
M ReadCard(const std::string& path) {
  const std::string text = Must(SystemFiles().Read(path, 1 << 20), "card");
  return Must(doc::ParseYaml<M>(text, path), "card").message;
}

std::string SignCharter(const std::string& folder) {
  v1::Charter charter;
  charter.set_coalition(kCoalition);
  charter.set_version(1);
  charter.set_created("2026-01-01T00:00:00Z");
  charter.set_expires("2028-01-01T00:00:00Z");
  charter.mutable_rule()->set_threshold(2);
  for (const char* id : kMembers) {
    *charter.add_members() = ReadCard<v1::MemberCard>(folder + "/" + id + "/identity/member.yaml");
  }
  *charter.mutable_hub() = ReadCard<v1::HubCard>(folder + "/hub/identity/hub.yaml");
  const std::string text = Must(coalition::DraftCharter(charter), "charter");
  std::vector<crypto::NoteSigner> signers;
  for (const char* id : kMembers) {
    member::Identity identity =
        Must(member::LoadIdentity(folder + "/" + id, SystemFiles()), "identity");
    signers.push_back(std::move(identity.charter_signer));
  }
  return Must(crypto::SignNote(text, signers), "charter");
}

// The state folders of a coalition before anything has happened; made once a process.
const std::string& Template() {
  static const std::unique_ptr<TemporaryFolder> folder = [] {
    auto made = std::make_unique<TemporaryFolder>();
    FakeClock clock;
    int port = 7001;
    for (const char* id : kMembers) {
      MustBeOk(member::CreateIdentity(made->Path(id),
                                      {.member = id,
                                       .coalition = kCoalition,
                                       .title = std::string("Region ") + id,
                                       .address = "127.0.0.1:" + std::to_string(port++),
                                       .steward = "alice"},
                                      clock, SystemRandom(), SystemFiles()),
               "identity");
    }
    MustBeOk(
        hub::CreateHubIdentity(made->Path(kHub),
                               {.hub = kHub, .coalition = kCoalition, .address = "127.0.0.1:7000"},
                               clock, SystemRandom(), SystemFiles()),
        "hub");
    WriteTextFile(made->Path("charter.note"), SignCharter(made->path()));
    return made;
  }();
  return folder->path();
}

}  // namespace

std::string CrashesCsv() {
  std::string csv = "case_id,weekday,hour,fatalities\n";
  for (int i = 0; i < 30; ++i) {
    csv += "c" + std::to_string(i) + "," + std::to_string(i % 7 + 1) + "," +
           std::to_string(i % 24) + "," + std::to_string(i % 3) + "\n";
  }
  return csv;
}

std::string SpecOf(const std::string& epsilon) {
  return "dataset: crashes\nkeys: [weekday]\nmeasures: [rows]\n"
         "bounds: {max_keys_per_unit: 1, max_rows_per_key: 1}\nprivacy: {epsilon: " +
         epsilon + "}\n";
}

std::string AgreementYaml(const AgreementTerms& terms) {
  return "agreement: " + terms.id + "\ncoalition: partnership\nprovider: " + terms.provider +
         "\nconsumer: " + terms.consumer +
         "\ndataset: crashes\npurpose: joint road safety figures\nkeys: [weekday]\n"
         "measures: [rows, units]\nbudget_share: {epsilon: " +
         terms.epsilon + "}\napproval: " + terms.approval + "\nnot_before: " + terms.not_before +
         "\nexpires: " + terms.expires + "\n";
}

MemberWorld::MemberWorld()
    : own_folder_(std::make_unique<TemporaryFolder>()), folder_(own_folder_->path()) {
  CopyTemplate(folder_);
  OpenAll();
  InstallCharters();
}

std::unique_ptr<MemberWorld> MemberWorld::MakeIn(const std::string& folder) {
  CopyTemplate(folder);
  auto world = std::make_unique<MemberWorld>(folder, std::map<std::string, Files*>());
  world->InstallCharters();
  return world;
}

void MemberWorld::CopyTemplate(const std::string& folder) {
  std::filesystem::copy(Template(), folder, std::filesystem::copy_options::recursive);
}

void MemberWorld::InstallCharters() {
  MustBeOk(hub_->InstallCharter(charter_note()), "charter at the hub");
  for (const char* id : kMembers) {
    v1::InstallCharterRequest request;
    request.set_charter(charter_note());
    MustBeOk(at(id).InstallCharter("alice", request).status(), "charter");
  }
}

MemberWorld::MemberWorld(const std::string& folder, std::map<std::string, Files*> files)
    : folder_(folder), files_(std::move(files)) {
  OpenAll();
}

MemberWorld::~MemberWorld() = default;

void MemberWorld::OpenAll() {
  engine_ = std::make_unique<SlowEngine>(
      std::make_unique<data::SourceEngine>(Must(
          data::SourceEngine::Create({.threads = 1, .temp_folder = {}}, SystemRandom()), "engine")),
      clock_);
  RestartHub();
  for (const char* id : kMembers) {
    clocks_[id] = std::make_unique<ShiftedClock>(clock_);
    MustBeOk(Open(id), "member");
  }
}

Files& MemberWorld::FilesOf(const std::string& id) {
  const auto found = files_.find(id);
  return found == files_.end() ? SystemFiles() : *found->second;
}

member::Identity MemberWorld::IdentityOf(const std::string& id) const {
  return Must(member::LoadIdentity(StateOf(id), SystemFiles()), "identity");
}

std::string MemberWorld::charter_note() const { return ReadTextFile(folder_ + "/charter.note"); }

void MemberWorld::Close(const std::string& id) {
  network_.Attach(id, nullptr);
  members_[id].reset();
}

Status MemberWorld::Open(const std::string& id) {
  StatusOr<std::unique_ptr<member::Member>> opened = member::Member::Open(
      {.state_folder = StateOf(id), .tick = kTick}, {.clock = *clocks_.at(id),
                                                     .random = SystemRandom(),
                                                     .files = FilesOf(id),
                                                     .messenger = &network_.MessengerOf(id),
                                                     .engine = *engine_});
  if (!opened.ok()) return opened.status();
  members_[id] = *std::move(opened);
  network_.Attach(id, members_[id].get());
  return OkStatus();
}

void MemberWorld::Restart(const std::string& id) {
  Close(id);
  MustBeOk(Open(id), "restart");
}

void MemberWorld::RestartHub() {
  hub_.reset();
  hub_ = Must(hub::Hub::Open({.state_folder = StateOf(kHub)}, clock_, SystemFiles()), "hub");
  network_.AttachHub(kHub, hub_.get());
}

void MemberWorld::Tick() {
  clock_.Advance(kTick);
  for (const auto& [id, member] : members_) {
    if (member != nullptr) member->Work();
  }
}

void MemberWorld::Ticks(int count) {
  for (int i = 0; i < count; ++i) Tick();
}

void MemberWorld::AddCrashes(const std::string& id) {
  const std::string folder = folder_ + "/data-" + id;
  MustBeOk(SystemFiles().MakeFolder(folder), "data folder");
  WriteTextFile(folder + "/crashes.csv", CrashesCsv());
  v1::AddDatasetRequest request;
  request.set_document(kCrashesYaml);
  request.set_folder(folder);
  MustBeOk(at(id).AddDataset("alice", request).status(), "data set");
}

std::string MemberWorld::AgreementDigest(const std::string& at_member, const std::string& id,
                                         const std::string& other) {
  const auto listed = Must(at(at_member).ListAgreements("alice", {}), "agreements");
  for (const v1::AgreementSummary& summary : listed.agreements()) {
    const bool with = summary.provider() == other || summary.consumer() == other;
    if (summary.agreement() == id && with) return summary.text_sha256();
  }
  return "";
}

void MemberWorld::Agree(const AgreementTerms& terms) {
  v1::ProposeAgreementRequest propose;
  propose.set_document(AgreementYaml(terms));
  MustBeOk(at(terms.consumer).ProposeAgreement("alice", propose).status(), "proposal");
  v1::SignAgreementRequest sign;
  sign.set_agreement(terms.id);
  sign.set_other_party(terms.consumer);
  sign.set_text_sha256(AgreementDigest(terms.provider, terms.id, terms.consumer));
  MustBeOk(at(terms.provider).SignAgreement("alice", sign).status(), "signature");
}

v1::RequestSummary MemberWorld::Ask(const std::string& from, const std::string& to,
                                    const std::string& agreement, const std::string& spec) {
  v1::SendRequestRequest request;
  request.set_target(to);
  request.set_agreement(agreement);
  request.set_spec(spec);
  return Must(at(from).SendRequest("alice", request), "request").request();
}

v1::RequestSummary MemberWorld::Request(const std::string& at_member, const std::string& request) {
  v1::GetRequestRequest get;
  get.set_request(request);
  return Must(at(at_member).GetRequest("alice", get), "request").request();
}

v1::VerifyLedgerResponse MemberWorld::Ledger(const std::string& id) {
  return Must(at(id).VerifyLedger("alice", {}), "ledger");
}

uint64_t MemberWorld::Charges(const std::string& id) {
  return Must(at(id).GetLedger("alice", {}), "ledger").balances(0).charges();
}

std::vector<v1::PackageSummary> MemberWorld::Packages(const std::string& id) {
  const auto listed = Must(at(id).ListPackages("alice", {}), "packages");
  return {listed.packages().begin(), listed.packages().end()};
}

std::string MemberWorld::Part(const std::string& id, const std::string& package,
                              v1::PackagePart part) {
  v1::GetPackageChunkRequest request;
  request.set_package(package);
  request.set_part(part);
  std::string bytes;
  while (true) {
    request.set_offset(bytes.size());
    const auto chunk = Must(at(id).GetPackageChunk("alice", request), "part");
    bytes += chunk.data();
    if (bytes.size() >= chunk.total_bytes()) return bytes;
  }
}

}  // namespace weir::test
