// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_MEMBER_IDENTITY_H_
#define WEIR_MEMBER_IDENTITY_H_

#include <string>

#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/crypto/age_key.h"
#include "weir/crypto/note_key.h"
#include "weir/v1/charter.pb.h"

namespace weir::member {

struct IdentityOptions {
  std::string member;     // id
  std::string coalition;  // id
  std::string title;
  std::string address;  // host:port where the node listens
  std::string steward;  // name of the first steward
};

// A region's keys, made by `weir init`, under <state>/identity (0700, files 0600):
//   charter.key node.key   note signers <member>.<coalition>/charter and .../node
//   age.key                identity that packages are sealed to
//   authority.key .pem     the region's certificate authority
//   node.tls.key .pem      spiffe://<member>.<coalition>/node
//   stewards/<name>.tls.key .pem   spiffe://<member>.<coalition>/steward/<name>
//   member.yaml            the public half, for the charter
struct Identity {
  std::string member;
  std::string coalition;
  crypto::NoteSigner charter_signer;
  crypto::NoteSigner node_signer;
  crypto::AgeIdentity age_identity;
  v1::MemberCard card;
};

// Makes keys, certificates, card and an empty state folder of the current version.
// Errors: ALREADY_EXISTS a state is there; INVALID_ARGUMENT a bad id, name or address.
Status CreateIdentity(const std::string& state_folder, const IdentityOptions& options, Clock& clock,
                      RandomSource& random, Files& files);
// Errors: NOT_FOUND no state; PERMISSION_DENIED a key others may read; DATA_LOSS.
StatusOr<Identity> LoadIdentity(const std::string& state_folder, Files& files);
// One more steward of the region.
Status AddSteward(const std::string& state_folder, const std::string& steward, Clock& clock,
                  RandomSource& random, Files& files);

// Names of the TLS files of an identity, for who opens sockets.
struct TlsPaths {
  std::string certificate;
  std::string key;
};
TlsPaths NodeTlsPaths(const std::string& state_folder);
TlsPaths StewardTlsPaths(const std::string& state_folder, const std::string& steward);

}  // namespace weir::member

#endif  // WEIR_MEMBER_IDENTITY_H_
