// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/quantile_laws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "weir/dp/internal/normal_law.h"

namespace weir::dp::internal {
namespace {

constexpr size_t kGrid = 4096;
// Of laws, in deviations.
constexpr double kResolution = 0.015;
constexpr double kRoughResolution = 0.2;
// Of the tree, when room is needed.
constexpr uint32_t kLevelsKept = 2;
// Risks of which the least distance is kept.
constexpr size_t kMostRisks = 64;

double ReachOf(const WeightedNoise& noise, double slip) {
  const std::array<WeightedNoise, 1> noises = {noise};
  return WeightedSum(noises).HalfWidth(2 * slip);
}

}  // namespace

RoughTail::RoughTail(const NoiseForm& form, const RankTest& test)
    : form_(form), squared_weights_(test.squared_weights()), widest_(test.widest()) {}

double RoughTail::LogMoment(double slope) const {
  if (form_.is_gaussian) return slope * slope * form_.parameter / 2 * squared_weights_;
  return squared_weights_ / (widest_ * widest_) * LogMomentOf(form_, slope * widest_);
}

double RoughTail::SlopeOf(double steps) const {
  if (form_.is_gaussian) return steps / std::sqrt(form_.parameter * squared_weights_);
  return std::min(steps / (form_.deviation * std::sqrt(squared_weights_)),
                  0.75 * form_.largest_slope / widest_);
}

double RoughTail::Reach(double tail) const {
  const double height = std::log(2 / tail);
  const double slope = SlopeOf(std::sqrt(2 * height));
  return (height + LogMoment(slope)) / slope * (1 + 1e-9);
}

double RoughTail::OneSided(double distance) const {
  const double sigma = form_.is_gaussian ? std::sqrt(form_.parameter) : form_.deviation;
  const double slope = SlopeOf(distance / (sigma * std::sqrt(squared_weights_)));
  return std::exp(LogMoment(slope) - slope * distance) * (1 + 1e-9);
}

TestLaw::TestLaw(const RankTest& test) : rough_(test.Noise(), kRoughResolution) {}

const WeightedSum& TestLaw::fine() {
  if (!fine_.has_value()) fine_.emplace(rough_, kResolution);
  return *fine_;
}

double TestLaw::RoughHalfWidth(double tail) {
  return Known(rough_widths_, tail, [&] { return rough_.HalfWidth(tail); });
}

double TestLaw::HalfWidth(double tail) {
  return Known(widths_, tail,
               [&] { return std::min(RoughHalfWidth(tail), fine().HalfWidth(tail)); });
}

double TestLaw::Reach(double tail) {
  return Known(reaches_, tail, [&] { return rough_.Reach(tail); });
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a chance and a distance in rows
bool TestLaw::IsSurelyMoreThan(double tail, double distance) const {
  return rough_.not_zero() > tail && rough_.LowerTail(distance) > tail;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a chance and a distance in rows
bool TestLaw::IsOneSidedAtMost(double tail, double distance) {
  if (rough_.not_zero() <= 2 * tail || rough_.TwoSidedTail(distance) <= 2 * tail) return true;
  if (rough_.LowerTail(distance) > 2 * tail) return false;
  return OneSidedTail(distance, tail) <= tail;
}

// The first of three bounds that is at most `enough`.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a distance in rows and a chance
double TestLaw::OneSidedTail(double distance, double enough) {
  if (rough_.not_zero() <= 2 * enough) return rough_.not_zero() / 2;
  const double coarse = rough_.CoarseTail(distance) / 2;
  return coarse <= enough ? coarse : fine().TwoSidedTail(distance) / 2;
}

size_t TestLaw::bytes() const {
  constexpr size_t kNode = 64;  // of the map
  return kNode + sizeof(*this) + rough_.bytes() + (fine_.has_value() ? fine_->bytes() : 0) +
         (widths_.capacity() + rough_widths_.capacity() + reaches_.capacity()) *
             sizeof(std::pair<double, double>) +
         joint_.capacity() * sizeof(std::pair<Question, double>);
}

size_t TestLaw::NewBytes() {
  const size_t all = bytes();
  return all - std::exchange(told_bytes_, all);
}

QuantileLaws::QuantileLaws(const QuantileShape& shape, const NoiseLaw& law, size_t most_bytes)
    : law_(law),
      form_(law),
      slip_(kAllSlips / (2.0 * shape.height())),
      root_children_(shape.NodesAt(1)),
      most_bytes_(most_bytes) {}

double QuantileLaws::own_reach() {
  if (!own_reach_.has_value()) own_reach_ = ReachOf({law_, 1, 1}, slip_);
  return *own_reach_;
}

double QuantileLaws::total_reach() {
  if (!total_reach_.has_value()) {
    const std::array<WeightedNoise, 1> noise = {WeightedNoise{law_, 1, root_children_}};
    total_reach_ = WeightedSum(noise).Reach(2 * slip_);
  }
  return *total_reach_;
}

const NoiseRuns& QuantileLaws::runs() {
  if (!runs_.has_value()) runs_ = RunsOf(law_);
  return *runs_;
}

RealFourier& QuantileLaws::fourier() {
  if (!fourier_.has_value()) fourier_.emplace(kGrid);
  return *fourier_;
}

// Rows of a table meet in the upper levels: laws there go last.
void QuantileLaws::Begin() {
  for (TestLaw* law : touched_) bytes_ += law->NewBytes();
  touched_.clear();
  if (bytes_ <= most_bytes_) return;
  std::erase_if(laws_, [](const auto& law) { return law.first.node.level > kLevelsKept; });
  bytes_ = 0;
  for (const auto& [place, law] : laws_) bytes_ += law.bytes();
  if (bytes_ <= most_bytes_ / 2) return;
  laws_.clear();
  bytes_ = 0;
}

TestLaw& QuantileLaws::Of(const Place& place, const RankTest& test) {
  const auto [law, is_new] = laws_.try_emplace(place, test);
  made_ += is_new ? 1 : 0;
  touched_.push_back(&law->second);
  return law->second;
}

double QuantileLaws::LeastRejected(double risk) {
  for (const auto& [known, least] : least_) {
    if (known == risk) return least;
  }
  if (least_.size() >= kMostRisks) least_.clear();
  // Rejecting less is safe, and below a normal law's quantile no law here would allow it.
  least_.emplace_back(risk, 0.98 * NormalQuantile(risk));
  return least_.back().second;
}

size_t QuantileLaws::PlaceHash::operator()(const Place& place) const {
  const uint64_t node = (uint64_t{place.node.level} << 32) | place.node.index;
  const uint64_t side = place.boundary == Boundary::kEnd ? 1 : 0;
  return std::hash<double>()(place.q) * 31 + std::hash<uint64_t>()((node << 1) | side);
}

}  // namespace weir::dp::internal
