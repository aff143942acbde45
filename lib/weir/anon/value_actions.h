// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_VALUE_ACTIONS_H_
#define WEIR_ANON_VALUE_ACTIONS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "weir/anon/action_keys.h"
#include "weir/anon/recipe.h"
#include "weir/base/decimal.h"
#include "weir/base/files.h"
#include "weir/base/secret.h"
#include "weir/base/status.h"

namespace weir::anon {

// Actions that make one value of another, whatever row it stands in; all rows with equal values
// stay equal. The missing value stays missing.
//
//   coding     A number below `bottom` becomes `bottom`, above `top` becomes `top`.
//   round      A number becomes the nearest multiple, of two the even one; exact decimals.
//   mask       Characters (UTF-8) become one character except the first and last ones; where all
//              would be kept none is.
//   pseudonym  hmac: HMAC-SHA256 under the key of the scope, 128 bits as 26 characters of base32.
//              ff1: see weir/crypto/format_cipher.h.
//
// Guarantee: pseudonyms: who has no key cannot tell whose they are better than by the rest of the
//            row, and cannot join those of two scopes. Two values share an HMAC pseudonym with
//            probability below n^2 / 2^129 for n values; FF1 has no such pairs.
// Does not protect: rows of one value stay linked, so a long trace under a pseudonym still names
//            its person (count k on units); who has the key can undo pseudonyms by trying all
//            identifiers, FF1 at once. Coding, rounding and masking alone promise nothing about
//            how many rows share a value: models do. Length stays visible under mask and ff1.
// Source:    Hundepool et al., "Statistical disclosure control", Wiley 2012, sections 3.2.3, 3.6;
//            RFC 2104, RFC 4648 section 6; NIST SP 800-38G.
class ValueActions {
 public:
  // The value actions of a column, in their order.
  // Errors: those of PseudonymKey.
  static StatusOr<ValueActions> Create(const RecipeColumn& column, const ActionContext& context,
                                       Files& files);

  bool empty() const;
  // Pure and thread-safe; it may outlive this object. For a value that an action cannot take it
  // gives "" and Check tells.
  std::function<std::string(std::string_view)> function() const;
  // INVALID_ARGUMENT  the function met a value that is no decimal number (coding, round) or has too
  //                   few texts of its form for FF1: says which action, never which value.
  Status Check() const;

 private:
  struct State;
  explicit ValueActions(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

// Whether an action works on values by themselves, or on rows (date-shift, pram, rank-swap and
// microaggregate). Value actions come before row actions.
bool IsValueAction(const v1::Action& action);
bool IsRowAction(const v1::Action& action);

// Whether the column is in the output: all but identifiers of which nothing else is made.
bool IsWritten(const RecipeColumn& column);

// Each by itself. OUT_OF_RANGE where a result has more than 36 digits.
StatusOr<Decimal> RoundToMultiple(const Decimal& value, const Decimal& multiple);
std::string MaskText(std::string_view text, const v1::MaskAction& action);
std::string HmacPseudonym(const SecretBytes& key, std::string_view text);

}  // namespace weir::anon

#endif  // WEIR_ANON_VALUE_ACTIONS_H_
