// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "tests/doc/random_message.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/doc/signed_text.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"
#include "weir/v1/agreement.pb.h"
#include "weir/v1/charter.pb.h"
#include "weir/v1/dataset.pb.h"
#include "weir/v1/ledger.pb.h"
#include "weir/v1/package.pb.h"
#include "weir/v1/release.pb.h"
#include "weir/v1/request.pb.h"

namespace weir::doc {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr int kMessages = 300;

// Every kind of document.
template <class M>
class RoundTripPropertyTest : public ::testing::Test {};

using Kinds = ::testing::Types<v1::Dataset, v1::ReleaseSpec, v1::ResolvedPlan, v1::Agreement,
                               v1::Charter, v1::MemberCard, v1::HubCard, v1::Request, v1::Manifest,
                               v1::Delivery, v1::PackageLabel, v1::GrantEntry, v1::DebitEntry,
                               v1::CompleteEntry, v1::FailEntry>;
TYPED_TEST_SUITE(RoundTripPropertyTest, Kinds);

TYPED_TEST(RoundTripPropertyTest, WhatIsWrittenReadsBackEqual) {
  test::SeededRandom random(20260131);
  for (int i = 0; i < kMessages; ++i) {
    TypeParam message;
    test::FillRandomly(message, random);
    WEIR_ASSERT_OK_AND_ASSIGN(const std::string text, WriteYaml(message));
    WEIR_ASSERT_OK_AND_ASSIGN(const auto read, ParseYaml<TypeParam>(text, "f"));
    ASSERT_TRUE(MessageDifferencer::Equals(read.message, message)) << text;
  }
}

TYPED_TEST(RoundTripPropertyTest, SignedTextReadsBackEqual) {
  test::SeededRandom random(7);
  for (int i = 0; i < kMessages; ++i) {
    TypeParam message;
    test::FillRandomly(message, random);
    WEIR_ASSERT_OK_AND_ASSIGN(const std::string text, FormatSigned(message));
    WEIR_ASSERT_OK_AND_ASSIGN(const auto read, ParseSigned<TypeParam>(text, "f"));
    ASSERT_TRUE(MessageDifferencer::Equals(read.message, message)) << text;
  }
}

TYPED_TEST(RoundTripPropertyTest, TheTextIsAFunctionOfTheMessage) {
  test::SeededRandom random(8);
  for (int i = 0; i < kMessages; ++i) {
    TypeParam message;
    test::FillRandomly(message, random);
    WEIR_ASSERT_OK_AND_ASSIGN(const std::string text, WriteYaml(message));
    TypeParam copy;
    ASSERT_TRUE(copy.ParseFromString(message.SerializeAsString()));
    EXPECT_EQ(*WriteYaml(copy), text);
    WEIR_ASSERT_OK_AND_ASSIGN(const auto read, ParseYaml<TypeParam>(text, "f"));
    EXPECT_EQ(*WriteYaml(read.message), text);
  }
}

// The twin: the equality above notices a change. A text with one byte replaced reads as another
// message or not at all, but for the few bytes that say nothing (a space, say).
TYPED_TEST(RoundTripPropertyTest, ChangedTextIsAnotherMessageOrRefused) {
  test::SeededRandom random(9);
  int same = 0;
  int tried = 0;
  for (int i = 0; i < kMessages; ++i) {
    TypeParam message;
    test::FillRandomly(message, random);
    WEIR_ASSERT_OK_AND_ASSIGN(std::string text, WriteYaml(message));
    text[static_cast<size_t>(random.Word() % text.size())] = 'q';
    const auto read = ParseYaml<TypeParam>(text, "f");
    ++tried;
    same += read.ok() && MessageDifferencer::Equals(read->message, message) ? 1 : 0;
  }
  EXPECT_LT(same, tried / 20);
}

}  // namespace
}  // namespace weir::doc
