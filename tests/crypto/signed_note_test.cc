// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/signed_note.h"

#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"

namespace weir::crypto {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::weir::test::IsOk;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

static_assert(!std::is_constructible_v<VerifiedNote, std::string, std::vector<NoteVerifier>>);

const std::string kDash = "\xe2\x80\x94 ";

std::string Line(const std::string& name, uint32_t key_id, const std::string& signature) {
  std::string data;
  for (const int shift : {24, 16, 8, 0}) data += static_cast<char>(key_id >> shift);
  return kDash + name + " " + Base64Encode(data + signature, Base64Padding::kPadded) + "\n";
}

class SignedNoteTest : public ::testing::Test {
 protected:
  NoteSigner MakeSigner(const std::string& name) { return *NoteSigner::Generate(name, random_); }
  StatusOr<VerifiedNote> Verify(const std::string& note) {
    return VerifyNote(note, std::vector{colorado_.verifier(), illinois_.verifier()});
  }

  SeededRandom random_{1};
  NoteSigner colorado_ = MakeSigner("co.partnership/charter");
  NoteSigner illinois_ = MakeSigner("il.partnership/charter");
  NoteSigner stranger_ = MakeSigner("stranger");
};

class SignedNoteTextTest : public SignedNoteTest,
                           public ::testing::WithParamInterface<std::string> {};

TEST_P(SignedNoteTextTest, VerifiesWhatItSigned) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote(GetParam(), colorado_));
  WEIR_ASSERT_OK_AND_ASSIGN(const VerifiedNote verified, Verify(note));
  EXPECT_EQ(verified.text(), GetParam());
  EXPECT_THAT(verified.verified_by(), ElementsAre(colorado_.verifier()));
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string both, AddSignature(note, illinois_));
  WEIR_ASSERT_OK_AND_ASSIGN(const VerifiedNote verified_both, Verify(both));
  EXPECT_EQ(verified_both.text(), GetParam());
  EXPECT_THAT(verified_both.verified_by(), ElementsAre(colorado_.verifier(), illinois_.verifier()));
}

INSTANTIATE_TEST_SUITE_P(Texts, SignedNoteTextTest,
                         ::testing::Values("\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", "\n\na\n",
                                           "a\n\nb\n", "weir/charter/v1\nmembers:\n\n  - co\n",
                                           "\xc3\xa9 \xf0\x9f\x8c\x8a\n", "\x7f\n",
                                           "a\n\n" + kDash + "b AAAAAAE=\n"));

class SignedNoteBadTextTest : public SignedNoteTest,
                              public ::testing::WithParamInterface<std::string> {};

TEST_P(SignedNoteBadTextTest, IsNotSigned) {
  EXPECT_THAT(SignNote(GetParam(), colorado_), StatusIs(StatusCode::kInvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(Texts, SignedNoteBadTextTest,
                         ::testing::Values("", "a", "a\n\nb", "a\r\n", "a\tb\n",
                                           std::string("a\0b\n", 4), "a\x1b[31m\n", "\xff\n",
                                           "\xed\xa0\x80\n", "\xc0\x80\n"));

TEST_F(SignedNoteTest, RefusesEveryFlippedBit) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("approve 17\n", colorado_));
  EXPECT_THAT(Verify(note), IsOk());
  for (size_t bit = 0; bit < 8 * note.size(); ++bit) {
    std::string altered = note;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Verify(altered).ok()) << "bit " << bit;
  }
}

TEST_F(SignedNoteTest, RefusesEveryTruncation) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("approve 17\n", colorado_));
  for (size_t size = 0; size < note.size(); ++size) {
    EXPECT_FALSE(Verify(note.substr(0, size)).ok()) << size;
  }
}

TEST_F(SignedNoteTest, IgnoresUnknownKeysBesideAKnownOne) {
  WEIR_ASSERT_OK_AND_ASSIGN(std::string note, SignNote("text\n", stranger_));
  EXPECT_THAT(Verify(note), StatusIs(StatusCode::kUnauthenticated, HasSubstr("no signature")));
  WEIR_ASSERT_OK_AND_ASSIGN(note, AddSignature(note, colorado_));
  WEIR_ASSERT_OK_AND_ASSIGN(const VerifiedNote verified, Verify(note));
  EXPECT_FALSE(verified.IsSignedBy(stranger_.verifier()));
  EXPECT_TRUE(verified.IsSignedBy(colorado_.verifier()));
}

TEST_F(SignedNoteTest, IgnoresKeysThatShareOnlyNameOrOnlyId) {
  const NoteVerifier& known = colorado_.verifier();
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("text\n", colorado_));
  const std::string bad(64, 'x');
  EXPECT_THAT(Verify(note + Line(known.name(), known.key_id() ^ 1, bad)), IsOk());
  EXPECT_THAT(Verify(note + Line("other", known.key_id(), bad)), IsOk());
  EXPECT_THAT(Verify("text\n\n" + Line("other", known.key_id(), bad)),
              StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(SignedNoteTest, RefusesAKnownKeysBadSignatureBesideGoodOnes) {
  const NoteVerifier& known = illinois_.verifier();
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("text\n", colorado_));
  for (const std::string& bad : {std::string(64, 'x'), std::string("x"), std::string(65, 'x')}) {
    EXPECT_THAT(Verify(note + Line(known.name(), known.key_id(), bad)),
                StatusIs(StatusCode::kUnauthenticated, HasSubstr("il.partnership")));
  }
}

