// SPDX-License-Identifier: Apache-2.0
// Certificates that Weir would never make, made by the openssl command; and Weir's, judged by it.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/crypto/run_command.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/files.h"
#include "weir/crypto/certificate.h"
#include "weir/crypto/certificate_authority.h"
#include "weir/crypto/key_file.h"

namespace weir::crypto {
namespace {

using ::testing::HasSubstr;
using ::weir::test::IsOk;
using ::weir::test::ReadTextFile;
using ::weir::test::RunCommand;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;
using ::weir::test::TemporaryFolder;
using ::weir::test::WriteTextFile;

constexpr char kGoodAuthority[] =
    "basicConstraints=critical,CA:TRUE,pathlen:0\n"
    "keyUsage=critical,keyCertSign,cRLSign\n"
    "nameConstraints=critical,permitted;URI:kc.partnership\n"
    "subjectKeyIdentifier=hash\n";
constexpr char kGoodLeaf[] =
    "basicConstraints=critical,CA:FALSE\n"
    "keyUsage=critical,digitalSignature\n"
    "extendedKeyUsage=serverAuth,clientAuth\n"
    "subjectKeyIdentifier=hash\n"
    "authorityKeyIdentifier=keyid\n"
    "subjectAltName=URI:spiffe://kc.partnership/node\n";

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  const size_t start = text.find(from);
  EXPECT_NE(start, std::string::npos) << from;
  return text.replace(start, from.size(), to);
}

class CertificateCommandTest : public ::testing::Test {
 protected:
  void Run(const std::string& command) {
    const auto result = RunCommand("cd " + folder_.path() + " && " + command);
    ASSERT_EQ(result.exit_code, 0) << command << "\n" << result.output;
  }
  std::string MakeAuthority(const std::string& extensions, const std::string& algorithm = kP256) {
    WriteTextFile(folder_.Path("ca.ini"),
                  "[req]\ndistinguished_name=dn\nx509_extensions=x\nprompt=no\n"
                  "[dn]\nO=kc.partnership\nCN=ca\n[x]\n" +
                      extensions);
    Run("openssl genpkey " + algorithm + " -out ca.key 2>/dev/null");
    Run("openssl req -x509 -new -key ca.key -days 30 -config ca.ini -out ca.pem");
    return ReadTextFile(folder_.Path("ca.pem"));
  }
  // Signed by the authority made last.
  std::string MakeLeaf(const std::string& extensions, const std::string& algorithm = kP256) {
    WriteTextFile(folder_.Path("leaf.ini"), extensions);
    Run("openssl genpkey " + algorithm + " -out leaf.key 2>/dev/null");
    Run("openssl req -new -key leaf.key -subj /O=kc.partnership/CN=node -out leaf.csr");
    Run("openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 10 -extfile leaf.ini "
        "-set_serial 0x0123 -out leaf.pem 2>/dev/null");
    return ReadTextFile(folder_.Path("leaf.pem"));
  }
  StatusOr<CertificateFacts> Verify(const std::string& leaf, const std::string& authority) {
    const Time now = SystemClock().Now() + std::chrono::hours(1);
    return VerifyChain(leaf, std::vector{authority}, now, CertificatePurpose::kServer);
  }

