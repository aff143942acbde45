// SPDX-License-Identifier: Apache-2.0
// Noise and intervals of a table of ten million cells, block by block: CPU time a cell, medians of
// five. `public` has every cell and intervals cut at zero; `published` keeps the cells that reach
// their threshold, with intervals that know it.
#include <algorithm>
#include <span>

#include "tests/benchmark/dp/topics.h"
#include "tests/benchmark/measure/cost.h"
#include "weir/base/random.h"
#include "weir/dp/intervals.h"
#include "weir/dp/noise_planner.h"
#include "weir/dp/noise_sampler.h"
#include "weir/dp/release_threshold.h"
#include "weir/dp/truncated_interval.h"

namespace weir::bench {
namespace {

constexpr size_t kCells = 10'000'000;
constexpr size_t kBlock = size_t{1} << 16;
constexpr int kRuns = 5;

// What a release writes, column by column.
struct Table {
  std::vector<int64_t> values;
  std::vector<int64_t> low;
  std::vector<int64_t> high;

  void Add(int128 value, int128 lowest, int128 highest) {
    values.push_back(static_cast<int64_t>(value));
    low.push_back(static_cast<int64_t>(lowest));
    high.push_back(static_cast<int64_t>(highest));
  }
};

std::vector<int64_t> Counts() {
  std::vector<int64_t> counts(kCells);
  uint64_t word = 1;
  for (int64_t& count : counts) {
    word = word * 6364136223846793005U + 1442695040888963407U;
    count = 1 + static_cast<int64_t>((word >> 33) % 200);
  }
  return counts;
}

template <class AddCell>
Table NoiseAll(const std::vector<int64_t>& counts, const NoiseEvent& event, const AddCell& add) {
  const dp::NoiseSampler sampler = OrFail(dp::NoiseSampler::Create(event));
  Table table;
  for (std::vector<int64_t>* column : {&table.values, &table.low, &table.high}) {
    column->reserve(counts.size());
  }
  for (size_t first = 0; first < counts.size(); first += kBlock) {
    const std::span<const int64_t> block =
        std::span(counts).subspan(first, std::min(kBlock, counts.size() - first));
    const std::vector<int128> noise = sampler.SampleMany(block.size(), SystemRandom());
    for (size_t i = 0; i < block.size(); ++i) add(block[i] + noise[i], table);
  }
  return table;
}

template <class Run>
double MedianNanosecondsPerCell(const Run& run) {
  std::vector<double> times;
  volatile size_t sink = 0;
  for (int i = 0; i < kRuns; ++i) {
    const double start = ProcessCpuMs();
    sink = sink + run().values.size();
    times.push_back(1e6 * (ProcessCpuMs() - start) / static_cast<double>(kCells));
  }
  return Median(std::move(times));
}

// Units of an epsilon of 1, four cells a unit, all of delta for the threshold or half of it.
void Measure(const std::string& name, NoiseKind kind, const std::vector<int64_t>& counts,
             Figures& figures) {
  const bool is_gaussian = kind == NoiseKind::kDiscreteGaussian;
  const Delta delta = OrFail(Delta::Parse("0.000001"));
  const Delta choice = OrFail(Delta::FromUnits(delta.units() / (is_gaussian ? 2 : 1)));
  const dp::PlannedNoise noise =
      OrFail(dp::PlanNoise({.epsilon = OrFail(Epsilon::Parse("1")),
                            .delta = delta,
                            .measures = {{.l1 = 4, .squared_l2 = 4}},
                            .kind = kind,
                            .others = {{.epsilon = std::nullopt, .delta = choice}}}))
          .measures[0];
  const auto every_cell = [&] {
    const int128 width = OrFail(dp::HalfWidth(dp::LawOf(noise.event)));
    return NoiseAll(counts, noise.event, [width](int128 value, Table& table) {
      table.Add(value, std::max<int128>(0, value - width), std::max<int128>(0, value + width));
    });
  };
  const auto published = [&] {
    const dp::NoiseLaw law = dp::LawOf(noise.event);
    const int128 threshold = OrFail(dp::ReleaseThreshold(
        {.law = law, .delta = choice, .l0 = OrFail(L0Sensitivity::Create(4))}));
    const auto intervals = OrFail(dp::TruncatedIntervals::Create(law, threshold));
    return NoiseAll(counts, noise.event, [&](int128 value, Table& table) {
      if (value < threshold) return;
      const dp::CountInterval interval = intervals.At(value);
      table.Add(value, interval.low, interval.high);
    });
  };
  figures.push_back({"table_of_10M/" + name + "/public",
                     MedianNanosecondsPerCell(every_cell),
                     "ns a cell",
                     {},
                     200});
  figures.push_back({"table_of_10M/" + name + "/published",
                     MedianNanosecondsPerCell(published),
                     "ns a cell",
                     {},
                     200});
}

}  // namespace

void AddTables(Figures& figures) {
  const std::vector<int64_t> counts = Counts();
  Measure("laplace", NoiseKind::kDiscreteLaplace, counts, figures);
  Measure("gaussian", NoiseKind::kDiscreteGaussian, counts, figures);
}

}  // namespace weir::bench
