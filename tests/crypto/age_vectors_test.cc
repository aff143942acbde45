// SPDX-License-Identifier: Apache-2.0
// Published age files (testdata/age_vectors.json) and what must become of each.
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/age_stream.h"

namespace weir::crypto {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::weir::test::IsOk;
using ::weir::test::SeededRandom;
using ::weir::test::StatusIs;

struct Vector {
  std::string name;
  std::string expect;
  std::string payload_sha256;
  std::string identity;
  std::string file;
};

std::string Inflate(const std::string& data) {
  z_stream stream{};
  EXPECT_EQ(inflateInit(&stream), Z_OK);
  std::string text(size_t{1} << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

std::vector<Vector> ReadVectors() {
  std::ifstream in(std::string(WEIR_SOURCE_DIR) + "/tests/crypto/testdata/age_vectors.json");
  std::vector<Vector> vectors;
  const nlohmann::json document = nlohmann::json::parse(in);
  for (const nlohmann::json& json : document.at("vectors")) {
    const std::string file =
        *Base64Decode(json.at("file").get<std::string>(), Base64Padding::kPadded);
    vectors.push_back({json.at("name"), json.at("expect"), json.at("payload_sha256"),
                       json.at("identity"), json.at("compressed") ? Inflate(file) : file});
  }
  return vectors;
}

AgeIdentity IdentityOf(const Vector& vector) {
  SeededRandom random(1);
  return vector.identity.empty() ? AgeIdentity::Generate(random)
                                 : *AgeIdentity::Parse(vector.identity);
}

StatusOr<std::string> OpenInPieces(const std::string& file, const AgeIdentity& identity) {
  constexpr size_t kPieceBytes = 1000;
  AgeOpener opener(identity);
  std::string plaintext;
  for (size_t start = 0; start < file.size(); start += kPieceBytes) {
    WEIR_ASSIGN_OR_RETURN(const std::string more, opener.Add(file.substr(start, kPieceBytes)));
    plaintext += more;
  }
  WEIR_ASSIGN_OR_RETURN(const std::string last, std::move(opener).Finish());
  return plaintext + last;
}

void ExpectEnd(const Vector& vector, const StatusOr<std::string>& opened) {
  const std::string& expect = vector.expect;
  if (expect == "success") {
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(Sha256Hex(*opened), vector.payload_sha256);
  } else if (expect == "no match") {
    EXPECT_THAT(opened, StatusIs(StatusCode::kPermissionDenied));
  } else if (expect == "HMAC failure") {
    EXPECT_THAT(opened, StatusIs(StatusCode::kDataLoss, HasSubstr("header is altered")));
  } else if (expect == "payload failure") {
    EXPECT_THAT(opened, StatusIs(StatusCode::kDataLoss, HasSubstr("payload")));
  } else {
    ASSERT_EQ(expect, "header failure");
    EXPECT_THAT(opened, StatusIs(StatusCode::kDataLoss,
                                 AllOf(Not(HasSubstr("payload")), Not(HasSubstr("altered")))));
  }
}

class AgeVectorTest : public ::testing::TestWithParam<Vector> {};

TEST_P(AgeVectorTest, EndsAsPublished) {
  ExpectEnd(GetParam(), Open(GetParam().file, IdentityOf(GetParam()), size_t{1} << 20));
}

TEST_P(AgeVectorTest, EndsAsPublishedInPieces) {
  ExpectEnd(GetParam(), OpenInPieces(GetParam().file, IdentityOf(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Cctv, AgeVectorTest, ::testing::ValuesIn(ReadVectors()),
                         [](const auto& test) { return test.param.name; });

TEST(AgeVectorsTest, AllKindsArePresent) {
  std::map<std::string, int> count;
  for (const Vector& vector : ReadVectors()) ++count[vector.expect];
  EXPECT_EQ(count, (std::map<std::string, int>{{"success", 11},
                                               {"no match", 3},
                                               {"HMAC failure", 1},
                                               {"header failure", 33},
                                               {"payload failure", 18}}));
}

}  // namespace
}  // namespace weir::crypto
