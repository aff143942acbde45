// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/wire/trust.h"
#include "tests/services/wire_coalition.h"
#include "tests/support/status_matchers.h"

namespace weir::wire {
namespace {

using crypto::CertificatePurpose;
using test::Credential;
using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::weir::test::IsOk;
using ::weir::test::IsOkAndHolds;
using ::weir::test::StatusIs;

class TrustStoreTest : public ::testing::Test {
 protected:
  TrustStoreTest() { WEIR_CHECK(trust_.Replace(coalition_.Trusted()).ok()); }
  StatusOr<CallerIdentity> Identify(const Credential& credential) {
    return trust_.Identify(credential.certificate_pem, CertificatePurpose::kClient);
  }
  Status ReplaceRevoked(const std::string& party, const std::string& serial) {
    TrustedCoalition trusted = coalition_.Trusted();
    trusted.revoked = {{party, serial}};
    return trust_.Replace(trusted);
  }

  test::WireCoalition coalition_;
  TrustStore trust_{coalition_.clock()};
};

TEST_F(TrustStoreTest, TellsTheRolesApart) {
  EXPECT_THAT(Identify(coalition_.Issue("kc", "node")),
              IsOkAndHolds(AllOf(Field(&CallerIdentity::member, "kc"),
                                 Field(&CallerIdentity::role, Role::kNode))));
  EXPECT_THAT(Identify(coalition_.Issue("il", "steward/ann")),
              IsOkAndHolds(AllOf(Field(&CallerIdentity::member, "il"),
                                 Field(&CallerIdentity::role, Role::kSteward),
                                 Field(&CallerIdentity::steward, "ann"))));
  EXPECT_THAT(Identify(coalition_.Issue("exchange", "hub")),
              IsOkAndHolds(AllOf(Field(&CallerIdentity::member, "exchange"),
                                 Field(&CallerIdentity::role, Role::kHub))));
}

TEST_F(TrustStoreTest, RefusesPathsThatAreNoRole) {
  for (const char* path : {"nodes", "steward", "steward/Ann", "steward/a/b", "Node", "hub/x"}) {
    EXPECT_THAT(Identify(coalition_.Issue("kc", path)), StatusIs(StatusCode::kUnauthenticated))
        << path;
  }
}

TEST_F(TrustStoreTest, BelievesNobodyBeforeTheFirstReplace) {
  const TrustStore empty(coalition_.clock());
  EXPECT_THAT(
      empty.Identify(coalition_.Issue("kc", "node").certificate_pem, CertificatePurpose::kClient),
      StatusIs(StatusCode::kUnauthenticated));
  EXPECT_EQ(empty.AuthorityBundle(), "");
}

TEST_F(TrustStoreTest, RefusesWhatIsNoCertificate) {
  for (const std::string& text : {std::string(), std::string("PEM"), std::string(1 << 20, 'A'),
                                  std::string("-----BEGIN CERTIFICATE-----\n")}) {
    EXPECT_THAT(trust_.Identify(text, CertificatePurpose::kClient),
                StatusIs(StatusCode::kUnauthenticated));
  }
}

TEST_F(TrustStoreTest, RefusesAnAuthorityInAnothersName) {
  EXPECT_THAT(Identify(coalition_.Forge("kc", "il", "node")),
              StatusIs(StatusCode::kUnauthenticated));
  EXPECT_THAT(Identify(coalition_.Forge("exchange", "il", "node")),
              StatusIs(StatusCode::kUnauthenticated));
  EXPECT_THAT(Identify(coalition_.IssueByImpostor("il", "node")),
              StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(TrustStoreTest, AcceptsTheSameForgeryInTheOwnName) {
  EXPECT_THAT(Identify(coalition_.Forge("il", "il", "node")), IsOk());
}

TEST_F(TrustStoreTest, RefusesAStewardAsServer) {
  EXPECT_THAT(trust_.Identify(coalition_.Issue("kc", "steward/ann").certificate_pem,
                              CertificatePurpose::kServer),
              StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(TrustStoreTest, LooksAtTheTimeEveryTime) {
  const Credential credential = coalition_.Issue("kc", "node", 365 * 10);
  EXPECT_THAT(Identify(credential), IsOk());
  coalition_.clock().Set(std::chrono::sys_days(std::chrono::January / 1 / 2031));
  EXPECT_THAT(Identify(credential),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("counts from")));
  coalition_.clock().Set(std::chrono::sys_days(std::chrono::January / 1 / 2019));
  EXPECT_THAT(Identify(credential), StatusIs(StatusCode::kUnauthenticated));
  coalition_.clock().Set(std::chrono::sys_days(std::chrono::January / 1 / 2021));
  EXPECT_THAT(Identify(credential), IsOk());
}

TEST_F(TrustStoreTest, LooksAtRevocationEveryTime) {
  const Credential credential = coalition_.Issue("kc", "node");
  WEIR_ASSERT_OK_AND_ASSIGN(const CallerIdentity caller, Identify(credential));
  WEIR_ASSERT_OK(ReplaceRevoked("kc", caller.serial));
  EXPECT_THAT(Identify(credential), StatusIs(StatusCode::kUnauthenticated, HasSubstr("revoked")));
  EXPECT_THAT(Identify(coalition_.Issue("kc", "node")), IsOk());
}

TEST_F(TrustStoreTest, RevokesASerialForItsPartyOnly) {
  const Credential credential = coalition_.Issue("kc", "node");
  WEIR_ASSERT_OK_AND_ASSIGN(const CallerIdentity caller, Identify(credential));
  WEIR_ASSERT_OK(ReplaceRevoked("il", caller.serial));
  EXPECT_THAT(Identify(credential), IsOk());
}

TEST_F(TrustStoreTest, RevokesSerialsHoweverTheyAreWritten) {
  const Credential credential = coalition_.Forge("kc", "kc", "node");  // serial 4711 = 0x1267
  for (const char* serial : {"1267", "12:67", "0012:67", "001267"}) {
    WEIR_ASSERT_OK(ReplaceRevoked("kc", serial));
    EXPECT_THAT(Identify(credential), StatusIs(StatusCode::kUnauthenticated)) << serial;
  }
  WEIR_ASSERT_OK(ReplaceRevoked("kc", "1268"));
  EXPECT_THAT(Identify(credential), IsOk());
}

TEST_F(TrustStoreTest, RefusesARevocationItCannotRead) {
  for (const char* serial : {"", ":", "0x12", "12 67", "zz"}) {
    EXPECT_THAT(ReplaceRevoked("kc", serial), StatusIs(StatusCode::kInvalidArgument)) << serial;
  }
}

TEST_F(TrustStoreTest, RefusesAnAuthorityOfAnotherDomain) {
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.members[0].authority_pem = coalition_.authority_pem("il");
  EXPECT_THAT(trust_.Replace(trusted),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("authority of kc")));
}

TEST_F(TrustStoreTest, ChangesNothingOnAnError) {
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.charter_version = 2;
  trusted.members[1].id = trusted.members[0].id;
  EXPECT_THAT(trust_.Replace(trusted), Not(IsOk()));
  EXPECT_EQ(trust_.charter_version(), 1u);
  EXPECT_THAT(Identify(coalition_.Issue("il", "node")), IsOk());
}

TEST_F(TrustStoreTest, RefusesTheSamePartyTwice) {
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.members.push_back(trusted.members[0]);
  EXPECT_THAT(trust_.Replace(trusted), StatusIs(StatusCode::kInvalidArgument, HasSubstr("twice")));
}

TEST_F(TrustStoreTest, NeverGoesBackToAnOlderCharter) {
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.charter_version = 2;
  WEIR_ASSERT_OK(trust_.Replace(trusted));
  EXPECT_THAT(trust_.Replace(coalition_.Trusted()),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("older")));
}

TEST_F(TrustStoreTest, StaysWithItsCoalition) {
  TrustedCoalition trusted = coalition_.Trusted();
  trusted.coalition = "another";
  EXPECT_THAT(trust_.Replace(trusted), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(TrustStoreTest, CountsGenerations) {
  const uint64_t before = trust_.generation();
  WEIR_ASSERT_OK(trust_.Replace(coalition_.Trusted()));
  EXPECT_EQ(trust_.generation(), before + 1);
}

TEST_F(TrustStoreTest, GivesTheAuthoritiesOfAll) {
  for (const char* id : {"kc", "il", "exchange"}) {
    EXPECT_THAT(trust_.AuthorityBundle(), HasSubstr(coalition_.authority_pem(id)));
  }
  EXPECT_THAT(trust_.AuthorityBundle(), Not(HasSubstr(coalition_.authority_pem("elsewhere"))));
}

TEST_F(TrustStoreTest, FindsPartiesAndNobodyElse) {
  EXPECT_THAT(trust_.FindParty("exchange"), IsOk());
  EXPECT_THAT(trust_.FindParty("elsewhere"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(trust_.FindParty(""), StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace weir::wire