  static constexpr char kP256[] = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
  static constexpr char kP384[] = "-algorithm EC -pkeyopt ec_paramgen_curve:P-384";
  static constexpr char kRsa[] = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
  TemporaryFolder folder_;
  SeededRandom random_{1};
  TrustDomain domain_ = *TrustDomain::Parse("kc.partnership");
};

TEST_F(CertificateCommandTest, TakesAGoodAuthorityAndLeaf) {
  const std::string authority = MakeAuthority(kGoodAuthority);
  EXPECT_THAT(CheckAuthority(authority, domain_), IsOk());
  const std::string leaf = MakeLeaf(kGoodLeaf);
  WEIR_ASSERT_OK_AND_ASSIGN(const CertificateFacts facts, Verify(leaf, authority));
  EXPECT_EQ(facts.serial, "123");
}

TEST_F(CertificateCommandTest, RefusesAuthoritiesThatBreakARule) {
  const std::string good = kGoodAuthority;
  struct Case {
    std::string extensions;
    std::string reason;
  };
  const std::string constraint = "nameConstraints=critical,permitted;URI:kc.partnership\n";
  for (const Case& bad : std::vector<Case>{
           {Replace(good, constraint, ""), "name constraint"},
           {Replace(good, "nameConstraints=critical,", "nameConstraints="), "name constraint"},
           {Replace(good, "URI:kc.partnership", "URI:.kc.partnership"), "name constraint"},
           {Replace(good, "URI:kc.partnership", "URI:partnership"), "name constraint"},
           {Replace(good, "URI:kc.partnership", "URI:co.partnership"), "name constraint"},
           {Replace(good, "permitted;URI", "permitted;DNS"), "name constraint"},
           {Replace(good, "permitted;URI", "excluded;URI"), "name constraint"},
           {Replace(good, constraint, Replace(constraint, "\n", ",permitted;URI:co.partnership\n")),
            "name constraint"},
           {Replace(good, constraint, Replace(constraint, "\n", ",excluded;DNS:example.org\n")),
            "name constraint"},
           {Replace(good, ",pathlen:0", ""), "path length"},
           {Replace(good, "pathlen:0", "pathlen:1"), "path length"},
           {Replace(good, "CA:TRUE,pathlen:0", "CA:FALSE"), ""},
           {Replace(good, "basicConstraints=critical,", "basicConstraints="), "path length"},
           {Replace(good, "keyUsage=critical,keyCertSign,cRLSign\n", ""), "key usage"},
           {Replace(good, "keyUsage=critical,", "keyUsage="), "key usage"},
           {Replace(good, "keyCertSign,cRLSign", "cRLSign"), ""},
           {good + "1.2.3.4=critical,ASN1:UTF8String:unknown\n", "known, valid extensions"}}) {
    EXPECT_THAT(CheckAuthority(MakeAuthority(bad.extensions), domain_),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr(bad.reason)))
        << bad.extensions;
  }
}

