// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/panel_audit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/rational.h"

namespace weir::test {
namespace {

using release::MeasurePlan;
using release::ReleasedMeasure;
using release::ReleaseTable;

using CellFigures = std::vector<std::vector<double>>;  // [measure][cell of a panel]

// How an adversary who knows all but one unit looks at a panel; learnt from releases of their own.
struct Viewpoint {
  PanelShape shape;
  std::vector<MeasurePlan> measures;
  CellFigures usual;  // what is there without the unit
  CellFigures shift;  // what the unit adds, on average over the choice of its rows
};

std::vector<double> CellOverPanels(const PanelShape& shape, const ReleasedMeasure& measure,
                                   uint64_t cell) {
  std::vector<double> values;
  for (uint64_t row = cell; row < measure.values.size(); row += shape.cells_of_panel()) {
    values.push_back(static_cast<double>(measure.values[row]));
  }
  return values;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Viewpoint Learn(const PanelShape& shape, const std::vector<MeasurePlan>& measures,
                const ReleaseTable& with_unit, const ReleaseTable& without_unit) {
  Viewpoint view{.shape = shape, .measures = measures, .usual = {}, .shift = {}};
  for (size_t m = 0; m < measures.size(); ++m) {
    view.usual.emplace_back();
    view.shift.emplace_back();
    for (uint64_t cell = 0; cell < shape.cells_of_panel(); ++cell) {
      const auto without = CellOverPanels(shape, without_unit.measures[m], cell);
      const auto with = CellOverPanels(shape, with_unit.measures[m], cell);
      view.usual[m].push_back(Median(without));
      view.shift[m].push_back(Mean(with) - Mean(without));
    }
  }
  return view;
}

// The privacy loss of one cell, if the unit adds `shift`.
struct Change {
  double value;
  double shift;
};
double CellLoss(const NoiseEvent& event, const Change& change) {
  const double parameter = dp::ToDouble(event.parameter);
  if (event.kind == NoiseKind::kDiscreteGaussian) return change.value * change.shift / parameter;
  return (std::abs(change.value) - std::abs(change.value - change.shift)) / parameter;
}

// The privacy loss, the total of everything in units of noise, the first cell of the first measure,
// and the difference of its first two cells.
const std::vector<std::string> kStatistics = {"loss", "total", "first", "difference"};

dp::AuditValues Statistics(const Viewpoint& view, const ReleaseTable& table) {
  const uint64_t cells = view.shape.cells_of_panel();
  dp::AuditValues values(kStatistics.size());
  for (uint64_t panel = 0; panel < view.shape.panels(); ++panel) {
    double loss = 0;
    double total = 0;
    for (size_t m = 0; m < view.measures.size(); ++m) {
      const dp::PlannedNoise& noise = view.measures[m].noise;
      for (uint64_t cell = 0; cell < cells; ++cell) {
        const double value = static_cast<double>(table.measures[m].values[panel * cells + cell]) -
                             view.usual[m][cell];
        loss += CellLoss(noise.event, {.value = value, .shift = view.shift[m][cell]});
        total += value / noise.standard_error;
      }
    }
    const std::vector<int128>& first = table.measures[0].values;
    values[0].push_back(loss);
    values[1].push_back(total);
    values[2].push_back(static_cast<double>(first[panel * cells]));
    values[3].push_back(static_cast<double>(first[panel * cells] - first[panel * cells + 1]));
  }
  return values;
}

// Hands out the panels of one release after the other.
dp::AuditSampler SamplerOf(const Viewpoint& view, RunOnce run) {
  struct Buffer {
    dp::AuditValues values{kStatistics.size()};
    size_t used = 0;
  };
  auto buffer = std::make_shared<Buffer>();
  return [&view, run = std::move(run), buffer](size_t count) -> StatusOr<dp::AuditValues> {
    dp::AuditValues answer(kStatistics.size());
    while (answer[0].size() < count) {
      if (buffer->used == buffer->values[0].size()) {
        *buffer = {.values = Statistics(view, run()), .used = 0};
      }
      const size_t take =
          std::min(count - answer[0].size(), buffer->values[0].size() - buffer->used);
      for (size_t s = 0; s < answer.size(); ++s) {
        const auto from = buffer->values[s].begin() + static_cast<std::ptrdiff_t>(buffer->used);
        answer[s].insert(answer[s].end(), from, from + static_cast<std::ptrdiff_t>(take));
      }
      buffer->used += take;
    }
    return answer;
  };
}

}  // namespace

dp::AuditReport AuditPaths(const Paths& paths, Delta delta, const Effort& samples) {
  const Viewpoint view =
      Learn(paths.shape, paths.measures, paths.with_unit(), paths.without_unit());
  SeededRandom coins(StatisticalSeed(23));
  dp::AuditReport report =
      dp::AuditEpsilon(
          {.one = SamplerOf(view, paths.with_unit),
           .other = SamplerOf(view, paths.without_unit),
           .statistics = kStatistics},
          {.delta = delta, .samples = samples.value(), .false_positive_rate = kFalsePositiveRate},
          coins)
          .value();
  std::cout << "found " << report.epsilon << " by " << report.event << "\n";
  return report;
}

}  // namespace weir::test
