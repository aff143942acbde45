// SPDX-License-Identifier: Apache-2.0
#include "tests/statistical/release/panel_audit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "tests/statistical/dp/goodness_of_fit.h"
#include "tests/support/seeded_random.h"
#include "weir/dp/rational.h"

namespace weir::test {
namespace {

using release::ReleasePlan;
using release::ReleaseTable;

using Grid = std::vector<std::vector<double>>;  // [column][cell of a panel]
using Matrix = std::vector<std::vector<double>>;

// The noise of every column of PanelFigures; nothing where a figure is made of several numbers.
using Noises = std::vector<std::optional<dp::PlannedNoise>>;
Noises NoisesOf(const ReleasePlan& plan) {
  Noises noises;
  for (const release::MeasurePlan& measure : plan.measures) {
    const release::Channel& channel = plan.channels[measure.channels.front()];
    const bool is_exact =
        measure.channels.size() == 1 && channel.shape != release::ChannelShape::kTree;
    if (measure.errors_by_row) {
      noises.insert(noises.end(), measure.columns.size(), std::nullopt);
      continue;
    }
    for (size_t column = 0; column < measure.columns.size(); ++column) {
      if (is_exact) noises.push_back(channel.noise);
      if (!is_exact) noises.insert(noises.end(), 3, std::nullopt);
    }
  }
  return noises;
}

struct Figure {
  size_t column;
  uint64_t cell;
};

// The best that sums of the figures of a panel can do where they are correlated: weights
// C^-1 (mean with - mean without), C their covariance (R. A. Fisher, "The use of multiple
// measurements in taxonomic problems", 1936). With Gaussian noise that is the privacy loss.
struct Discriminant {
  std::vector<Figure> figures;
  std::vector<double> weights;
};

// How an adversary who knows all but one unit looks at a panel; learnt from releases of their own.
struct Viewpoint {
  PanelShape shape;
  Noises noises;
  Grid usual;  // what is there without the unit
  Grid shift;  // what the unit adds, on average over the choice of its rows
  Discriminant discriminant;
};

// Of all panels that show it.
std::vector<double> OverPanels(const PanelShape& shape, const PanelFigures& figures,
                               const Figure& figure) {
  std::vector<double> values;
  for (uint64_t panel = 0; panel < shape.panels(); ++panel) {
    const double value = figures.At(panel, figure.cell, figure.column);
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Of figures that all panels show.
Matrix Covariance(const Viewpoint& view, const PanelFigures& sample,
                  const std::vector<Figure>& figures) {
  Matrix covariance(figures.size(), std::vector<double>(figures.size()));
  std::vector<double> means;
  for (const Figure& figure : figures)
    means.push_back(Mean(OverPanels(view.shape, sample, figure)));
  for (uint64_t panel = 0; panel < view.shape.panels(); ++panel) {
    for (size_t i = 0; i < figures.size(); ++i) {
      const double first = sample.At(panel, figures[i].cell, figures[i].column) - means[i];
      for (size_t j = 0; j < figures.size(); ++j) {
        covariance[i][j] +=
            first * (sample.At(panel, figures[j].cell, figures[j].column) - means[j]);
      }
    }
  }
  return covariance;
}

// a x = b for positive definite a, by elimination.
std::vector<double> Solve(Matrix a, std::vector<double> b) {
  const size_t size = b.size();
  for (size_t pivot = 0; pivot < size; ++pivot) {
    for (size_t row = pivot + 1; row < size; ++row) {
      const double factor = a[row][pivot] / a[pivot][pivot];
      for (size_t column = pivot; column < size; ++column) {
        a[row][column] -= factor * a[pivot][column];
      }
      b[row] -= factor * b[pivot];
    }
  }
  for (size_t row = size; row-- > 0;) {
    for (size_t column = row + 1; column < size; ++column) b[row] -= a[row][column] * b[column];
    b[row] /= a[row][row];
  }
  return b;
}

Discriminant LearnDiscriminant(const Viewpoint& view, const PanelFigures& sample) {
  Discriminant discriminant;
  std::vector<double> shift;
  for (size_t column = 0; column < view.shift.size(); ++column) {
    for (uint64_t cell = 0; cell < view.shape.cells_of_panel(); ++cell) {
      const std::vector<double> values = OverPanels(view.shape, sample, {column, cell});
      if (values.size() < view.shape.panels() || view.shape.panels() == 1) continue;
      discriminant.figures.push_back({column, cell});
      shift.push_back(view.shift[column][cell]);
    }
  }
  discriminant.weights = Solve(Covariance(view, sample, discriminant.figures), shift);
  return discriminant;
}

Viewpoint Learn(const PanelShape& shape, const ReleasePlan& declared, const ReleaseTable& with_unit,
                const ReleaseTable& without_unit) {
  Viewpoint view{
      .shape = shape, .noises = NoisesOf(declared), .usual = {}, .shift = {}, .discriminant = {}};
  const PanelFigures with(shape, with_unit);
  const PanelFigures without(shape, without_unit);
  for (size_t column = 0; column < view.noises.size(); ++column) {
    view.usual.emplace_back();
    view.shift.emplace_back();
    for (uint64_t cell = 0; cell < shape.cells_of_panel(); ++cell) {
      const std::vector<double> before = OverPanels(shape, without, {column, cell});
      const std::vector<double> after = OverPanels(shape, with, {column, cell});
      view.usual.back().push_back(Median(before));
      const bool is_known = !before.empty() && !after.empty();
      view.shift.back().push_back(is_known ? Mean(after) - Mean(before) : 0);
    }
  }
  const bool is_correlated =
      std::any_of(declared.measures.begin(), declared.measures.end(),
                  [](const release::MeasurePlan& measure) { return measure.errors_by_row; });
  if (is_correlated) view.discriminant = LearnDiscriminant(view, without);
  return view;
}

// The privacy loss of one number, if the unit adds `shift`.
struct Change {
  double value;
  double shift;
};
double NumberLoss(const NoiseEvent& event, const Change& change) {
  const double parameter = dp::ToDouble(event.parameter);
  if (event.kind == NoiseKind::kDiscreteGaussian) return change.value * change.shift / parameter;
  return (std::abs(change.value) - std::abs(change.value - change.shift)) / parameter;
}

const std::vector<std::string> kStatistics = {"loss",        "total",     "first",
                                              "second",      "third",     "difference",
                                              "shown cells", "last cell", "discriminant"};

// Loss and total of the noised numbers of a panel that are shown.
std::array<double, 2> Totals(const Viewpoint& view, const PanelFigures& figures, uint64_t panel) {
  std::array<double, 2> totals{};
  for (size_t column = 0; column < view.noises.size(); ++column) {
    const std::optional<dp::PlannedNoise>& noise = view.noises[column];
    for (uint64_t cell = 0; noise.has_value() && cell < view.shape.cells_of_panel(); ++cell) {
      const double value = figures.At(panel, cell, column) - view.usual[column][cell];
      if (std::isnan(value)) continue;
      totals[0] += NumberLoss(noise->event, {.value = value, .shift = view.shift[column][cell]});
      totals[1] += value / noise->standard_error;
    }
  }
  return totals;
}

dp::AuditValues Statistics(const Viewpoint& view, const ReleaseTable& table) {
  const PanelFigures figures(view.shape, table);
  const uint64_t cells = view.shape.cells_of_panel();
  dp::AuditValues values(kStatistics.size());
  for (uint64_t panel = 0; panel < view.shape.panels(); ++panel) {
    const auto [loss, total] = Totals(view, figures, panel);
    values[0].push_back(loss);
    values[1].push_back(total);
    for (size_t i = 0; i < 3; ++i) {
      values[2 + i].push_back(figures.At(panel, 0, std::min(i, figures.columns() - 1)));
    }
    values[5].push_back(figures.At(panel, 0, 0) -
                        figures.At(panel, std::min<uint64_t>(1, cells - 1), 0));
    double shown = 0;
    double last = -1;
    for (uint64_t cell = 0; cell < cells; ++cell) {
      if (std::isnan(figures.At(panel, cell, 0))) continue;
      ++shown;
      last = static_cast<double>(cell);
    }
    values[6].push_back(shown);
    values[7].push_back(last);
    double discriminant = 0;
    for (size_t i = 0; i < view.discriminant.figures.size(); ++i) {
      const Figure& figure = view.discriminant.figures[i];
      discriminant += view.discriminant.weights[i] * figures.At(panel, figure.cell, figure.column);
    }
    values[8].push_back(discriminant);
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
      Learn(paths.shape, paths.declared, paths.with_unit(), paths.without_unit());
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
