// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/action_keys.h"

#include "weir/crypto/derived_key.h"
#include "weir/crypto/key_file.h"

namespace weir::anon {
namespace {

StatusOr<SecretBytes> ReadSecretNamed(const std::string& name, const ActionContext& context,
                                      Files& files) {
  if (context.keys_folder.empty()) {
    return InvalidArgument(
        "key %s: the folder of the secret keys was not named; name the one that holds %s.key with "
        "--keys",
        name.c_str(), name.c_str());
  }
  const std::string path = JoinPath(context.keys_folder, name + ".key");
  StatusOr<SecretBytes> secret = crypto::ReadSecret(files, path);
  if (!secret.ok()) return Annotate(secret.status(), "key " + name);
  if (secret->size_bytes() < crypto::kLeastSecretBytes) {
    return InvalidArgument("key %s: %s holds %zu bytes; a secret needs at least %zu random ones",
                           name.c_str(), path.c_str(), secret->size_bytes(),
                           crypto::kLeastSecretBytes);
  }
  return secret;
}

}  // namespace

StatusOr<SecretBytes> PseudonymKey(const v1::PseudonymAction& action, const ActionContext& context,
                                   Files& files) {
  std::string_view scope = "coalition";
  std::string_view whose;
  if (action.scope() == v1::PSEUDONYM_SCOPE_RECIPIENT) {
    scope = "recipient";
    whose = context.recipient;
  } else if (action.scope() == v1::PSEUDONYM_SCOPE_PERIOD) {
    scope = "period";
    whose = context.period;
  }
  if (whose.empty() && action.scope() != v1::PSEUDONYM_SCOPE_COALITION) {
    return InvalidArgument("pseudonyms of scope %s need the %s; name it with --%s",
                           std::string(scope).c_str(), std::string(scope).c_str(),
                           std::string(scope).c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const SecretBytes secret, ReadSecretNamed(action.key(), context, files));
  const std::string_view form = action.form() == v1::PSEUDONYM_FORM_FF1 ? "ff1" : "hmac";
  return crypto::DeriveKey(secret, {"pseudonym", form, scope, whose});
}

StatusOr<SecretBytes> DateShiftKey(const v1::DateShiftAction& action, const ActionContext& context,
                                   Files& files) {
  WEIR_ASSIGN_OR_RETURN(const SecretBytes secret, ReadSecretNamed(action.key(), context, files));
  return crypto::DeriveKey(secret, {"date-shift"});
}

StatusOr<SecretBytes> HomeRemovalKey(const v1::HomeRemoval& rules, const ActionContext& context,
                                     Files& files) {
  WEIR_ASSIGN_OR_RETURN(const SecretBytes secret, ReadSecretNamed(rules.key(), context, files));
  return crypto::DeriveKey(secret, {"home-removal"});
}

}  // namespace weir::anon
