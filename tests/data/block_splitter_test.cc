// SPDX-License-Identifier: Apache-2.0
// Blocks hold the same rows as the whole text, wherever they begin.
#include "weir/data/internal/block_splitter.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/data/data_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/csv_reader.h"
#include "weir/data/internal/source_answer.h"

namespace weir::data::internal {
namespace {

using test::IsOk;
using ::testing::ElementsAre;

class TextStream final : public ByteStream {
 public:
  explicit TextStream(std::string text) : ByteStream({}), text_(std::move(text)) {}
  uint64_t file_bytes_read() const override { return at_; }

 private:
  StatusOr<size_t> Fill(std::span<char> buffer) override {
    const size_t got = text_.copy(buffer.data(), buffer.size(), at_);
    at_ += got;
    return got;
  }
  std::string text_;
  size_t at_ = 0;
};

using RowsOfText = std::vector<std::vector<std::string>>;

// Adds the rows that are left: their cells, or what is wrong with them.
void AddRows(CsvReader& reader, RowsOfText& rows) {
  std::vector<size_t> all(reader.header().size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  reader.Select(all);
  while (true) {
    const auto batch = reader.NextBatch();
    ASSERT_THAT(batch, IsOk());
    if ((*batch)->rows == 0) return;
    const size_t first = rows.size();
    rows.resize(first + (*batch)->rows);
    for (const BatchColumn& column : (*batch)->columns) {
      for (size_t row = 0; row < (*batch)->rows; ++row) {
        rows[first + row].emplace_back(static_cast<const std::string_view*>(column.cells)[row]);
      }
    }
    for (const RowFault& fault : (*batch)->faults) rows[first + fault.row] = {fault.what};
  }
}

StatusOr<RowsOfText> InOne(const std::string& text) {
  RowsOfText rows;
  WEIR_ASSIGN_OR_RETURN(CsvReader reader, CsvReader::Open(std::make_unique<TextStream>(text), ','));
  rows.push_back(reader.header());
  AddRows(reader, rows);
  return rows;
}

StatusOr<RowsOfText> InBlocks(const std::string& text, size_t block_bytes) {
  BlockSplitter splitter(std::make_unique<TextStream>(text), ',',
                         {.most_row_bytes = text.size() + 1, .block_bytes = block_bytes});
  WEIR_ASSIGN_OR_RETURN(auto first, splitter.Next());
  WEIR_ASSIGN_OR_RETURN(CsvReader like,
                        CsvReader::OverText(first.has_value() ? first->text : std::string(), ','));
  RowsOfText rows = {like.header()};
  AddRows(like, rows);
  while (true) {
    WEIR_ASSIGN_OR_RETURN(auto block, splitter.Next());
    if (!block.has_value()) return rows;
    CsvReader reader = CsvReader::OverRows(block->text, like);
    AddRows(reader, rows);
  }
}

RC_GTEST_PROP(BlockSplitterTest, BlocksHoldTheRowsOfTheText, ()) {
  // What matters to the splitting of rows, often.
  const auto text = *rc::gen::container<std::string>(
      rc::gen::weightedElement<char>({{4, 'a'}, {3, ','}, {3, '"'}, {3, '\n'}, {1, '\r'}}));
  const auto block_bytes = *rc::gen::inRange<size_t>(1, 40);
  const std::string mark = *rc::gen::arbitrary<bool>() ? "\xEF\xBB\xBF" : "";
  const auto expected = InOne(mark + text);
  const auto got = InBlocks(mark + text, block_bytes);
  RC_ASSERT(got.ok() == expected.ok());
  if (expected.ok()) RC_ASSERT(*got == *expected);
}

TEST(BlockSplitterTest, ALineFeedInQuotesEndsNoRow) {
  const std::string text = "a,b\n1,\"x\ny\"\n\"p\"\"\n\",2\n3,q\"\n4,5\n";
  for (size_t block_bytes = 1; block_bytes < text.size(); ++block_bytes) {
    const auto rows = InBlocks(text, block_bytes);
    ASSERT_THAT(rows, IsOk());
    EXPECT_THAT(*rows, ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "x\ny"),
                                   ElementsAre("p\"\n", "2"), ElementsAre("3", "q\""),
                                   ElementsAre("4", "5")));
  }
}

TEST(BlockSplitterTest, ARowThatIsTooLongIsLeftOutAlone) {
  const std::string long_row = "\"" + std::string(500, 'x') + "\n\",y\n";
  for (const size_t block_bytes : {8, 64, 300}) {
    BlockSplitter splitter(std::make_unique<TextStream>("a,b\n1,2\n" + long_row + "3,4\n"), ',',
                           {.most_row_bytes = 100, .block_bytes = block_bytes});
    std::string texts;
    int too_long = 0;
    while (true) {
      const auto block = splitter.Next();
      ASSERT_THAT(block, IsOk());
      if (!block->has_value()) break;
      too_long += (*block)->is_too_long ? 1 : 0;
      texts += (*block)->is_too_long ? "|" : (*block)->text;
    }
    EXPECT_EQ(too_long, 1);
    EXPECT_EQ(texts, "a,b\n1,2\n|3,4\n");
  }
}

// Files of several blocks, in which no bound is met: the number of threads changes nothing.
TEST(BlockSplitterTest, ThreadsChangeNoAnswer) {
  TextTable table{.columns = {"who", "note"}, .rows = {}};
  for (int i = 0; i < 90'000; ++i) {
    table.rows.push_back({std::to_string(i % 5003),
                          i % 7 == 0 ? "line\nbreak, and \"quotes\" " + std::to_string(i % 3)
                                     : "plain text of some length " + std::to_string(i % 3)});
  }
  TestDataset dataset;
  dataset.Unit({"who"});
  dataset.Column("who", v1::COLUMN_TYPE_INT);
  dataset.Column("note", v1::COLUMN_TYPE_TEXT);
  const AggregateQuery query{.keys = {{.column = "note", .open = true}},
                             .measures = {Rows(), Units(), Sum("who", 0, 10'000)},
                             .bounds = Bounds(kUnbounded, kUnbounded)};
  const auto run = [&](int threads) {
    test::SeededRandom random(1);
    return AggregateSource(dataset.Description(), query, {.threads = threads}, random);
  };
  for (const bool is_json : {false, true}) {
    if (is_json) {
      dataset.WriteJson(ToJsonLines(table));
    } else {
      dataset.WriteCsv(ToCsv(table));
    }
    WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable one, run(1));
    WEIR_ASSERT_OK_AND_ASSIGN(const AggregateTable four, run(4));
    EXPECT_EQ(one.values, four.values);
    EXPECT_EQ(one.open_values, four.open_values);
    EXPECT_EQ(one.open_values[0].size(), 6u);
  }
}

}  // namespace
}  // namespace weir::data::internal
