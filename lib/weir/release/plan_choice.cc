// SPDX-License-Identifier: Apache-2.0
#include "weir/release/internal/plan_choice.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "weir/base/decimal.h"
#include "weir/dp/accountant.h"
#include "weir/release/internal/key_chance.h"

namespace weir::release::internal {
namespace {

constexpr int kLeastPercent = 20;
constexpr int kMostPercent = 80;
// Two ways of writing one share differ by some 10^-12 of epsilon.
constexpr double kSame = 1 + 1e-9;

double ReachOf(const BudgetPlan& plan) { return plan.selection->described.units_for_half(); }

// A rank is made of the noises of many nodes.
double RankFactor(const Channel& channel) {
  return channel.tree.has_value() ? std::sqrt(channel.tree->RankWeight()) : 1;
}

double Score(const BudgetQuestion& question, const BudgetPlan& plan) {
  double sum = 0;
  int count = 0;
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    const Channel& channel = plan.channels[i];
    // There is one way only to answer by levels.
    if (!IsShown(question, i) || channel.shape == ChannelShape::kLevels) continue;
    sum += std::log(channel.noise->standard_error * RankFactor(channel));
    ++count;
  }
  if (plan.selection.has_value()) {
    sum += std::log(ReachOf(plan));
    ++count;
  }
  return count == 0 ? 0 : sum / count;
}

// Plans that were weighed; the best so far.
struct Weighed {
  std::optional<BudgetPlan> best = std::nullopt;
  double score = 0;
  size_t taken = 0;
  std::vector<Alternative> alternatives = {};
  Status first_refusal = OkStatus();

  void Refuse(const std::string& what, const Status& refusal) {
    Alternative alternative{.what = what};
    alternative.refusal = MessageOf(refusal);
    if (first_refusal.ok()) first_refusal = refusal;
    alternatives.push_back(std::move(alternative));
  }
  // The one described last.
  void Offer(double offered_score, BudgetPlan plan) {
    if (best.has_value() && offered_score >= score) return;
    best = std::move(plan);
    score = offered_score;
    taken = alternatives.size() - 1;
  }
};

StatusOr<BudgetPlan> Take(const BudgetQuestion& question, Weighed weighed) {
  if (!weighed.best.has_value()) {
    return question.spec.locations.At("privacy", weighed.first_refusal);
  }
  weighed.alternatives[weighed.taken].taken = true;
  weighed.best->alternatives = std::move(weighed.alternatives);
  return *std::move(weighed.best);
}

StatusOr<BudgetPlan> ChooseByScore(const BudgetQuestion& question, const PlanWay& plan_way) {
  Weighed weighed;
  for (const Way& way : WaysOf(question)) {
    const std::string what = Describe(way, question);
    StatusOr<BudgetPlan> plan = plan_way(way);
    if (!plan.ok()) {
      weighed.Refuse(what, plan.status());
      continue;
    }
    WEIR_ASSIGN_OR_RETURN(Alternative described, DescribePlan(question, *plan, what));
    weighed.alternatives.push_back(std::move(described));
    const double score = Score(question, *plan);
    weighed.Offer(score, *std::move(plan));
  }
  return Take(question, std::move(weighed));
}

// A plan's figures as parts of the plain ones.
struct Ratios {
  double error = 0;
  double reach = 0;

  // The larger one counts; the other decides between equals.
  double score() const { return std::max(error, reach) + 1e-3 * std::min(error, reach); }
};

struct Candidate {
  Way way;
  BudgetPlan plan;
  Ratios ratios;
  bool counts = false;
};

class SplitSearch {
 public:
  SplitSearch(const BudgetQuestion& question, const PlanWay& plan_way, const BudgetPlan& plain)
      : question_(question), plan_way_(plan_way), plain_(plain) {}

  // With the share that suits the way best.
  StatusOr<Candidate> Best(const Way& way) const;

 private:
  StatusOr<Candidate> Try(const Way& way) const;
  StatusOr<Candidate> TryPercent(Way way, int percent) const;
  Ratios RatiosOf(const BudgetPlan& plan) const;
  StatusOr<bool> ShowsEnough(const BudgetPlan& plan) const;

