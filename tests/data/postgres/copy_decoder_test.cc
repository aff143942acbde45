// SPDX-License-Identifier: Apache-2.0
#include "weir/data/postgres/internal/copy_decoder.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "weir/data/internal/time_text.h"

namespace weir::data::internal {
namespace {

using test::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Big(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}
std::string Field(const std::string& bytes) { return Big(bytes.size(), 4) + bytes; }
const std::string kNullField = Big(0xFFFFFFFF, 4);
const std::string kHeader = std::string("PGCOPY\n\377\r\n\0", 11) + Big(0, 8);
const std::string kEnd = Big(0xFFFF, 2);

// Cells of each row as text: "-" for NULL.
class Rows {
 public:
  Status Add(const Batch& batch) {
    ++batches;
    for (size_t row = 0; row < batch.rows; ++row) {
      std::string text;
      for (const BatchColumn& column : batch.columns) {
        text += (text.empty() ? "" : "|") + Cell(column, row);
      }
      rows.push_back(text);
    }
    return OkStatus();
  }
  std::vector<std::string> rows;
  size_t batches = 0;

 private:
  static std::string Cell(const BatchColumn& column, size_t row) {
    if ((column.present[row / 64] >> (row % 64) & 1) == 0) return "-";
    switch (column.kind) {
      case CellKind::kText:
        return std::string(static_cast<const std::string_view*>(column.cells)[row]);
      case CellKind::kDouble:
        return std::to_string(static_cast<const double*>(column.cells)[row]);
      case CellKind::kDays:
        return std::to_string(static_cast<const int32_t*>(column.cells)[row]);
      default:
        return std::to_string(static_cast<const int64_t*>(column.cells)[row]);
    }
  }
};

Status Decode(const std::vector<PgWire>& wires, bool has_count,
              const std::vector<std::string>& messages, Rows& rows) {
  const BatchHandler handler = [&rows](const Batch& batch) { return rows.Add(batch); };
  CopyDecoder decoder(wires, has_count, handler);
  for (const std::string& message : messages) WEIR_RETURN_IF_ERROR(decoder.Add(message));
  return decoder.Finish();
}

TEST(CopyDecoderTest, ReadsEveryType) {
  const std::vector<PgWire> wires = {PgWire::kBool,      PgWire::kInt2,   PgWire::kInt4,
                                     PgWire::kInt8,      PgWire::kDouble, PgWire::kDate,
                                     PgWire::kTimestamp, PgWire::kBytes};
  Rows rows;
  const std::string first = Big(8, 2) + Field(Big(1, 1)) + Field(Big(0x8000, 2)) +
                            Field(Big(0xFFFFFFFF, 4)) + Field(Big(uint64_t{1} << 63, 8)) +
                            Field(Big(std::bit_cast<uint64_t>(-2.5), 8)) + Field(Big(0, 4)) +
                            Field(Big(0, 8)) + Field(std::string("a\0b\xFF", 4));
  std::string second = Big(8, 2);
  for (int i = 0; i < 7; ++i) second += kNullField;
  second += Field("");
  ASSERT_TRUE(Decode(wires, false, {kHeader + first, second, kEnd}, rows).ok());
  EXPECT_THAT(rows.rows, ElementsAre(std::string("1|-32768|-1|-9223372036854775808|-2.500000|10957|"
                                                 "946684800000000|") +
                                         std::string("a\0b\xFF", 4),
                                     "-|-|-|-|-|-|-|"));
}

TEST(CopyDecoderTest, InfinitiesStayOutsideEveryCalendar) {
  Rows rows;
  const auto row = [](uint64_t day, uint64_t micros) {
    return Big(2, 2) + Field(Big(day, 4)) + Field(Big(micros, 8));
  };
  ASSERT_TRUE(Decode({PgWire::kDate, PgWire::kTimestamp}, false,
                     {kHeader, row(0x7FFFFFFF, INT64_MAX), row(0x80000000, uint64_t{1} << 63),
                      row(0x7FFFFFF0, INT64_MAX - 5), kEnd},
                     rows)
                  .ok());
  ASSERT_EQ(rows.rows.size(), 3u);
  for (const std::string& text : rows.rows) {
    const int64_t day = std::stoll(text);
    const int64_t micros = std::stoll(text.substr(text.find('|') + 1));
    EXPECT_TRUE(day < kFirstDay || day > kLastDay) << text;
    EXPECT_TRUE(DayOfMicros(micros) < kFirstDay || DayOfMicros(micros) > kLastDay) << text;
  }
}

TEST(CopyDecoderTest, RepeatsRowsByTheirCount) {
  Rows rows;
  const auto row = [](const std::string& text, uint64_t count) {
    return Big(2, 2) + Field(text) + Field(Big(count, 8));
  };
  ASSERT_TRUE(
      Decode({PgWire::kBytes}, true, {kHeader, row("a", 3), row("b", 5000), kEnd}, rows).ok());
  ASSERT_EQ(rows.rows.size(), 5003u);
  EXPECT_EQ(std::count(rows.rows.begin(), rows.rows.end(), "a"), 3);
  EXPECT_EQ(std::count(rows.rows.begin(), rows.rows.end(), "b"), 5000);
  EXPECT_EQ(rows.batches, 3u);
}

TEST(CopyDecoderTest, RefusesCountsThatNoGroupHas) {
  const auto decode = [](const std::string& count) {
    Rows rows;
    const std::string row = Big(2, 2) + Field("private") + count;
    return Decode({PgWire::kBytes}, true, {kHeader, row, kEnd}, rows);
  };
  EXPECT_TRUE(decode(Field(Big(1, 8))).ok());
  for (const uint64_t count : {uint64_t{0}, ~uint64_t{0}, uint64_t{1} << 63,
                               (uint64_t{1} << 48) + 1, uint64_t{INT64_MAX}}) {
    EXPECT_THAT(decode(Field(Big(count, 8))),
                StatusIs(StatusCode::kDataLoss, HasSubstr("number of rows that no group has")))
        << count;
  }
  EXPECT_THAT(decode(kNullField), StatusIs(StatusCode::kDataLoss, HasSubstr("COPY")));
  EXPECT_THAT(decode(Field(Big(1, 4))), StatusIs(StatusCode::kDataLoss, HasSubstr("COPY")));
}

TEST(CopyDecoderTest, RefusesABoolThatIsNone) {
  for (const uint64_t value : {0, 1, 2, 255}) {
    Rows rows;
    const Status status =
        Decode({PgWire::kBool}, false, {kHeader, Big(1, 2) + Field(Big(value, 1)), kEnd}, rows);
    EXPECT_EQ(status.code(), value < 2 ? StatusCode::kOk : StatusCode::kDataLoss) << value;
  }
}

TEST(CopyDecoderTest, LongTextsFillABatchEarly) {
  Rows rows;
  std::vector<std::string> messages = {kHeader};
  for (int i = 0; i < 10; ++i) messages.push_back(Big(1, 2) + Field(std::string(600 << 10, 'x')));
  messages.push_back(kEnd);
  ASSERT_TRUE(Decode({PgWire::kBytes}, false, messages, rows).ok());
  EXPECT_EQ(rows.rows.size(), 10u);
  EXPECT_EQ(rows.batches, 5u);
}

TEST(CopyDecoderTest, RefusesWhateverIsNotTheFormat) {
  const std::string row = Big(2, 2) + Field(Big(7, 4)) + Field("text");
  const std::string whole = kHeader + row;
  const auto decode = [](const std::string& message) {
    Rows rows;
    return Decode({PgWire::kInt4, PgWire::kBytes}, false, {message, kEnd}, rows);
  };
  EXPECT_TRUE(decode(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    if (size == kHeader.size()) continue;  // no row at all
    EXPECT_THAT(decode(whole.substr(0, size)), StatusIs(StatusCode::kDataLoss, HasSubstr("COPY")))
        << size;
  }
  for (const std::string& message :
       {kHeader + Big(3, 2) + row.substr(2), kHeader + Big(2, 2) + Field(Big(7, 8)) + Field("t"),
        kHeader + Big(2, 2) + Big(0xFFFFFFFE, 4) + Field("t"), kHeader + kEnd + row,
        std::string("PGCOPY\n\377\r\n\0", 11) + Big(0x10000, 4) + Big(0, 4) + row}) {
    EXPECT_THAT(decode(message), StatusIs(StatusCode::kDataLoss, HasSubstr("COPY")));
  }
  Rows rows;
  EXPECT_THAT(Decode({PgWire::kInt4}, false, {kHeader}, rows),
              StatusIs(StatusCode::kDataLoss, HasSubstr("early")));
}

TEST(CopyDecoderTest, TakesAnyBytesWithoutHarm) {
  test::SeededRandom random(11);
  for (int round = 0; round < 20000; ++round) {
    std::string message = round % 2 == 0 ? kHeader : "";
    for (uint64_t i = random.Word() % 60; i > 0; --i) {
      const char common[] = {0, 0, 0, 1, 2, 4, 8, '\xFF'};
      message += random.Word() % 4 == 0 ? static_cast<char>(random.Word())
                                        : common[random.Word() % sizeof(common)];
    }
    Rows rows;
    static_cast<void>(Decode({PgWire::kInt4, PgWire::kBytes}, false, {message, kEnd}, rows));
  }
}

}  // namespace
}  // namespace weir::data::internal
