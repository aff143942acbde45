// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/account.h"

#include <algorithm>
#include <utility>

#include "weir/dp/basic_composition.h"
#include "weir/dp/renyi.h"

namespace weir::dp {
namespace {

struct Accounts {
  PrivacyLoss loss;
  RenyiAccount renyi;
  ZcdpAccount zcdp;
  BasicAccount basic;
};

StatusOr<Accounts> AccountsOf(std::span<const LossEvent> events) {
  WEIR_ASSIGN_OR_RETURN(PrivacyLoss loss, PrivacyLoss::Compose(events));
  WEIR_ASSIGN_OR_RETURN(BasicAccount basic, BasicAccount::Create(events));
  Accounts accounts{std::move(loss), RenyiAccount(), ZcdpAccount(), std::move(basic)};
  for (const LossEvent& event : events) {
    WEIR_RETURN_IF_ERROR(accounts.renyi.Add(event));
    WEIR_RETURN_IF_ERROR(accounts.zcdp.Add(event));
  }
  return accounts;
}

// What any of them proves holds for the tightest.
AccountFigures Tightest(AccountFigures figures) {
  figures.pld = std::min({figures.pld, figures.rdp, figures.zcdp, figures.basic});
  return figures;
}

}  // namespace

StatusOr<AccountFigures> AccountEpsilon(std::span<const LossEvent> events, Delta delta) {
  WEIR_ASSIGN_OR_RETURN(const Accounts accounts, AccountsOf(events));
  return Tightest({.pld = accounts.loss.Epsilon(delta.value()),
                   .rdp = accounts.renyi.EpsilonAt(delta),
                   .zcdp = accounts.zcdp.EpsilonAt(delta),
                   .basic = accounts.basic.EpsilonAt(delta)});
}

StatusOr<AccountFigures> AccountDelta(std::span<const LossEvent> events, Epsilon epsilon) {
  WEIR_ASSIGN_OR_RETURN(const Accounts accounts, AccountsOf(events));
  return Tightest({.pld = accounts.loss.Delta(epsilon.value()),
                   .rdp = accounts.renyi.DeltaAt(epsilon),
                   .zcdp = accounts.zcdp.DeltaAt(epsilon),
                   .basic = accounts.basic.DeltaAt(epsilon)});
}

}  // namespace weir::dp