TEST_F(SignedNoteTest, RefusesASignatureOfAnotherText) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("text\n", colorado_));
  EXPECT_THAT(Verify("more " + note), StatusIs(StatusCode::kUnauthenticated));
  EXPECT_THAT(Verify("\n" + note), StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(SignedNoteTest, CountsAKeyThatSignedTwiceOnce) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("text\n", colorado_));
  const std::string line = note.substr(note.find(kDash));
  WEIR_ASSERT_OK_AND_ASSIGN(const VerifiedNote twice, Verify(note + line));
  EXPECT_THAT(twice.verified_by(), ElementsAre(colorado_.verifier()));
  const std::vector same = {colorado_.verifier(), colorado_.verifier()};
  WEIR_ASSERT_OK_AND_ASSIGN(const VerifiedNote listed_twice, VerifyNote(note, same));
  EXPECT_THAT(listed_twice.verified_by(), ElementsAre(colorado_.verifier()));
}

TEST_F(SignedNoteTest, RefusesABadSecondSignatureOfAKeyThatSignedWell) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("text\n", colorado_));
  const NoteVerifier& known = colorado_.verifier();
  EXPECT_THAT(Verify(note + Line(known.name(), known.key_id(), std::string(64, 'x'))),
              StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(SignedNoteTest, NeedsAVerifier) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("text\n", colorado_));
  EXPECT_THAT(VerifyNote(note, {}), StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(SignedNoteTest, SignsEachKeyOnce) {
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string note, SignNote("text\n", colorado_));
  EXPECT_THAT(AddSignature(note, colorado_), StatusIs(StatusCode::kAlreadyExists));
  std::vector<NoteSigner> signers;
  EXPECT_THAT(SignNote("text\n", signers), StatusIs(StatusCode::kInvalidArgument));
  const auto why = DangerouslyRevealKey::Because("copy a key in a test");
  signers.push_back(*NoteSigner::Parse(colorado_.Format(why).Bytes(why)));
  signers.push_back(*NoteSigner::Parse(colorado_.Format(why).Bytes(why)));
  EXPECT_THAT(SignNote("text\n", signers), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(SignedNoteTest, ReadsTheSignaturesInTheirOrder) {
  WEIR_ASSERT_OK_AND_ASSIGN(const UnverifiedNote note, ParseNote("text\n\n" + Line("b", 7, "one") +
                                                                 Line("a", 0xffffffff, "two")));
  EXPECT_EQ(note.text, "text\n");
  EXPECT_THAT(note.signatures,
              ElementsAre(NoteSignature{"b", 7, "one"}, NoteSignature{"a", 0xffffffff, "two"}));
}

class MalformedNoteTest : public ::testing::TestWithParam<std::string> {};

TEST_P(MalformedNoteTest, IsRefused) {
  EXPECT_THAT(ParseNote(GetParam()), StatusIs(StatusCode::kInvalidArgument));
}

const std::string kGoodLine = kDash + "name AAAAAAE=\n";

TEST(ParseNoteTest, TakesTheSmallestNote) { EXPECT_THAT(ParseNote("\n\n" + kGoodLine), IsOk()); }

INSTANTIATE_TEST_SUITE_P(
    Notes, MalformedNoteTest,
    ::testing::Values(
        "", "\n", "\n\n", "text\n", "text\n\n", kGoodLine, "\n" + kGoodLine, "text\n" + kGoodLine,
        "text\n\n" + kGoodLine + "\n", "text\n\n" + kGoodLine + "more\n",
        "text\n\n" + kGoodLine.substr(0, kGoodLine.size() - 1), "text\n\n- name AAAAAAE=\n",
        "text\n\n" + kDash + "AAAAAAE=\n", "text\n\n" + kDash + " AAAAAAE=\n",
        "text\n\n" + kDash + "name  AAAAAAE=\n", "text\n\n" + kDash + "na me AAAAAAE=\n",
        "text\n\n" + kDash + "na+me AAAAAAE=\n", "text\n\n" + kDash + "name AAAAAAE\n",
        "text\n\n" + kDash + "name AAAAAAF=\n", "text\n\n" + kDash + "name AAAAAAE= \n",
        "text\n\n" + kDash + "name AAAAAA==\n", "text\n\n" + kDash + "name \n",
        "text\n\n" + kDash + "name\n", "text\n\n" + kDash + "name AAAAAAE=\r\n",
        "te\xffxt\n\n" + kGoodLine, "te\txt\n\n" + kGoodLine, "text\r\n\r\n" + kGoodLine));

TEST(ParseNoteTest, TakesTheMostSignaturesAndNotOneMore) {
  std::string note = "text\n\n";
  for (size_t i = 0; i < kMaxNoteSignatures; ++i) note += kGoodLine;
  EXPECT_THAT(ParseNote(note), IsOk());
  SeededRandom random(1);
  EXPECT_THAT(AddSignature(note, *NoteSigner::Generate("name", random)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseNote(note + kGoodLine), StatusIs(StatusCode::kInvalidArgument));
}

TEST(ParseNoteTest, TakesTheLargestNoteAndNotOneByteMore) {
  const std::string end = "\n\n" + kGoodLine;
  EXPECT_THAT(ParseNote(std::string(kMaxNoteBytes - end.size(), 'a') + end), IsOk());
  EXPECT_THAT(ParseNote(std::string(kMaxNoteBytes - end.size() + 1, 'a') + end),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace weir::crypto
