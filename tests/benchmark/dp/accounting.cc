// SPDX-License-Identifier: Apache-2.0
// CPU time of composing mechanisms by PLD: medians of nine runs.
#include "tests/benchmark/dp/figures.h"
#include "weir/dp/loss_composition.h"
#include "weir/dp/privacy_loss.h"

namespace weir::bench {
namespace {

constexpr int kRuns = 9;

// The composition that the reference vectors name, with its epsilon.
void AddComposition(Figures& figures) {
  const std::vector<dp::LossEvent> events = {{dp::LossKind::kGaussian, 100, 0, 1000},
                                             {dp::LossKind::kLaplace, 100, 0, 1000}};
  std::vector<double> times;
  volatile double sink = 0;
  for (int run = 0; run < kRuns; ++run) {
    const double start = ProcessCpuNanoseconds();
    sink = sink + Take(dp::PrivacyLoss::Compose(events, /*grid=*/1e-4)).Epsilon(1e-6);
    times.push_back((ProcessCpuNanoseconds() - start) / 1e6);
  }
  figures.push_back({"accounting/1000_gaussian_1000_laplace", Median(times), "ms", 10});
}

// One mechanism more on top of 200 different ones, then the new epsilon.
void AddOneMore(Figures& figures) {
  dp::LossComposition composition = Take(dp::LossComposition::Create({}));
  const auto add = [&](int i) {
    const dp::LossKind kind = i % 2 == 0 ? dp::LossKind::kGaussian : dp::LossKind::kLaplace;
    return composition.Add({kind, 20 + 0.5 * static_cast<double>(i)}).ok();
  };
  bool good = true;
  for (int i = 0; i < 200; ++i) good &= add(i);
  std::vector<double> adding;
  std::vector<double> asking;
  volatile double sink = 0;
  for (int run = 0; run < kRuns; ++run) {
    const double start = ProcessCpuNanoseconds();
    good &= add(200 + run);
    const double added = ProcessCpuNanoseconds();
    sink = sink + composition.Epsilon(1e-6);
    adding.push_back((added - start) / 1e6);
    asking.push_back((ProcessCpuNanoseconds() - added) / 1e6);
  }
  if (!good) return;
  figures.push_back({"accounting/add_one_to_200", Median(adding), "ms", 1});
  figures.push_back({"accounting/epsilon_of_200", Median(asking), "ms"});
}

}  // namespace

void AddAccounting(Figures& figures) {
  AddComposition(figures);
  AddOneMore(figures);
}

}  // namespace weir::bench
