// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/native_reader.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr size_t kMostBytes = size_t{1} << 20;

std::string Text(const std::string& text) { return static_cast<char>(text.size()) + text; }

// Two columns, n Int16 and s Nullable(String); three rows: (1, "a"), (-2, NULL), (513, "bc").
std::string Block() {
  using std::string_literals::operator""s;
  return "\x02\x03"s + Text("n") + Text("Int16") + "\x01\x00\xFE\xFF\x01\x02"s + Text("s") +
         Text("Nullable(String)") + "\x00\x01\x00"s + Text("a") + Text("") + Text("bc");
}

std::vector<std::string> RowsOf(const NativeBlock& block) {
  std::vector<std::string> rows;
  for (size_t row = 0; row < block.rows; ++row) {
    const bool is_null = block.columns[1].IsNull(row);
    rows.push_back(std::to_string(block.columns[0].IntAt(row)) + "," +
                   (is_null ? "NULL" : std::string(block.columns[1].texts[row])));
  }
  return rows;
}

// The rows of a stream that comes in pieces of these sizes, the last one again and again.
StatusOr<std::vector<std::string>> Read(const std::string& stream, std::vector<size_t> sizes) {
  NativeReader reader({"n", "s"}, kMostBytes);
  std::vector<std::string> rows;
  size_t piece = 0;
  for (size_t at = 0; at < stream.size();) {
    const size_t size = sizes[std::min(piece++, sizes.size() - 1)];
    WEIR_RETURN_IF_ERROR(
        reader.Add(std::string_view(stream).substr(at, size), [&rows](const NativeBlock& block) {
          for (std::string& row : RowsOf(block)) rows.push_back(std::move(row));
          return OkStatus();
        }));
    at += size;
  }
  WEIR_RETURN_IF_ERROR(reader.Finish());
  return rows;
}

TEST(NativeReaderTest, PiecesOfAnySizeAreTheSame) {
  const std::string stream = Block() + Block() + Block();
  for (size_t size = 1; size <= stream.size(); ++size) {
    WEIR_ASSERT_OK_AND_ASSIGN(const auto rows, Read(stream, {size}));
    EXPECT_THAT(rows, ElementsAre("1,a", "-2,NULL", "513,bc", "1,a", "-2,NULL", "513,bc", "1,a",
                                  "-2,NULL", "513,bc"));
  }
  test::SeededRandom random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<size_t> sizes;
    for (int i = 0; i < 50; ++i) sizes.push_back(random.Word() % 9 + 1);
    WEIR_ASSERT_OK_AND_ASSIGN(const auto rows, Read(stream, sizes));
    EXPECT_EQ(rows.size(), 9u);
  }
}

TEST(NativeReaderTest, EveryCutIsSeen) {
  const std::string stream = Block() + Block();
  for (size_t size = 1; size < stream.size(); ++size) {
    const auto rows = Read(stream.substr(0, size), {7});
    EXPECT_EQ(rows.ok(), size == Block().size()) << size;
  }
}

// A server that fails writes its error where the next block would be.
TEST(NativeReaderTest, TextsAreNoBlocks) {
  for (const size_t size : {1, 5, 1000}) {
    EXPECT_THAT(Read(Block() + "Code: 241, e.displayText() = DB::Exception: Memory limit", {size}),
                StatusIs(StatusCode::kDataLoss));
  }
  NativeReader reader({"n", "s"}, kMostBytes);
  EXPECT_THAT(reader.Add(Block() + "Code: 241", [](const NativeBlock&) { return OkStatus(); }),
              StatusIs(StatusCode::kDataLoss));
  EXPECT_EQ(reader.rest(), "Code: 241");
}

TEST(NativeReaderTest, OtherNamesAndTypesAreRefused) {
  std::string other = Block();
  other[3] = 'm';
  EXPECT_THAT(Read(other, {100}), StatusIs(StatusCode::kDataLoss));
  other = Block();
  other.replace(other.find("Int16"), 5, "Ent16");
  EXPECT_THAT(Read(other, {100}), StatusIs(StatusCode::kDataLoss));
}

TEST(NativeReaderTest, BlocksAreBounded) {
  NativeReader reader({"n"}, 100);
  const auto ignore = [](const NativeBlock&) { return OkStatus(); };
  const std::string head = std::string("\x01\xE8\x07", 3) + Text("n") + Text("Int64");
  EXPECT_THAT(reader.Add(head, ignore), test::IsOk());
  EXPECT_THAT(reader.Add(std::string(200, 'x'), ignore),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("block")));
}

TEST(NativeReaderTest, RandomBytesDoNoHarm) {
  test::SeededRandom random(2);
  for (int round = 0; round < 20000; ++round) {
    std::string stream = Block() + Block();
    for (uint64_t i = random.Word() % 4 + 1; i > 0; --i) {
      stream[random.Word() % stream.size()] = static_cast<char>(random.Word());
    }
    static_cast<void>(Read(stream, {random.Word() % 20 + 1}));
  }
}

TEST(NativeReaderTest, FixedTextsLoseTheZerosAtTheirEnd) {
  using std::string_literals::operator""s;
  NativeReader reader({"f"}, kMostBytes);
  std::vector<std::string> texts;
  WEIR_ASSERT_OK(reader.Add("\x01\x03"s + Text("f") + Text("FixedString(3)") + "ab\0a\0b\0\0\0"s,
                            [&texts](const NativeBlock& block) {
                              for (const auto text : block.columns[0].texts)
                                texts.emplace_back(text);
                              return OkStatus();
                            }));
  EXPECT_THAT(texts, ElementsAre("ab", "a\0b"s, ""));
}

}  // namespace
}  // namespace weir::data::internal
