// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/population_models.h"

#include <memory>
#include <string>

#include "weir/anon/internal/ratio.h"

namespace weir::anon {
namespace {

using internal::Ratio;

class PresenceModel final : public ClassModel {
 public:
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): ascending, checked by the only caller.
  PresenceModel(const PresenceRange& range, Ratio lowest, Ratio highest, PresenceScope scope)
      : name_("(" + FormatDecimal(range.lowest) + ", " + FormatDecimal(range.highest) +
              ")-presence"),
        lowest_(lowest),
        highest_(highest),
        scope_(scope) {}

  bool Holds(const ClassView& view) const override {
    if (view.rows == 0 && scope_ == PresenceScope::kClassesOfTable) return true;
    return internal::AtMost(view.rows, highest_, view.population) &&
           static_cast<uint128>(view.rows) * lowest_.denominator >=
               static_cast<uint128>(view.population) * lowest_.numerator;
  }
  // A group without rows that nobody judges takes a class that held below the lowest.
  Merging merging() const override {
    const bool may_sink = scope_ == PresenceScope::kClassesOfTable && lowest_.numerator > 0;
    return may_sink ? Merging::kNothing : Merging::kBothNeeded;
  }
  std::string name() const override { return name_; }
  // Parts that hold have at most `highest` of their population, which is at most the class's.
  uint64_t LeastSuppressed(const ClassView& view) const override {
    const uint128 most =
        static_cast<uint128>(view.population) * highest_.numerator / highest_.denominator;
    if (most >= view.rows) return view.rows == 0 || merging() == Merging::kNothing ? 0 : 1;
    return view.rows - static_cast<uint64_t>(most);
  }
  bool needs_population() const override { return true; }
  bool judges_empty_classes() const override {
    return scope_ == PresenceScope::kPopulation && lowest_.numerator > 0;
  }

 private:
  std::string name_;
  Ratio lowest_;
  Ratio highest_;
  PresenceScope scope_;
};

class MapModel final : public ClassModel {
 public:
  explicit MapModel(uint64_t k) : k_(k) {}
  bool Holds(const ClassView& view) const override { return view.population >= k_; }
  Merging merging() const override { return Merging::kOneIsEnough; }
  std::string name() const override { return std::to_string(k_) + "-map"; }
  bool needs_population() const override { return true; }

 private:
  uint64_t k_;
};

}  // namespace

StatusOr<ClassModelPtr> MakeDeltaPresence(const PresenceRange& range, PresenceScope scope) {
  const auto& shares = internal::AnyShare();
  WEIR_ASSIGN_OR_RETURN(const Ratio lowest,
                        internal::CheckedRatio("lowest presence", range.lowest, shares));
  WEIR_ASSIGN_OR_RETURN(const Ratio highest,
                        internal::CheckedRatio("highest presence", range.highest, shares));
  if (Compare(range.lowest, range.highest) > 0) {
    return InvalidArgument("lowest presence must not be above the highest, got %s and %s",
                           FormatDecimal(range.lowest).c_str(),
                           FormatDecimal(range.highest).c_str());
  }
  return std::make_shared<const PresenceModel>(range, lowest, highest, scope);
}

StatusOr<ClassModelPtr> MakeKMap(uint64_t k) {
  if (k == 0) return InvalidArgument("k must be at least 1, got 0");
  return std::make_shared<const MapModel>(k);
}

}  // namespace weir::anon
