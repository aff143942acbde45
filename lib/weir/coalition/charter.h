// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_COALITION_CHARTER_H_
#define WEIR_COALITION_CHARTER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/base/status.h"
#include "weir/base/time.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/signed_note.h"
#include "weir/v1/charter.pb.h"

namespace weir::coalition {

// One region as the charter describes it, with its keys parsed.
struct Member {
  std::string id;
  std::string title;
  std::string address;               // host:port
  crypto::NoteVerifier charter_key;  // speaks for the region in charters and agreements
  crypto::NoteVerifier node_key;     // speaks for its node in requests, manifests, packages
  crypto::AgeRecipient recipient;
  std::string certificate_authority;  // PEM
};

// A card, read as a charter of `coalition` would read it.
// Errors: INVALID_ARGUMENT  an address that is not host:port, a key of another form or name;
//         FAILED_PRECONDITION  an authority that does not keep to <member>.<coalition>.
StatusOr<Member> ReadMemberCard(const v1::MemberCard& card, const std::string& coalition);

struct Hub {
  std::string id;
  std::string address;
  std::string certificate_authority;  // PEM
};

// A charter whose signatures have been verified: who the members are and what speaks for them.
// Immutable. The text that was signed is kept as it is.
class Charter {
 public:
  // Verifies a signed charter note.
  //
  // Guarantee: at least `rule.threshold` members signed it with their charter keys - members of
  //            `previous` when that is given (a new version needs the old rule), of the charter
  //            itself for version 1; the threshold is more than half; ids and keys are distinct;
  //            every authority has a critical name constraint to <member>.<coalition> only; the
  //            version follows on `previous` and names its hash; it has not expired at `now`.
  // Errors:    INVALID_ARGUMENT    not a charter, or a rule of its content is broken.
  //            PERMISSION_DENIED   too few signatures.
  //            FAILED_PRECONDITION expired, or not the successor of `previous`.
  static StatusOr<Charter> Verify(std::string_view note, const Charter* previous, Time now);

  // The newest of a history that was verified when it was received, version 1 first. Everything
  // is verified again but expiry, which the user of the charter looks at (`expires`).
  static StatusOr<Charter> LoadHistory(std::span<const std::string> notes);

  const std::string& coalition() const { return coalition_; }
  uint64_t version() const { return version_; }
  // sha256 of the signed text, lower-case hexadecimal.
  const std::string& sha256() const { return sha256_; }
  const std::string& note() const { return note_; }
  Time expires() const { return expires_; }
  uint32_t threshold() const { return threshold_; }
  const std::vector<Member>& members() const { return members_; }  // sorted by id
  const Member* FindMember(std::string_view id) const;             // null if none
  const Hub& hub() const { return hub_; }
  // (member, serial) pairs that no longer count.
  const std::vector<std::pair<std::string, std::string>>& revoked() const { return revoked_; }
  const std::vector<std::string>& signed_by() const { return signed_by_; }

 private:
  static StatusOr<Charter> VerifyContent(std::string_view note, const Charter* previous);

  Charter() = default;
  std::string coalition_;
  uint64_t version_ = 0;
  std::string sha256_;
  std::string note_;
  Time expires_;
  uint32_t threshold_ = 0;
  std::vector<Member> members_;
  Hub hub_;
  std::vector<std::pair<std::string, std::string>> revoked_;
  std::vector<std::string> signed_by_;
};

// The text of a new charter, ready to be signed. Checks all rules of its content.
StatusOr<std::string> DraftCharter(const v1::Charter& content);

}  // namespace weir::coalition

#endif  // WEIR_COALITION_CHARTER_H_
