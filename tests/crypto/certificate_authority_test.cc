// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/certificate_authority.h"

#include <chrono>
#include <set>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/crypto/certificate.h"

namespace weir::crypto {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::weir::test::FakeClock;
using ::weir::test::IsOk;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

constexpr seconds kYear = hours(24 * 365);

class CertificateAuthorityTest : public ::testing::Test {
 protected:
  CertificateAuthority MakeAuthority(const std::string& domain) {
    return *CertificateAuthority::Create(
        {.domain = *TrustDomain::Parse(domain), .validity = 10 * kYear}, clock_, random_);
  }
  IssueOptions NodeOptions() {
    return {.id = node_, .role = CertificateRole::kNode, .validity = kYear};
  }

  FakeClock clock_;
  SeededRandom random_{1};
  SpiffeId node_ = *SpiffeId::Parse("spiffe://kc.partnership/node");
  TlsKey key_ = TlsKey::Generate();
  CertificateAuthority kc_ = MakeAuthority("kc.partnership");
};

TEST_F(CertificateAuthorityTest, IsOneThatACharterMayList) {
  EXPECT_THAT(CheckAuthority(kc_.certificate_pem(), kc_.domain()), IsOk());
  WEIR_ASSERT_OK_AND_ASSIGN(const CertificateFacts facts, ParseCertificate(kc_.certificate_pem()));
  EXPECT_TRUE(facts.is_authority);
  EXPECT_EQ(facts.permitted_domain, "kc.partnership");
  EXPECT_EQ(facts.subject, "O = kc.partnership, CN = certificate authority");
  EXPECT_EQ(facts.issuer, facts.subject);
  EXPECT_FALSE(facts.spiffe_id.has_value());
  EXPECT_EQ(facts.not_before, clock_.Now() - CertificateAuthority::kClockTolerance);
  EXPECT_EQ(facts.not_after, clock_.Now() + 10 * kYear);
}

TEST_F(CertificateAuthorityTest, IssuesWhatWasAskedFor) {
  IssueOptions options = NodeOptions();
  options.dns_names = {"localhost", "node.kc.example"};
  options.ip_addresses = {"127.0.0.1", "::1"};
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string pem, kc_.Issue(MakeCertificateRequest(key_, node_),
                                                             options, clock_, random_));
  WEIR_ASSERT_OK_AND_ASSIGN(const CertificateFacts facts, ParseCertificate(pem));
  EXPECT_EQ(facts.spiffe_id, node_);
  EXPECT_FALSE(facts.is_authority);
  EXPECT_EQ(facts.permitted_domain, std::nullopt);
  EXPECT_EQ(facts.subject, "O = kc.partnership, CN = node");
  EXPECT_EQ(facts.issuer, "O = kc.partnership, CN = certificate authority");
  EXPECT_EQ(facts.not_before, clock_.Now() - CertificateAuthority::kClockTolerance);
  EXPECT_EQ(facts.not_after, clock_.Now() + kYear);
  EXPECT_THAT(facts.dns_names, ElementsAre("localhost", "node.kc.example"));
  EXPECT_THAT(facts.ip_addresses, ElementsAre("127.0.0.1", "0:0:0:0:0:0:0:1"));
  EXPECT_THAT(CheckKeyPair(pem, key_), IsOk());
  EXPECT_THAT(CheckKeyPair(pem, TlsKey::Generate()), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(CertificateAuthorityTest, NeverIssuesASerialTwice) {
  std::set<std::string> serials;
  for (int i = 0; i < 20; ++i) {
    WEIR_ASSERT_OK_AND_ASSIGN(const std::string pem, kc_.Issue(MakeCertificateRequest(key_, node_),
                                                               NodeOptions(), clock_, random_));
    const std::string serial = ParseCertificate(pem)->serial;
    EXPECT_EQ(serial.size(), 32U);
    serials.insert(serial);
  }
  EXPECT_EQ(serials.size(), 20U);
}

TEST_F(CertificateAuthorityTest, DoesNotSpeakForAnotherDomain) {
  IssueOptions options = NodeOptions();
  options.id = *SpiffeId::Parse("spiffe://co.partnership/node");
  EXPECT_THAT(kc_.Issue(MakeCertificateRequest(key_, options.id), options, clock_, random_),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("cannot speak for")));
}

TEST_F(CertificateAuthorityTest, RefusesARequestForAnotherId) {
  const SpiffeId steward = *SpiffeId::Parse("spiffe://kc.partnership/steward/alice");
  EXPECT_THAT(kc_.Issue(MakeCertificateRequest(key_, steward), NodeOptions(), clock_, random_),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not for")));
}

TEST_F(CertificateAuthorityTest, ChecksTheValidityOfWhatItIssues) {
  const std::string request = MakeCertificateRequest(key_, node_);
  IssueOptions options = NodeOptions();
  for (const seconds bad : {seconds(0), seconds(-1), seconds::min()}) {
    options.validity = bad;
    EXPECT_THAT(kc_.Issue(request, options, clock_, random_),
                StatusIs(StatusCode::kInvalidArgument));
  }
  for (const seconds good : {seconds(1), seconds(10 * kYear)}) {
    options.validity = good;
    EXPECT_THAT(kc_.Issue(request, options, clock_, random_), IsOk());
  }
  for (const seconds bad : {10 * kYear + seconds(1), seconds::max()}) {
    options.validity = bad;
    EXPECT_THAT(kc_.Issue(request, options, clock_, random_),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("2035-12-30T00:00:00Z")));
  }
  clock_.Advance(11 * kYear);
  options.validity = seconds(1);
  EXPECT_THAT(kc_.Issue(request, options, clock_, random_),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(CertificateAuthorityTest, ChecksItsOwnValidity) {
  const seconds century = std::chrono::years(100);
  for (const seconds good : {seconds(1), century}) {
    EXPECT_THAT(
        CertificateAuthority::Create({.domain = kc_.domain(), .validity = good}, clock_, random_),
        IsOk());
  }
  for (const seconds bad :
       {seconds(0), seconds(-1), seconds::min(), century + seconds(1), seconds::max()}) {
    EXPECT_THAT(
        CertificateAuthority::Create({.domain = kc_.domain(), .validity = bad}, clock_, random_),
        StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(CertificateAuthorityTest, RefusesBadHostsAndAddresses) {
  const std::string request = MakeCertificateRequest(key_, node_);
  for (const std::string& bad : {std::string(), std::string("a..b"), std::string(".a"),
                                 std::string("a."), std::string("a b"), std::string("a,URI:x"),
                                 std::string("a\0b", 3), std::string(254, 'a')}) {
    IssueOptions options = NodeOptions();
    options.dns_names = {bad};
    EXPECT_THAT(kc_.Issue(request, options, clock_, random_),
                StatusIs(StatusCode::kInvalidArgument))
        << bad;
  }
  for (const char* bad : {"", "localhost", "256.0.0.1", "1.2.3", "1.2.3.4/24", ":::"}) {
    IssueOptions options = NodeOptions();
    options.ip_addresses = {bad};
    EXPECT_THAT(kc_.Issue(request, options, clock_, random_),
                StatusIs(StatusCode::kInvalidArgument))
        << bad;
  }
}

TEST_F(CertificateAuthorityTest, LoadsItselfAndNothingElse) {
  const auto why = DangerouslyRevealKey::Because("copy a key in a test");
  const auto copy = [&](const TlsKey& key) {
    return *TlsKey::ParsePem(key.FormatPem(why).Bytes(why));
  };
  WEIR_ASSERT_OK_AND_ASSIGN(const CertificateAuthority loaded,
                            CertificateAuthority::Load(kc_.certificate_pem(), copy(kc_.key())));
  EXPECT_EQ(loaded.domain(), kc_.domain());
  EXPECT_THAT(loaded.Issue(MakeCertificateRequest(key_, node_), NodeOptions(), clock_, random_),
              IsOk());
  EXPECT_THAT(CertificateAuthority::Load(kc_.certificate_pem(), copy(key_)),
              StatusIs(StatusCode::kFailedPrecondition));
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string leaf, kc_.Issue(MakeCertificateRequest(key_, node_),
                                                              NodeOptions(), clock_, random_));
  EXPECT_THAT(CertificateAuthority::Load(leaf, copy(key_)),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(CertificateAuthority::Load("", copy(key_)), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(CertificateAuthorityTest, ParsesWhatItRequests) {
  WEIR_ASSERT_OK_AND_ASSIGN(const CertificateRequest request,
                            ParseCertificateRequest(MakeCertificateRequest(key_, node_)));
  EXPECT_EQ(request.id, node_);
  EXPECT_EQ(request.public_key, key_.public_key());
}

TEST_F(CertificateAuthorityTest, RefusesAlteredRequests) {
  const std::string request = MakeCertificateRequest(key_, node_);
  const size_t start = request.find('\n') + 1;
  const size_t end = request.rfind("\n-----END");
  for (size_t i = start; i < end; ++i) {
    std::string altered = request;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    if (altered != request && request[i] != '\n') {
      EXPECT_THAT(ParseCertificateRequest(altered), StatusIs(StatusCode::kInvalidArgument)) << i;
    }
  }
  for (const std::string& bad :
       {std::string(), request + request, "x" + request, kc_.certificate_pem()}) {
    EXPECT_THAT(ParseCertificateRequest(bad), StatusIs(StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace weir::crypto
