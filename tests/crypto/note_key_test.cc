// SPDX-License-Identifier: Apache-2.0
#include "weir/crypto/note_key.h"

#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::weir::test::IsOk;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

constexpr char kVkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kSkey[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

static_assert(!std::is_copy_constructible_v<NoteSigner>);
static_assert(std::is_nothrow_move_constructible_v<NoteSigner>);

std::string Reveal(const NoteSigner& signer) {
  const auto why = DangerouslyRevealKey::Because("compare in a test");
  return std::string(signer.Format(why).Bytes(why));
}

// The vkey of `name` with a key id that belongs to whatever bytes are given as the typed key.
std::string MakeVkey(const std::string& name, const std::string& typed_key) {
  const Sha256Digest digest = Sha256(name + "\n" + typed_key);
  return name + "+" + HexEncode(AsText(digest).substr(0, 4)) + "+" +
         Base64Encode(typed_key, Base64Padding::kPadded);
}

TEST(NoteKeyTest, ParsesWhatItFormats) {
  SeededRandom random(1);
  for (int i = 0; i < 50; ++i) {
    WEIR_ASSERT_OK_AND_ASSIGN(const NoteSigner signer,
                              NoteSigner::Generate("kc.partnership/charter", random));
    WEIR_ASSERT_OK_AND_ASSIGN(const NoteSigner again, NoteSigner::Parse(Reveal(signer)));
    EXPECT_EQ(again.verifier(), signer.verifier());
    WEIR_ASSERT_OK_AND_ASSIGN(const NoteVerifier verifier,
                              NoteVerifier::Parse(signer.verifier().ToString()));
    EXPECT_EQ(verifier, signer.verifier());
    EXPECT_TRUE(verifier.Accepts("text", again.Sign("text")));
    EXPECT_FALSE(verifier.Accepts("test", again.Sign("text")));
  }
}

TEST(NoteKeyTest, RefusesEveryCutAndEveryChangedCharacter) {
  for (const std::string key : {kVkey, kSkey}) {
    const auto parses = [](const std::string& text) {
      return NoteVerifier::Parse(text).ok() || NoteSigner::Parse(text).ok();
    };
    EXPECT_TRUE(parses(key));
    for (size_t i = 0; i < key.size(); ++i) {
      EXPECT_FALSE(parses(key.substr(0, i))) << i;
      std::string changed = key;
      changed[i] = static_cast<char>(changed[i] + 1);
      EXPECT_FALSE(parses(changed)) << changed;
    }
    EXPECT_FALSE(parses(key.substr(1)));
    EXPECT_FALSE(parses(key + "\n"));
    EXPECT_FALSE(parses(" " + key));
  }
}

TEST(NoteKeyTest, RefusesOtherTypesAndLengthsWithTheirRightKeyId) {
  const std::string key =
      Base64Decode(std::string(kVkey).substr(22), Base64Padding::kPadded)->substr(1);
  EXPECT_THAT(NoteVerifier::Parse(MakeVkey("PeterNeumann", "\x01" + key)), IsOk());
  for (const std::string& typed_key : {"\x02" + key, "\x04" + key, std::string("\x01"),
                                       "\x01" + key.substr(1), "\x01" + key + "x", std::string()}) {
    EXPECT_THAT(NoteVerifier::Parse(MakeVkey("PeterNeumann", typed_key)),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(NoteKeyTest, RefusesKeysOutsideThePrimeOrderGroup) {
  std::string identity(32, '\0');
  identity[0] = '\x01';
  for (const std::string& point : {std::string(32, '\0'), identity, std::string(32, '\xff')}) {
    EXPECT_THAT(NoteVerifier::Parse(MakeVkey("name", "\x01" + point)),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("no Ed25519")));
  }
}

TEST(NoteKeyTest, RefusesBase64ThatIsNotCanonical) {
  std::string key = kVkey;
  key += "=";
  EXPECT_THAT(NoteVerifier::Parse(key), StatusIs(StatusCode::kInvalidArgument));
  std::string upper = kVkey;
  upper.replace(13, 8, "C74F20A3");
  EXPECT_THAT(NoteVerifier::Parse(upper), StatusIs(StatusCode::kInvalidArgument));
}

TEST(NoteKeyTest, KnowsKeyNames) {
  for (const std::string& good : {std::string("a"), std::string("kc.partnership/charter"),
                                  std::string("\xc3\xa9"), std::string(256, 'n')}) {
    EXPECT_TRUE(IsNoteKeyName(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("a b"), std::string("a+b"), std::string("a\nb"),
        std::string("a\tb"), std::string("a\0b", 3), std::string("a\x7f"), std::string("a\xc2\xa0"),
        std::string("\xe3\x80\x80"), std::string("\xff"), std::string(257, 'n')}) {
    EXPECT_FALSE(IsNoteKeyName(bad)) << bad;
  }
}

TEST(NoteKeyTest, GeneratesOnlyUnderGoodNames) {
  SeededRandom random(1);
  EXPECT_THAT(NoteSigner::Generate("a b", random), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(NoteSigner::Generate("", random), StatusIs(StatusCode::kInvalidArgument));
}

TEST(NoteKeyTest, ErrorsNeverQuoteAPrivateKey) {
  std::string damaged = kSkey;
  damaged.back() = '=';
  const Status status = NoteSigner::Parse(damaged).status();
  EXPECT_THAT(status, StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(MessageOf(status), Not(HasSubstr("AYEKFAL")));
}

}  // namespace
}  // namespace weir::crypto
