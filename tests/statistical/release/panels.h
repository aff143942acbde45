// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_STATISTICAL_RELEASE_PANELS_H_
#define WEIR_TESTS_STATISTICAL_RELEASE_PANELS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/ledger/simulated_disk.h"
#include "tests/ledger/simulated_vfs.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_folder.h"
#include "weir/data/dataset.h"
#include "weir/data/source_engine.h"
#include "weir/ledger/ledger.h"
#include "weir/release/plan.h"
#include "weir/release/release_table.h"

namespace weir::test {

// Many independent runs of the whole release path for the price of one.
//
// A panel is a small table whose release is to be audited. One file holds many panels, each with
// people of its own, and panel is a key of the release: so one release of the file is one release
// of every panel. They are independent and of one law, because noise is drawn for every cell by
// itself and which of a person's rows count depends on nothing but that person's rows and a key
// that is fresh in every release.

// One row of one panel; columns as text, so that anything can stand there.
struct PanelRow {
  std::string person;  // the same name in two panels is two people
  std::string cell;
  std::string amount;
  std::string day = "2025-01-01";
};

// What the cells of a panel are.
enum class PanelCells {
  kDomain,  // values "0", "1", ... of a public domain, and one for no value
  kOpen,    // the same, but nobody knows them before
  kDays,    // 2025-01-01 and the days after it, 9 at most: totals may run over them
  kLevels,  // the leaves of a hierarchy of pairs of cells; its other nodes are their sums
};

struct PanelShape {
  uint32_t high = 100;  // high * low panels
  uint32_t low = 100;
  uint32_t cells = 1;  // of each panel; 0: a panel is one cell
  PanelCells kind = PanelCells::kDomain;
  bool has_months = false;                      // the unit is a person in a month
  std::string amount = "[-1, 2.5], grid: 0.5";  // bounds of the summed column
  // Of the release.
  std::string measures = "[rows]";
  uint32_t max_keys = 1;
  uint32_t max_rows = 1;
  std::string bounds = {};  // instead of these two
  std::string privacy = "{epsilon: 1}";
  // Of the rows, or else: "selection: {}", "top: {keys: 1}", "windows: [...]".
  std::string choice = {};

  uint64_t panels() const { return uint64_t{high} * low; }
  uint64_t cells_of_panel() const { return uint64_t{cells} + 1; }
};

// What a release shows of its panels, in the order of its columns: values on their grids, and of a
// real measure the value, the width of its interval and its standard error.
class PanelFigures {
 public:
  PanelFigures(const PanelShape& shape, const release::ReleaseTable& table);

  // NaN: the row is not shown.
  double At(uint64_t panel, uint64_t cell, size_t column) const {
    return figures_[(panel * cells_ + cell) * columns_ + column];
  }
  size_t columns() const { return columns_; }

 private:
  uint64_t cells_;
  size_t columns_ = 0;
  std::vector<double> figures_;
};

// The data set of panels that all hold `rows`, its ledger, and the road from plan to release.
class PanelRelease {
 public:
  // Aborts on an error, as do the others.
  PanelRelease(const PanelShape& shape, const std::vector<PanelRow>& rows, uint64_t seed);

  // Plan to release: ledger, engine, noise step; afresh in every call, which has a budget of its
  // own: an audit spends more than any.
  release::ReleaseTable Run();
  // The same to the bytes that leave, and back: the values as a recipient reads them. Of counts.
  release::ReleaseTable RunThroughDoor();

  const PanelShape& shape() const { return shape_; }
  // What Run asks; a test may alter it to see whether the audit notices.
  release::ReleasePlan& plan() { return *plan_; }

 private:
  data::DatasetDescription Describe(const std::string& epoch) const;
  void Grant(const std::string& account);
  release::ReleasePlan MakePlan(const data::DatasetDescription& dataset) const;

  PanelShape shape_;
  TemporaryFolder folder_;
  FakeClock clock_;
  SeededRandom engine_random_;
  SeededRandom noise_random_;
  std::unique_ptr<data::DatasetDescription> dataset_;
  std::unique_ptr<data::SourceEngine> engine_;
  // Of the ledger: waiting for a real disk would be most of the time.
  ledger::test::SimulatedDisk disk_;
  ledger::test::SimulatedVfs vfs_{disk_};
  ledger::test::SimulatedFiles files_{disk_};
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<release::ReleasePlan> plan_;
  int epochs_ = 0;
  int runs_ = 0;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_STATISTICAL_RELEASE_PANELS_H_