  const BudgetQuestion& question_;
  const PlanWay& plan_way_;
  const BudgetPlan& plain_;
};

Ratios SplitSearch::RatiosOf(const BudgetPlan& plan) const {
  Ratios ratios{.error = 0, .reach = ReachOf(plan) / ReachOf(plain_)};
  for (size_t i = 0; i < plan.channels.size(); ++i) {
    if (!IsShown(question_, i)) continue;
    const auto error_of = [i](const BudgetPlan& of) {
      const Channel& channel = of.channels[i];
      return channel.noise->mean_absolute_error * RankFactor(channel);
    };
    ratios.error = std::max(ratios.error, error_of(plan) / error_of(plain_));
  }
  return ratios;
}

StatusOr<bool> SplitSearch::ShowsEnough(const BudgetPlan& plan) const {
  const auto chance_of = [this](const BudgetPlan& of) {
    return KeyChance::Create(*of.selection, of.channels[of.selection->channel].noise,
                             question_.bounds);
  };
  WEIR_ASSIGN_OR_RETURN(const KeyChance chance, chance_of(plan));
  WEIR_ASSIGN_OR_RETURN(const KeyChance plain, chance_of(plain_));
  return ShowsNoFewer(chance, plain, ReachOf(plain_), plain_.cost.delta());
}

StatusOr<Candidate> SplitSearch::Try(const Way& way) const {
  WEIR_ASSIGN_OR_RETURN(BudgetPlan plan, plan_way_(way));
  const Ratios ratios = RatiosOf(plan);
  return Candidate{way, std::move(plan), ratios, false};
}

StatusOr<Candidate> SplitSearch::TryPercent(Way way, int percent) const {
  const bool is_tenth = percent % 10 == 0;
  const Decimal share{.coefficient = is_tenth ? percent / 10 : percent,
                      .exponent = is_tenth ? -1 : -2};
  way.share = FormatDecimal(share);
  return Try(way);
}

// The error grows with the share, the reach falls: their ratios cross once.
StatusOr<Candidate> SplitSearch::Best(const Way& way) const {
  std::vector<Candidate> candidates;
  WEIR_ASSIGN_OR_RETURN(Candidate as_asked, Try(way));
  candidates.push_back(std::move(as_asked));
  if (question_.spec.message.selection().share().empty()) {
    int low = kLeastPercent - 1;
    int high = kMostPercent + 1;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      StatusOr<Candidate> tried = TryPercent(way, middle);
      const bool is_enough = tried.ok() && tried->ratios.error >= tried->ratios.reach;
      (is_enough ? high : low) = middle;
      if (tried.ok()) candidates.push_back(*std::move(tried));
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
    return a.ratios.score() < b.ratios.score();
  });
  for (Candidate& candidate : candidates) {
    const Ratios& ratios = candidate.ratios;
    if (ratios.error > kSame || ratios.reach > kSame) continue;
    WEIR_ASSIGN_OR_RETURN(candidate.counts, ShowsEnough(candidate.plan));
    if (candidate.counts) return std::move(candidate);
  }
  return std::move(candidates.front());
}

StatusOr<BudgetPlan> ChooseSplit(const BudgetQuestion& question, const PlanWay& plan_way) {
  const std::vector<Way> ways = WaysOf(question);
  if (ways.empty()) return ChooseByScore(question, plan_way);
  const StatusOr<BudgetPlan> plain = plan_way(ways.front());
  if (!plain.ok()) return ChooseByScore(question, plan_way);
  const SplitSearch search(question, plan_way, *plain);
  Weighed weighed;
  WEIR_ASSIGN_OR_RETURN(
      Alternative plain_described,
      DescribePlan(question, *plain, Describe(ways.front(), question) + " (the plain rules)"));
  weighed.alternatives.push_back(std::move(plain_described));
  weighed.Offer(Ratios{.error = 1, .reach = 1}.score(), *plain);
  for (const Way& way : ways) {
    StatusOr<Candidate> best = search.Best(way);
    if (!best.ok()) {
      weighed.Refuse(Describe(way, question), best.status());
      continue;
    }
    if (best->way == ways.front()) continue;
    WEIR_ASSIGN_OR_RETURN(Alternative described,
                          DescribePlan(question, best->plan, Describe(best->way, question)));
    weighed.alternatives.push_back(std::move(described));
    if (best->counts) weighed.Offer(best->ratios.score(), std::move(best->plan));
  }
  return Take(question, std::move(weighed));
}

}  // namespace

bool IsShown(const BudgetQuestion& question, size_t channel) {
  return std::any_of(
      question.measures.begin(), question.measures.end(), [channel](const MeasurePlan& measure) {
        return std::find(measure.channels.begin(), measure.channels.end(), channel) !=
               measure.channels.end();
      });
}

StatusOr<Alternative> DescribePlan(const BudgetQuestion& question, const BudgetPlan& plan,
                                   const std::string& what) {
  Alternative alternative{.what = what};
  for (const MeasurePlan& measure : question.measures) {
    const Channel& channel = plan.channels[measure.channels.front()];
    const bool is_known = HasOneError(measure, plan.channels);
    const double unit = is_known ? ToDouble(channel.contribution.grid) : 0;
    alternative.standard_errors.push_back(is_known ? channel.noise->standard_error * unit : 0);
    alternative.mean_errors.push_back(is_known ? channel.noise->mean_absolute_error * unit : 0);
  }
  if (plan.selection.has_value()) alternative.units_for_half = ReachOf(plan);
  WEIR_ASSIGN_OR_RETURN(const dp::CostProof proof, dp::ProofOf(plan.cost));
  alternative.composition = dp::Describe(proof);
  alternative.epsilon = plan.cost.epsilon().ToString();
  return alternative;
}

StatusOr<BudgetPlan> ChoosePlan(const BudgetQuestion& question, const PlanWay& plan_way) {
  return SplitsEpsilon(question) ? ChooseSplit(question, plan_way)
                                 : ChooseByScore(question, plan_way);
}

}  // namespace weir::release::internal
