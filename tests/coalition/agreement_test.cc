// SPDX-License-Identifier: Apache-2.0
#include "weir/coalition/agreement.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coalition/test_coalition.h"
#include "tests/support/status_matchers.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"

namespace weir::coalition {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

class AgreementTest : public ::testing::Test {
 protected:
  static test::TestCoalition& regions() {
    static auto* coalition = new test::TestCoalition({"co", "il", "kc"});
    return *coalition;
  }
  static const Charter& charter() {
    static auto* charter = new Charter(regions().Charter());
    return *charter;
  }
  static v1::Agreement Terms() {
    v1::Agreement terms;
    terms.set_agreement("kc-co");
    terms.set_coalition("partnership");
    terms.set_provider("co");
    terms.set_consumer("kc");
    terms.set_dataset("crashes");
    terms.set_purpose("road safety plan");
    terms.add_measures()->mutable_rows();
    terms.mutable_budget_share()->set_epsilon("2");
    terms.set_approval(v1::APPROVAL_AUTO);
    terms.set_not_before("2026-01-01T00:00:00Z");
    terms.set_expires("2026-12-31T00:00:00Z");
    return terms;
  }
};

TEST_F(AgreementTest, BothSignaturesPutItInForce) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string text, DraftAgreement(Terms(), charter()));
  WEIR_ASSERT_OK_AND_ASSIGN(const Agreement one,
                            ReadAgreement(regions().SignText(text, {"kc"}), charter()));
  EXPECT_TRUE(one.signed_by_consumer);
  EXPECT_FALSE(one.signed_by_provider);
  EXPECT_FALSE(one.signed_by_both());
  WEIR_ASSERT_OK_AND_ASSIGN(const Agreement both,
                            ReadAgreement(regions().SignText(text, {"kc", "co"}), charter()));
  EXPECT_TRUE(both.signed_by_both());
  EXPECT_EQ(both.sha256, one.sha256);
  EXPECT_EQ(both.epsilon_share, Epsilon::Parse("2").value());
}

TEST_F(AgreementTest, OnlyThePartiesSignaturesCount) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string text, DraftAgreement(Terms(), charter()));
  EXPECT_THAT(ReadAgreement(regions().SignText(text, {"il"}), charter()),
              StatusIs(StatusCode::kPermissionDenied));
  WEIR_ASSERT_OK_AND_ASSIGN(const Agreement agreement,
                            ReadAgreement(regions().SignText(text, {"kc", "il"}), charter()));
  EXPECT_FALSE(agreement.signed_by_both());
}

TEST_F(AgreementTest, NodeKeysDoNotSignAgreements) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string text, DraftAgreement(Terms(), charter()));
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note,
                            crypto::SignNote(text, regions().member("kc").node_signer));
  EXPECT_THAT(ReadAgreement(note, charter()), StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(AgreementTest, AlteredTermsAreRefused) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string text, DraftAgreement(Terms(), charter()));
  std::string note = regions().SignText(text, {"kc", "co"});
  note.replace(note.find("road safety"), 4, "toad");
  EXPECT_THAT(ReadAgreement(note, charter()), StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(AgreementTest, RefusesTermsThatBreakARule) {
  const struct {
    std::function<void(v1::Agreement&)> change;
    const char* message;
  } cases[] = {
      {[](v1::Agreement& t) { t.set_coalition("other"); }, "agreement of coalition other"},
      {[](v1::Agreement& t) { t.set_provider("tus"); }, "tus is not a member"},
      {[](v1::Agreement& t) { t.set_consumer("co"); }, "two members"},
      {[](v1::Agreement& t) { t.set_expires("2026-01-01T00:00:00Z"); }, "later than not_before"},
      {[](v1::Agreement& t) { t.mutable_budget_share()->set_epsilon("0"); }, "epsilon"},
      {[](v1::Agreement& t) { t.mutable_budget_share()->set_epsilon("-1"); }, "epsilon"},
      {[](v1::Agreement& t) { t.mutable_budget_share()->set_delta("1"); }, "delta"},
      {[](v1::Agreement& t) { t.clear_purpose(); }, "purpose"},
      {[](v1::Agreement& t) { t.clear_approval(); }, "approval"},
      {[](v1::Agreement& t) { t.clear_measures(); }, "measures"},
  };
  for (const auto& broken : cases) {
    v1::Agreement terms = Terms();
    broken.change(terms);
    EXPECT_THAT(DraftAgreement(terms, charter()),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(broken.message)));
  }
}

}  // namespace
}  // namespace weir::coalition
