// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/certificate.h"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/crypto/certificate_authority.h"

namespace weir::crypto {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::weir::test::FakeClock;
using ::weir::test::IsOk;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

constexpr seconds kDay = hours(24);

class CertificateTest : public ::testing::Test {
 protected:
  CertificateAuthority MakeAuthority(const std::string& domain) {
    return *CertificateAuthority::Create(
        {.domain = *TrustDomain::Parse(domain), .validity = 100 * kDay}, clock_, random_);
  }
  std::string Issue(const CertificateAuthority& authority, const std::string& path,
                    CertificateRole role) {
    const SpiffeId id = *SpiffeId::Create(authority.domain(), path);
    return *authority.Issue(MakeCertificateRequest(TlsKey::Generate(), id),
                            {.id = id, .role = role, .validity = 10 * kDay}, clock_, random_);
  }
  StatusOr<CertificateFacts> Verify(const std::string& leaf, Time at,
                                    CertificatePurpose purpose = CertificatePurpose::kServer) {
    return VerifyChain(leaf, authorities_, at, purpose);
  }

  FakeClock clock_;
  SeededRandom random_{1};
  CertificateAuthority co_ = MakeAuthority("co.partnership");
  CertificateAuthority kc_ = MakeAuthority("kc.partnership");
  std::vector<std::string> authorities_ = {co_.certificate_pem(), kc_.certificate_pem()};
  std::string node_ = Issue(kc_, "node", CertificateRole::kNode);
  std::string steward_ = Issue(kc_, "steward/alice", CertificateRole::kClient);
};

TEST_F(CertificateTest, VerifiesANodeBothWays) {
  for (const auto purpose : {CertificatePurpose::kServer, CertificatePurpose::kClient}) {
    WEIR_ASSERT_OK_AND_ASSIGN(const CertificateFacts facts, Verify(node_, clock_.Now(), purpose));
    EXPECT_EQ(facts.spiffe_id->ToString(), "spiffe://kc.partnership/node");
  }
}

TEST_F(CertificateTest, RefusesAStewardAsServer) {
  EXPECT_THAT(Verify(steward_, clock_.Now(), CertificatePurpose::kClient), IsOk());
  EXPECT_THAT(Verify(steward_, clock_.Now(), CertificatePurpose::kServer),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("purpose")));
}

TEST_F(CertificateTest, HoldsFromItsStartToItsEnd) {
  const Time start = clock_.Now() - CertificateAuthority::kClockTolerance;
  const Time end = clock_.Now() + 10 * kDay;
  EXPECT_THAT(Verify(node_, start), IsOk());
  EXPECT_THAT(Verify(node_, end - seconds(1)), IsOk());
  EXPECT_THAT(Verify(node_, start - seconds(1)),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("not yet valid")));
  EXPECT_THAT(Verify(node_, end + seconds(1)),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("expired")));
}

TEST_F(CertificateTest, RefusesAnUnknownAuthority) {
  authorities_ = {co_.certificate_pem()};
  EXPECT_THAT(Verify(node_, clock_.Now()),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("no authority of kc")));
  authorities_.clear();
  EXPECT_THAT(Verify(node_, clock_.Now()), StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(CertificateTest, RefusesALeafOfAnotherAuthorityOfThatName) {
  const CertificateAuthority impostor = MakeAuthority("kc.partnership");
  EXPECT_THAT(Verify(Issue(impostor, "node", CertificateRole::kNode), clock_.Now()),
              StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(CertificateTest, TakesEitherOfTwoAuthoritiesDuringAChange) {
  const CertificateAuthority next = MakeAuthority("kc.partnership");
  authorities_.push_back(next.certificate_pem());
  EXPECT_THAT(Verify(node_, clock_.Now()), IsOk());
  EXPECT_THAT(Verify(Issue(next, "node", CertificateRole::kNode), clock_.Now()), IsOk());
}

TEST_F(CertificateTest, RefusesAnAuthorityAsLeaf) {
  EXPECT_THAT(Verify(kc_.certificate_pem(), clock_.Now()), StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(CertificateTest, RefusesEveryAlteredCharacter) {
  EXPECT_THAT(Verify(node_, clock_.Now()), IsOk());
  for (size_t i = 0; i < node_.size(); ++i) {
    std::string altered = node_;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    if (node_[i] != '\n') {
      EXPECT_FALSE(Verify(altered, clock_.Now()).ok()) << i;
    }
    EXPECT_FALSE(ParseCertificate(node_.substr(0, i)).ok() && i + 1 < node_.size()) << i;
  }
}

TEST_F(CertificateTest, ReadsOneCertificateOnly) {
  EXPECT_THAT(ParseCertificate(" \n" + node_ + "\r\n"), IsOk());
  for (const std::string& bad : {std::string(), std::string("certificate"), node_ + steward_,
                                 "subject\n" + node_, std::string(70000, ' ') + node_}) {
    EXPECT_THAT(ParseCertificate(bad), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(CertificateTest, ACharterListsAnAuthorityForItsOwnDomainOnly) {
  EXPECT_THAT(CheckAuthority(kc_.certificate_pem(), kc_.domain()), IsOk());
  EXPECT_THAT(CheckAuthority(kc_.certificate_pem(), co_.domain()),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("URI:co.partnership")));
  EXPECT_THAT(CheckAuthority(node_, kc_.domain()), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(CheckAuthority("", kc_.domain()), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::crypto
