// SPDX-License-Identifier: Apache-2.0
// Published notes: C2SP "signed-note", section "Example", and the documentation of Go's
// golang.org/x/mod/sumdb/note.
#include <string>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/crypto/signed_note.h"

namespace weir::crypto {
namespace {

using ::weir::test::IsOk;
using ::weir::test::IsOkAndHolds;
using ::weir::test::StatusIs;

constexpr char kC2spKey[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr char kC2spNote[] =
    "This is an example message.\n"
    "\n"
    "\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsY"
    "jOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

constexpr char kGoSigner[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr char kGoKey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kGoText[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr char kGoLine[] =
    "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvq"
    "fqdngotpRZb6KE6RyyBwJnAM=\n";

TEST(NoteVectorsTest, VerifiesTheExampleOfTheSpecification) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteVerifier key, NoteVerifier::Parse(kC2spKey));
  EXPECT_EQ(key.ToString(), kC2spKey);
  WEIR_ASSERT_OK_AND_ASSIGN(const VerifiedNote note, VerifyNote(kC2spNote, {&key, 1}));
  EXPECT_EQ(note.text(), "This is an example message.\n");
  EXPECT_TRUE(note.IsSignedBy(key));
}

TEST(NoteVectorsTest, RefusesTheExampleWithAnotherText) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteVerifier key, NoteVerifier::Parse(kC2spKey));
  std::string note = kC2spNote;
  note[0] = 't';
  EXPECT_THAT(VerifyNote(note, {&key, 1}), StatusIs(StatusCode::kUnauthenticated));
}

TEST(NoteVectorsTest, SignsByteForByteAsGoDoes) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteSigner signer, NoteSigner::Parse(kGoSigner));
  EXPECT_EQ(signer.verifier().ToString(), kGoKey);
  EXPECT_EQ(signer.Format(DangerouslyRevealKey::Because("published key"))
                .Bytes(DangerouslyRevealKey::Because("published key")),
            kGoSigner);
  EXPECT_THAT(SignNote(kGoText, signer), IsOkAndHolds(std::string(kGoText) + "\n" + kGoLine));
}

TEST(NoteVectorsTest, VerifiesGosNoteBesideAnUnknownSignature) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteVerifier key, NoteVerifier::Parse(kGoKey));
  const std::string unknown =
      "\xe2\x80\x94 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01"
      "oOTGwnWLox33WWd1RvMc+QQ=\n";
  EXPECT_THAT(VerifyNote(std::string(kGoText) + "\n" + unknown + kGoLine, {&key, 1}), IsOk());
  EXPECT_THAT(VerifyNote(std::string(kGoText) + "\n" + unknown, {&key, 1}),
              StatusIs(StatusCode::kUnauthenticated));
}

}  // namespace
}  // namespace weir::crypto
