// SPDX-License-Identifier: Apache-2.0
// Both ways between Weir's notes and verify_note.py, which shares no code with them.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/crypto/run_command.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/bytes.h"
#include "weir/crypto/signed_note.h"

namespace weir::crypto {
namespace {

using ::weir::test::IsOk;
using ::weir::test::RunCommand;
using ::weir::test::SeededRandom;
using ::weir::test::TemporaryFolder;
using ::weir::test::WriteTextFile;

constexpr char kText[] = "weir/agreement/v1\nkeys:\n\n- weekday\n\xc3\xa9\n";
const std::string kScript =
    std::string("/usr/bin/python3 ") + WEIR_SOURCE_DIR + "/tests/crypto/verify_note.py ";

class NotePythonTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  SeededRandom random_{1};
};

TEST_F(NotePythonTest, PythonVerifiesWhatWeirSigned) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteSigner first, NoteSigner::Generate("co.p/charter", random_));
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteSigner second, NoteSigner::Generate("il.p/charter", random_));
  WEIR_ASSERT_OK_AND_ASSIGN(std::string note, SignNote(kText, first));
  WEIR_ASSERT_OK_AND_ASSIGN(note, AddSignature(note, second));
  WriteTextFile(folder_.Path("note"), note);
  const auto verified =
      RunCommand(kScript + "verify " + folder_.Path("note") + " " + first.verifier().ToString() +
                 " " + second.verifier().ToString());
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_EQ(verified.output, "co.p/charter\nil.p/charter\n");
}

TEST_F(NotePythonTest, PythonRefusesAnAlteredNote) {
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteSigner signer, NoteSigner::Generate("co.p/charter", random_));
  WEIR_ASSERT_OK_AND_ASSIGN(std::string note, SignNote(kText, signer));
  note[0] = 'W';
  WriteTextFile(folder_.Path("note"), note);
  EXPECT_EQ(
      RunCommand(kScript + "verify " + folder_.Path("note") + " " + signer.verifier().ToString())
          .exit_code,
      1);
}

TEST_F(NotePythonTest, WeirVerifiesWhatPythonSigned) {
  WriteTextFile(folder_.Path("text"), kText);
  const std::string seed = HexEncode(RandomBytes(random_, 32));
  const auto made = RunCommand(kScript + "sign " + folder_.Path("text") + " il.p/charter " + seed);
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const size_t vkey_end = made.output.find('\n');
  WEIR_ASSERT_OK_AND_ASSIGN(const NoteVerifier verifier,
                            NoteVerifier::Parse(made.output.substr(0, vkey_end)));
  std::string note = made.output.substr(vkey_end + 1);
  WEIR_ASSERT_OK_AND_ASSIGN(const VerifiedNote verified, VerifyNote(note, {&verifier, 1}));
  EXPECT_EQ(verified.text(), kText);
  note[0] = 'W';
  EXPECT_FALSE(VerifyNote(note, {&verifier, 1}).ok());
}

}  // namespace
}  // namespace weir::crypto
