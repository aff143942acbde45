// SPDX-License-Identifier: Apache-2.0
#include "weir/release/store.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/base/bytes.h"

namespace weir::release {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::StatusIs;

class StoreTest : public ::testing::Test {
 protected:
  test::TemporaryFolder folder_;
  ReleaseStore store_{folder_.Path("releases"), SystemFiles()};
};

TEST_F(StoreTest, GivesBackWhatWasPut) {
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease put, store_.Put("payload", "manifest"));
  EXPECT_EQ(put.payload_sha256, Sha256Hex("payload"));
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease got,
                            store_.Get(put.payload_sha256, put.manifest_sha256));
  EXPECT_EQ(got.payload, "payload");
  EXPECT_EQ(got.manifest, "manifest");
}

TEST_F(StoreTest, EqualPayloadsOfTwoChargesKeepBothManifests) {
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease one, store_.Put("payload", "first"));
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease two, store_.Put("payload", "second"));
  EXPECT_THAT(store_.Get(one.payload_sha256, one.manifest_sha256), IsOk());
  EXPECT_THAT(store_.Get(two.payload_sha256, two.manifest_sha256), IsOk());
}

TEST_F(StoreTest, AlteredBytesAreDataLoss) {
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease put, store_.Put("payload", "manifest"));
  const std::string folder = folder_.Path("releases/" + put.payload_sha256);
  test::WriteTextFile(folder + "/payload.parquet", "other");
  EXPECT_THAT(store_.Get(put.payload_sha256, put.manifest_sha256), StatusIs(StatusCode::kDataLoss));
  test::WriteTextFile(folder + "/payload.parquet", "payload");
  test::WriteTextFile(folder + "/" + put.manifest_sha256 + ".manifest.note", "other");
  EXPECT_THAT(store_.Get(put.payload_sha256, put.manifest_sha256), StatusIs(StatusCode::kDataLoss));
}

TEST_F(StoreTest, NamesThatAreNoDigestsAreRefused) {
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease put, store_.Put("payload", "manifest"));
  for (const std::string& name : {std::string("../x"), std::string(), std::string(64, 'G')}) {
    EXPECT_THAT(store_.Get(name, put.manifest_sha256), StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(store_.Get(put.payload_sha256, name), StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(store_.Get(std::string(64, '0'), put.manifest_sha256),
              StatusIs(StatusCode::kNotFound));
}

TEST_F(StoreTest, SweepRemovesWhatTheLedgerDoesNotKnow) {
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease kept, store_.Put("kept", "manifest"));
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease orphan, store_.Put("orphan", "manifest"));
  WEIR_ASSERT_OK(SystemFiles().MakeFolder(folder_.Path("releases/half.unfinished")));
  EXPECT_THAT(store_.Sweep({kept.payload_sha256}), IsOkAndHolds(2u));
  EXPECT_THAT(store_.Get(kept.payload_sha256, kept.manifest_sha256), IsOk());
  EXPECT_THAT(store_.Get(orphan.payload_sha256, orphan.manifest_sha256),
              StatusIs(StatusCode::kNotFound));
}

TEST_F(StoreTest, LeftoverOfAnInterruptedPutIsReplaced) {
  const std::string half = folder_.Path("releases/" + Sha256Hex("payload") + ".unfinished");
  WEIR_ASSERT_OK(SystemFiles().MakeFolder(half));
  test::WriteTextFile(half + "/payload.parquet", "half");
  WEIR_ASSERT_OK_AND_ASSIGN(const StoredRelease put, store_.Put("payload", "manifest"));
  EXPECT_THAT(store_.Get(put.payload_sha256, put.manifest_sha256), IsOk());
}

}  // namespace
}  // namespace weir::release
