// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_MEMBER_MEMBER_WORLD_H_
#define WEIR_TESTS_MEMBER_MEMBER_WORLD_H_

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/member/test_network.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/files.h"
#include "weir/data/source_engine.h"
#include "weir/hub/hub.h"
#include "weir/member/identity.h"
#include "weir/member/member.h"

namespace weir::test {

inline constexpr std::chrono::milliseconds kTick{1000};

// Thirty crashes on seven weekdays, one row a crash.
inline constexpr char kCrashesYaml[] = R"(dataset: crashes
theme: transportation
source: {csv: {path: crashes.csv}}
privacy_unit: [case_id]
columns:
  case_id: {type: text}
  weekday: {type: int, domain: {values: [1, 2, 3, 4, 5, 6, 7]}}
  hour: {type: int, bounds: [0, 23]}
  fatalities: {type: int, bounds: [0, 10]}
budget: {epsilon: 2, delta: 1e-6}
)";

std::string CrashesCsv();
// One question with this epsilon.
std::string SpecOf(const std::string& epsilon);
// An agreement by which `consumer` may ask `provider` for rows and units by weekday.
struct AgreementTerms {
  std::string id = "crashes-agreed";
  std::string provider = "co";
  std::string consumer = "kc";
  std::string epsilon = "2";
  std::string approval = "auto";
  std::string not_before = "2026-01-01T00:00:00Z";
  std::string expires = "2027-01-01T00:00:00Z";
};
std::string AgreementYaml(const AgreementTerms& terms);

// A clock that is wrong by a fixed amount.
class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(Clock& base) : base_(base) {}
  Time Now() override { return base_.Now() + shift_; }
  void Shift(std::chrono::milliseconds shift) { shift_ = shift; }

 private:
  Clock& base_;
  std::chrono::milliseconds shift_{0};
};

// The engine behind it, with work that takes time on the world's clock.
class SlowEngine final : public data::Engine {
 public:
  SlowEngine(std::unique_ptr<data::Engine> engine, FakeClock& clock)
      : engine_(std::move(engine)), clock_(clock) {}
  void Take(std::chrono::milliseconds time) { time_ = time; }
  // What every aggregation ends with; OK: none.
  void set_fault(Status fault) { fault_ = std::move(fault); }
  StatusOr<Private<data::AggregateTable>> Aggregate(const data::DatasetDescription& dataset,
                                                    const data::AggregateQuery& query,
                                                    Charge charge) override {
    clock_.Advance(time_);
    WEIR_RETURN_IF_ERROR(fault_);
    return engine_->Aggregate(dataset, query, std::move(charge));
  }
  StatusOr<OwnerView<data::SourceReport>> Check(const data::DatasetDescription& dataset) override {
    return engine_->Check(dataset);
  }

 private:
  std::unique_ptr<data::Engine> engine_;
  Status fault_ = OkStatus();
  FakeClock& clock_;
  std::chrono::milliseconds time_{0};
};

// A coalition "partnership" of co, il, kc and a hub, with its charter in force, in one thread on
// virtual time. Aborts when its own set-up fails.
class MemberWorld {
 public:
  // A new one, in a folder of its own.
  MemberWorld();
  // A new one in `folder`, which stays.
  static std::unique_ptr<MemberWorld> MakeIn(const std::string& folder);
  // Over state folders that another world has made, and left. `files` of a member, if not the
  // system's; must outlive the world.
  MemberWorld(const std::string& folder, std::map<std::string, Files*> files);
  ~MemberWorld();

  member::Member& at(const std::string& id) { return *members_.at(id); }
  hub::Hub& hub() { return *hub_; }
  FakeClock& clock() { return clock_; }
  ShiftedClock& clock_of(const std::string& id) { return *clocks_.at(id); }
  TestNetwork& network() { return network_; }
  SlowEngine& engine() { return *engine_; }
  const std::string& folder() const { return folder_; }
  std::string StateOf(const std::string& id) const { return folder_ + "/" + id; }
  std::string CsvOf(const std::string& id) const {
    return folder_ + "/data-" + id + "/crashes.csv";
  }
  member::Identity IdentityOf(const std::string& id) const;
  std::string charter_note() const;

  void Close(const std::string& id);
  Status Open(const std::string& id);
  // Closes and opens again.
  void Restart(const std::string& id);
  void RestartHub();

  // Time goes on by a tick, then everyone works.
  void Tick();
  void Ticks(int count);

  // Registers the crashes at a member, over its own copy of the file.
  void AddCrashes(const std::string& id);
  // Digest of the text that `at_member` holds under this id with `other`; empty: none.
  std::string AgreementDigest(const std::string& at_member, const std::string& id,
                              const std::string& other);
  // An agreement in force.
  void Agree(const AgreementTerms& terms);
  // Sends; returns the request's summary at the requester.
  v1::RequestSummary Ask(const std::string& from, const std::string& to,
                         const std::string& agreement, const std::string& spec);
  v1::RequestSummary Request(const std::string& at, const std::string& request);
  v1::VerifyLedgerResponse Ledger(const std::string& id);
  uint64_t Charges(const std::string& id);
  std::vector<v1::PackageSummary> Packages(const std::string& id);
  std::string Part(const std::string& id, const std::string& package, v1::PackagePart part);

 private:
  static void CopyTemplate(const std::string& folder);
  void OpenAll();
  void InstallCharters();
  Files& FilesOf(const std::string& id);

  std::unique_ptr<TemporaryFolder> own_folder_;
  std::string folder_;
  FakeClock clock_;
  std::map<std::string, Files*> files_;
  std::map<std::string, std::unique_ptr<ShiftedClock>> clocks_;
  TestNetwork network_;
  std::unique_ptr<SlowEngine> engine_;
  std::unique_ptr<hub::Hub> hub_;
  std::map<std::string, std::unique_ptr<member::Member>> members_;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_MEMBER_MEMBER_WORLD_H_
