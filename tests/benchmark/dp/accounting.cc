// SPDX-License-Identifier: Apache-2.0
// CPU time of composing mechanisms by PLD: medians of nine runs.
#include "tests/benchmark/dp/topics.h"
#include "tests/benchmark/measure/cost.h"
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
    const double start = ProcessCpuMs();
    sink = sink + OrFail(dp::PrivacyLoss::Compose(events, /*grid=*/1e-4)).Epsilon(1e-6);
    times.push_back(ProcessCpuMs() - start);
  }
  figures.push_back({"accounting/1000_gaussian_1000_laplace", Median(times), "ms", {}, 10});
}

// One mechanism more on top of 200 different ones, then the new epsilon.
void AddOneMore(Figures& figures) {
  dp::LossComposition composition = OrFail(dp::LossComposition::Create({}));
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
    const double start = ProcessCpuMs();
    good &= add(200 + run);
    const double added = ProcessCpuMs();
    sink = sink + composition.Epsilon(1e-6);
    adding.push_back(added - start);
    asking.push_back(ProcessCpuMs() - added);
  }
  if (!good) Fail("an event was refused");
  figures.push_back({"accounting/add_one_to_200", Median(adding), "ms", {}, 1});
  figures.push_back({"accounting/epsilon_of_200", Median(asking), "ms"});
}

}  // namespace

void AddAccounting(Figures& figures) {
  AddComposition(figures);
  AddOneMore(figures);
}

}  // namespace weir::bench
