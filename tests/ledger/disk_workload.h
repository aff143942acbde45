// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_LEDGER_DISK_WORKLOAD_H_
#define WEIR_TESTS_LEDGER_DISK_WORKLOAD_H_

#include <map>
#include <memory>
#include <set>
#include <string>

#include "tests/ledger/ledger_fixture.h"
#include "tests/ledger/simulated_disk.h"
#include "tests/ledger/simulated_vfs.h"
#include "weir/ledger/ledger.h"

namespace weir::ledger::test {

// What the ledger said OK to, noted after each call returned.
struct Acknowledged {
  bool granted = false;
  std::map<std::string, ChargeState> charges;
  // Debits that failed for the disk: each may or may not be found later.
  uint64_t unknown = 0;
};

// A ledger's life on a simulated disk: opened three times; debits beyond the budget (1) in steps
// of 0.2, some of them completed or failed. A call that fails is passed over. One at a time.
class DiskWorkload {
 public:
  explicit DiskWorkload(SimulatedDisk& disk) : vfs_(disk), files_(disk) {}
  void Run();
  const Acknowledged& acknowledged() const { return acknowledged_; }
  // Codes of all calls that failed for the disk.
  const std::set<StatusCode>& failures() const { return failures_; }
  // Whether in one life a write passed after another had failed for the disk.
  bool wrote_after_failure() const { return wrote_after_failure_; }

 private:
  void Life(const std::string& name);
  void Note(const Status& status);
  void Debit(Ledger& ledger, const std::string& plan);

  SimulatedVfs vfs_;
  SimulatedFiles files_;
  FakeClock clock_;
  SeededRandom random_{1};
  Acknowledged acknowledged_;
  std::set<StatusCode> failures_;
  bool failed_ = false;
  bool wrote_after_failure_ = false;
};

// Opens what is on the disk, as after a restart, and says what is wrong with it: an acknowledged
// grant, charge or state is missing; more is charged than acknowledged, unknown and one call in
// flight; the chain is broken; or more can be spent than the budget. Empty: nothing.
std::string FindFault(SimulatedDisk& disk, const Acknowledged& acknowledged);

}  // namespace weir::ledger::test

#endif  // WEIR_TESTS_LEDGER_DISK_WORKLOAD_H_