TEST_F(CertificateCommandTest, RefusesAuthoritiesWithOtherKeys) {
  for (const char* algorithm : {kP384, kRsa}) {
    EXPECT_THAT(CheckAuthority(MakeAuthority(kGoodAuthority, algorithm), domain_),
                StatusIs(StatusCode::kFailedPrecondition, HasSubstr("P-256")));
    EXPECT_THAT(TlsKey::ParsePem(ReadTextFile(folder_.Path("ca.key"))),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(CertificateCommandTest, ALeafOfAnUnconstrainedAuthorityIsRefused) {
  const std::string authority = MakeAuthority(
      Replace(kGoodAuthority, "nameConstraints=critical,permitted;URI:kc.partnership\n", ""));
  EXPECT_THAT(Verify(MakeLeaf(kGoodLeaf), authority), StatusIs(StatusCode::kUnauthenticated));
}

TEST_F(CertificateCommandTest, RefusesLeavesThatBreakARule) {
  const std::string authority = MakeAuthority(kGoodAuthority);
  const std::string good = kGoodLeaf;
  struct Case {
    std::string extensions;
    std::string reason;
  };
  for (const Case& bad : std::vector<Case>{
           {Replace(good, "spiffe://kc.", "spiffe://co."), "no authority of co"},
           {Replace(good, "node\n", "node,URI:spiffe://kc.partnership/steward/x\n"), "exactly one"},
           {Replace(good, "URI:spiffe://kc.partnership/node", "DNS:kc.partnership"), "exactly one"},
           {Replace(good, "spiffe://kc.partnership/node", "https://kc.partnership/"),
            "exactly one"},
           {Replace(good, "digitalSignature", "keyCertSign"), "does not verify"},
           {Replace(good, "serverAuth,clientAuth", "clientAuth"), "purpose"},
           {Replace(good, "CA:FALSE", "CA:TRUE"), "authority's"}}) {
    EXPECT_THAT(Verify(MakeLeaf(bad.extensions), authority),
                StatusIs(StatusCode::kUnauthenticated, HasSubstr(bad.reason)))
        << bad.extensions;
  }
  EXPECT_THAT(Verify(MakeLeaf(good, kRsa), authority),
              StatusIs(StatusCode::kUnauthenticated, HasSubstr("P-256")));
  EXPECT_THAT(Verify(MakeLeaf(good), authority), IsOk());
}

// The constraint protects verifiers that know nothing of Weir: OpenSSL by itself refuses a
// certificate of Kansas City's authority in Colorado's name.
TEST_F(CertificateCommandTest, OpensslRefusesAForeignName) {
  MakeAuthority(kGoodAuthority);
  MakeLeaf(kGoodLeaf);
  const std::string verify =
      "cd " + folder_.path() + " && openssl verify -x509_strict -CAfile ca.pem leaf.pem";
  EXPECT_EQ(RunCommand(verify).exit_code, 0);
  MakeLeaf(Replace(kGoodLeaf, "spiffe://kc.", "spiffe://co."));
  const auto refused = RunCommand(verify);
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.output, HasSubstr("permitted subtree violation"));
}

TEST_F(CertificateCommandTest, OpensslTakesWhatWeirIssues) {
  WEIR_ASSERT_OK_AND_ASSIGN(
      const CertificateAuthority authority,
      CertificateAuthority::Create({.domain = domain_, .validity = std::chrono::hours(24)},
                                   SystemClock(), random_));
  const SpiffeId id = *SpiffeId::Create(domain_, "node");
  const TlsKey key = TlsKey::Generate();
  const std::string request = MakeCertificateRequest(key, id);
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string leaf,
                            authority.Issue(request,
                                            {.id = id,
                                             .role = CertificateRole::kNode,
                                             .validity = std::chrono::hours(1),
                                             .dns_names = {"localhost"},
                                             .ip_addresses = {"127.0.0.1"}},
                                            SystemClock(), random_));
  WriteTextFile(folder_.Path("request.pem"), request);
  WriteTextFile(folder_.Path("ca.pem"), authority.certificate_pem());
  WriteTextFile(folder_.Path("leaf.pem"), leaf);
  ASSERT_THAT(WriteTlsKey(SystemFiles(), folder_.Path("leaf.key"), key), IsOk());
  Run("openssl req -verify -in request.pem -noout");
  Run("openssl verify -x509_strict -purpose sslserver -CAfile ca.pem leaf.pem");
  Run("openssl verify -x509_strict -purpose sslclient -CAfile ca.pem leaf.pem");
  Run("openssl x509 -in leaf.pem -noout -checkip 127.0.0.1 -checkhost localhost");
  const auto text = RunCommand("openssl x509 -noout -text -in " + folder_.Path("leaf.pem"));
  EXPECT_THAT(text.output, HasSubstr("URI:spiffe://kc.partnership/node"));
  EXPECT_THAT(text.output, HasSubstr("ecdsa-with-SHA256"));
  Run("openssl pkey -in leaf.key -check -noout");
}

TEST_F(CertificateCommandTest, ReadsARequestOfTheCommandWithOneNameOnly) {
  const auto request = [&](const std::string& names) {
    Run(std::string("openssl genpkey ") + kP256 + " -out r.key 2>/dev/null");
    Run("openssl req -new -key r.key -subj /CN=node -addext subjectAltName=" + names +
        " -out r.csr");
    return ParseCertificateRequest(ReadTextFile(folder_.Path("r.csr")));
  };
  EXPECT_THAT(request("URI:spiffe://kc.partnership/node"), IsOk());
  for (const char* names : {"DNS:kc", "URI:spiffe://kc.partnership/node,DNS:kc", "URI:https://kc/",
                            "URI:spiffe://kc.partnership/node,URI:spiffe://kc.partnership/x"}) {
    EXPECT_THAT(request(names), StatusIs(StatusCode::kInvalidArgument)) << names;
  }
}

}  // namespace
}  // namespace weir::crypto
