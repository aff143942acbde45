// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_COALITION_TEST_COALITION_H_
#define WEIR_TESTS_COALITION_TEST_COALITION_H_

#include <map>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "weir/coalition/charter.h"
#include "weir/crypto/age_key.h"
#include "weir/crypto/certificate_authority.h"
#include "weir/crypto/note_key.h"
#include "weir/v1/charter.pb.h"

namespace weir::test {

// Everything one member of a coalition under test owns.
struct TestMember {
  crypto::NoteSigner charter_signer;
  crypto::NoteSigner node_signer;
  crypto::AgeIdentity age_identity;
  crypto::CertificateAuthority authority;
};

// A coalition "partnership" in memory: keys and authorities of its members and hub, and charters
// signed as the test wants. Aborts on a failure of its own.
class TestCoalition {
 public:
  explicit TestCoalition(const std::vector<std::string>& members, uint64_t seed = 1);

  const TestMember& member(const std::string& id) const { return members_.at(id); }
  FakeClock& clock() { return clock_; }
  SeededRandom& random() { return random_; }

  // Content of version 1 with all members, threshold a majority.
  v1::Charter Content() const;
  // `content` as a note signed by `signers`.
  std::string Sign(const v1::Charter& content, const std::vector<std::string>& signers) const;
  // `text` signed with the signers' charter keys.
  std::string SignText(const std::string& text, const std::vector<std::string>& signers) const;
  // Version 1, signed by everyone, verified.
  coalition::Charter Charter() const;

 private:
  FakeClock clock_;
  SeededRandom random_;
  std::map<std::string, TestMember> members_;
  std::string hub_authority_;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_COALITION_TEST_COALITION_H_
