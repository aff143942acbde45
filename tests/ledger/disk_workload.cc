// SPDX-License-Identifier: Apache-2.0
#include "tests/ledger/disk_workload.h"

#include <vector>

namespace weir::ledger::test {
namespace {

constexpr const char* kPath = "/ledger.db";

StatusOr<std::unique_ptr<Ledger>> OpenOn(const SimulatedVfs& vfs, FakeClock& clock,
                                         SeededRandom& random, SimulatedFiles& files) {
  return Ledger::Open({.path = kPath, .vfs = vfs.name()}, clock, random, files);
}

int64_t Spent(const std::vector<ChargeRecord>& records) {
  int64_t units = 0;
  for (const ChargeRecord& record : records) units += record.cost.epsilon().units();
  return units;
}

}  // namespace

void DiskWorkload::Run() {
  for (const char* name : {"x", "y", "z"}) Life(name);
}

void DiskWorkload::Note(const Status& status) {
  if (status.ok() && failed_) wrote_after_failure_ = true;
  if (status.ok() || PolicyRefusalReason(status).has_value()) return;
  failed_ = true;
  failures_.insert(status.code());
}

void DiskWorkload::Life(const std::string& name) {
  failed_ = false;
  auto opened = OpenOn(vfs_, clock_, random_, files_);
  if (!opened.ok()) return;
  Ledger& ledger = **opened;
  if (!acknowledged_.granted) {
    const Status granted = ledger.Grant("crashes", BudgetOf("1"), YearlyUnit());
    Note(granted);
    acknowledged_.granted = granted.ok();
  }
  Debit(ledger, name + "1");
  Debit(ledger, name + "2");
  const auto before = acknowledged_.charges;
  for (const auto& [id, state] : before) {
    if (state != ChargeState::kDebited) continue;
    const bool complete = acknowledged_.charges.size() % 2 == 0;
    const Status status =
        complete ? ledger.Complete(id, DigestOf("a"), DigestOf("b")) : ledger.Fail(id);
    Note(status);
    if (status.ok()) {
      acknowledged_.charges[id] = complete ? ChargeState::kCompleted : ChargeState::kFailed;
    }
    break;
  }
  Debit(ledger, name + "3");
}

void DiskWorkload::Debit(Ledger& ledger, const std::string& plan) {
  const StatusOr<Charge> charge = ledger.Debit(SharedQuestion(plan, "0.2", "kc", BudgetOf("2")));
  Note(charge.status());
  if (!charge.ok() && !PolicyRefusalReason(charge.status()).has_value()) ++acknowledged_.unknown;
  if (charge.ok()) acknowledged_.charges[charge->id()] = ChargeState::kDebited;
}

std::string FindFault(SimulatedDisk& disk, const Acknowledged& acknowledged) {
  SimulatedVfs vfs(disk);
  SimulatedFiles files(disk);
  FakeClock clock;
  SeededRandom random(2);
  auto opened = OpenOn(vfs, clock, random, files);
  if (!opened.ok()) return "open: " + MessageOf(opened.status());
  Ledger& ledger = **opened;
  auto records = ledger.Export();
  if (!records.ok()) return "export: " + MessageOf(records.status());
  if (records->size() > acknowledged.charges.size() + acknowledged.unknown + 1)
    return "charges from nowhere";
  for (const auto& [id, state] : acknowledged.charges) {
    const auto record = ledger.Get(id);
    if (!record.ok()) return "lost charge: " + MessageOf(record.status());
    if (state != ChargeState::kDebited && record->state != state) return "lost state";
  }
  const auto accounts = ledger.Accounts();
  if (acknowledged.granted && accounts->size() != 1) return "lost grant";
  if (accounts->empty()) return {};
  for (int i = 0; ledger.Debit(Question("more", "0.2")).ok(); ++i) {
    if (i > 5) return "endless budget";
  }
  records = ledger.Export();
  if (!records.ok()) return "export: " + MessageOf(records.status());
  if (Spent(*records) > EpsilonOf("1").units()) return "overspent";
  if (Spent(*records) != EpsilonOf("1").units()) return "recovered ledger does not work";
  return {};
}

}  // namespace weir::ledger::test
