// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_ACTION_KEYS_H_
#define WEIR_ANON_ACTION_KEYS_H_

#include <string>

#include "weir/base/files.h"
#include "weir/base/secret.h"
#include "weir/base/status.h"
#include "weir/v1/recipe.pb.h"

namespace weir::anon {

// What the actions and rules of a recipe need and a recipe must not hold: it is shared. All keys
// that a recipe names are in one folder.
struct ActionContext {
  // Secret keys, one a file: NAME.key of at least 32 random bytes, readable by its owner alone.
  std::string keys_folder = {};
  std::string recipient = {};  // who gets the output: for pseudonyms of scope recipient
  std::string period = {};     // when it is about: for pseudonyms of scope period
};

// The key of a pseudonym action: HKDF of the named secret, labelled with the form and with the
// scope. Outputs for two recipients (two periods) have independent keys, so their pseudonyms cannot
// be joined; scope coalition gives all that share the secret the same.
//
// Errors: INVALID_ARGUMENT  no folder, recipient or period although one is needed; a short secret.
//         and those of Files::ReadPrivate. Messages name the key and its file, never its content.
StatusOr<SecretBytes> PseudonymKey(const v1::PseudonymAction& action, const ActionContext& context,
                                   Files& files);

// The key of a date-shift action; the same for all recipients and periods.
StatusOr<SecretBytes> DateShiftKey(const v1::DateShiftAction& action, const ActionContext& context,
                                   Files& files);

// The key under which circles around homes are drawn; the same for all recipients and periods.
StatusOr<SecretBytes> HomeRemovalKey(const v1::HomeRemoval& rules, const ActionContext& context,
                                     Files& files);

}  // namespace weir::anon

#endif  // WEIR_ANON_ACTION_KEYS_H_
