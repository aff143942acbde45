// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/byte_stream.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/data/compressed_text.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::HasSubstr;

class ByteStreamTest : public ::testing::Test {
 protected:
  // All bytes, read `step` at a time.
  StatusOr<std::string> ReadAll(const std::string& bytes, Compression compression,
                                size_t step = 1 << 20) {
    test::WriteTextFile(folder_.Path("a"), bytes);
    WEIR_ASSIGN_OR_RETURN(OpenFile file, OpenRegularFile(folder_.Path("a")));
    WEIR_ASSIGN_OR_RETURN(const auto stream, OpenByteStream(std::move(file), compression));
    std::string all;
    std::string buffer(step, '\0');
    while (true) {
      WEIR_ASSIGN_OR_RETURN(const size_t got, stream->Read(std::span<char>(buffer)));
      all.append(buffer, 0, got);
      if (got < step) break;
    }
    EXPECT_EQ(stream->file_bytes_read(), bytes.size());
    return all;
  }

  static std::string LongText() {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += std::to_string(i * 7919) + ",";
    return text;
  }

  test::TemporaryFolder folder_;
};

struct Packer {
  Compression compression;
  std::string (*pack)(std::string_view);
};
const Packer kPackers[] = {{Compression::kGzip, Gzip}, {Compression::kZstd, Zstd}};

TEST_F(ByteStreamTest, ReadsBackWhatWasCompressedInStepsOfAnySize) {
  const std::string text = LongText();
  for (const auto& [compression, pack] : kPackers) {
    for (const size_t step : {size_t{1000}, size_t{65'536}, size_t{1} << 20, text.size()}) {
      EXPECT_TRUE(ReadAll(pack(text), compression, step).value() == text) << step;
    }
    EXPECT_EQ(ReadAll(pack("abc"), compression, 1).value(), "abc");
    EXPECT_EQ(ReadAll(pack(""), compression).value(), "");
  }
  EXPECT_TRUE(ReadAll(text, Compression::kNone, 1000).value() == text);
}

TEST_F(ByteStreamTest, ReadsMembersOneAfterTheOther) {
  for (const auto& [compression, pack] : kPackers) {
    EXPECT_EQ(ReadAll(pack("a") + pack("") + pack("b\n"), compression).value(), "ab\n");
  }
}

TEST_F(ByteStreamTest, EveryTruncationIsAnError) {
  for (const auto& [compression, pack] : kPackers) {
    const std::string whole = pack("who,zone\nx,1\ny,2\n");
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_THAT(ReadAll(whole.substr(0, size), compression),
                  StatusIs(StatusCode::kDataLoss, HasSubstr("ends too early")))
          << size;
    }
    const std::string two = whole + whole;
    EXPECT_THAT(ReadAll(two.substr(0, two.size() - 3), compression),
                StatusIs(StatusCode::kDataLoss));
  }
}

TEST_F(ByteStreamTest, DamageIsAnError) {
  for (const auto& [compression, pack] : kPackers) {
    EXPECT_THAT(ReadAll(pack("abc") + "behind the end", compression),
                StatusIs(StatusCode::kDataLoss, HasSubstr("damaged")));
    EXPECT_THAT(ReadAll("who,zone\nnot compressed at all\n", compression),
                StatusIs(StatusCode::kDataLoss, HasSubstr("damaged")));
  }
  // A flipped bit of gzip shows in its check sum at the latest.
  const std::string good = Gzip(LongText());
  for (const size_t place : {good.size() / 3, good.size() / 2, good.size() - 6}) {
    std::string bad = good;
    bad[place] = static_cast<char>(bad[place] ^ 4);
    EXPECT_THAT(ReadAll(bad, Compression::kGzip), StatusIs(StatusCode::kDataLoss)) << place;
  }
}

TEST_F(ByteStreamTest, AWindowBeyondTheLimitIsRefused) {
  // A frame header that asks for a window of 2^41 bytes (RFC 8878, section 3.1.1.1.2).
  const std::string frame("\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00", 9);
  EXPECT_THAT(ReadAll(frame, Compression::kZstd), StatusIs(StatusCode::kResourceExhausted));
}

TEST_F(ByteStreamTest, AStopEndsTheReading) {
  std::stop_source source;
  test::WriteTextFile(folder_.Path("a"), "abc");
  WEIR_ASSERT_OK_AND_ASSIGN(OpenFile file, OpenRegularFile(folder_.Path("a")));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto stream, OpenByteStream(std::move(file), Compression::kNone,
                                                              {.stop = source.get_token()}));
  std::string buffer(1, '\0');
  EXPECT_EQ(stream->Read(std::span<char>(buffer)).value(), 1u);
  source.request_stop();
  EXPECT_THAT(stream->Read(std::span<char>(buffer)), StatusIs(StatusCode::kCancelled));
}

TEST(CompressionOfTest, GoesByTheNameAlone) {
  EXPECT_EQ(CompressionOf("/a/b.csv.gz"), Compression::kGzip);
  EXPECT_EQ(CompressionOf("/a/b.jsonl.zst"), Compression::kZstd);
  EXPECT_EQ(CompressionOf("/a.gz/b.csv"), Compression::kNone);
}

}  // namespace
}  // namespace weir::data::internal
