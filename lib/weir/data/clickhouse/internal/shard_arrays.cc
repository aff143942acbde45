// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/shard_arrays.h"

#include <algorithm>
#include <bit>

#include "weir/data/clickhouse/internal/sql_text.h"

namespace weir::data::internal {
namespace {

constexpr unsigned kMostBits = 63;
constexpr unsigned kMostBitsOfHashed = 32;
constexpr uint64_t kHighHalf = 0xffffffff00000000;

using Parts = std::vector<std::string>;

unsigned BitsOf(const ShardField& field) {
  return static_cast<unsigned>(std::bit_width(field.size - 1));
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a value and by how much
std::string ShiftRight(const std::string& value, unsigned bits) {
  return bits == 0 ? value : "bitShiftRight(" + value + ", " + std::to_string(bits) + ")";
}
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as above
std::string ShiftLeft(const std::string& value, unsigned bits) {
  return bits == 0 ? value : "bitShiftLeft(" + value + ", " + std::to_string(bits) + ")";
}

class ArrayBuilder {
 public:
  explicit ArrayBuilder(const ShardRows& rows) : rows_(rows) {}

  std::optional<ShardKeptRows> Build() {
    for (const ShardField& field : rows_.fields) {
      (field.is_code ? code_bits_ : value_bits_) += BitsOf(field);
      if (code_bits_ + value_bits_ > kMostBits) return std::nullopt;
    }
    if (!rows_.has_number_unit && bits() > kMostBitsOfHashed) return std::nullopt;
    return ShardKeptRows{.sql = Unpacked(), .first = Name("first"), .over = Name("over")};
  }

 private:
  unsigned bits() const { return code_bits_ + value_bits_; }
  std::string Name(const char* what) const { return rows_.prefix + what; }

  // Cells of a unit differ in what is above its values.
  std::string CellOf(const std::string& word) const { return ShiftRight(word, value_bits_); }

  // From the highest bits down: what tells units apart, codes, values.
  std::string Word() const {
    Parts parts;
    unsigned at = bits();
    if (!rows_.has_number_unit) {
      parts.push_back(ShiftLeft("cityHash64(" + JoinSql(rows_.unit, ", ") + ")", at));
    }
    for (const ShardField& field : rows_.fields) {
      at -= BitsOf(field);
      const std::string from_zero =
          field.is_code ? field.name : field.name + " - " + ClickHouseInt(field.least);
      if (BitsOf(field) > 0) parts.push_back(ShiftLeft("toUInt64(" + from_zero + ")", at));
    }
    return parts.empty() ? "toUInt64(0)" : JoinSql(parts, " + ");
  }

  std::string HashedUnit() const {
    return "sipHash64(" + ClickHouseText(rows_.secret_of_cells) + ", " + JoinSql(rows_.unit, ", ") +
           ")";
  }

  // Columns hash and words of each unit.
  std::string Units() const {
    const std::string word = Name("word"), hash = Name("hash"), words = Name("words");
    const std::string list = As("groupArray(" + word + ")", words);
    if (rows_.has_number_unit) {
      const std::string& unit = rows_.unit.front();
      return "SELECT " + As(HashedUnit(), hash) + ", " + words + " FROM (SELECT " + unit + ", " +
             list + " FROM (SELECT " + unit + ", " + As(Word(), word) + " FROM (" + rows_.sql +
             ")) GROUP BY " + unit + ")";
    }
    return "SELECT " + hash + ", " + list + " FROM (SELECT " + As(HashedUnit(), hash) + ", " +
           As(Word(), word) + " FROM (" + rows_.sql + ")) GROUP BY " + hash;
  }

  // And the number of each row in its cell, from 1; and which unit breaks a bound.
  std::string Judged() const {
    const std::string words = Name("words"), cells = Name("cells"), nth = Name("nth");
    const auto map = [&](const std::string& of_x) {
      return "arrayMap(x -> " + of_x + ", " + words + ")";
    };
    const std::string over = rows_.has_number_unit
                                 ? "toUInt8(0)"
                                 : "arrayUniq(" + map(ShiftRight("x", bits())) + ") > 1";
    const std::string heavy =
        "countEqual(" + nth + ", 1) > " + ClickHouseUInt(rows_.max_keys_per_unit) +
        " OR arrayExists(x -> x > " + ClickHouseUInt(rows_.max_rows_per_key) + ", " + nth + ")";
    const Parts selected = {Name("hash"),
                            words,
                            As(over, Name("over")),
                            As(map(CellOf("x")), cells),
                            As("arrayEnumerateUniq(" + cells + ")", nth),
                            As("length(" + words + ")", Name("length")),
                            As(heavy, Name("heavy"))};
    return "SELECT " + JoinSql(selected, ", ") + " FROM (" + Units() + ")";
  }

  // The rows of units that break no bound, and the sorted ones of the others. ClickHouse 18.16
  // evaluates both sides of a condition: empty arrays keep the sort from what needs none. Lambdas
  // get the hash as an array, since that version forgets columns that only lambdas name.
  std::string Sorted() const {
    const std::string words = Name("words"), hash = Name("hash");
    const std::string light = Name("length") + " * (1 - " + Name("heavy") + ")";
    const std::string heavy = Name("length") + " * " + Name("heavy");
    const std::string of_cell = "sipHash64(bitXor(k, " + CellOf("x") + "))";
    const std::string of_row =
        "sipHash64(bitXor(rand64(x), sipHash64(" + ClickHouseText(rows_.secret_of_rows) + ")))";
    const std::string key = "bitOr(bitAnd(" + of_cell + ", " + ClickHouseUInt(kHighHalf) + "), " +
                            ShiftRight(of_row, 32) + ")";
    const Parts selected = {
        Name("over"), As("arraySlice(" + words + ", 1, " + light + ")", Name("light_words")),
        As("arraySlice(" + Name("nth") + ", 1, " + light + ")", Name("light_nth")),
        As("arraySort((x, k) -> " + key + ", arraySlice(" + words + ", 1, " + heavy +
               "), arrayResize([" + hash + "], " + heavy + ", " + hash + "))",
           Name("sorted"))};
    return "SELECT " + JoinSql(selected, ", ") + " FROM (" + Judged() + ")";
  }

  // And of the sorted rows: of the how manieth cell of its unit, and the how manieth there.
  std::string Numbered() const {
    const std::string sorted = Name("sorted"), cells = Name("sorted_cells");
    const Parts selected = {Name("over"),
                            Name("light_words"),
                            Name("light_nth"),
                            sorted,
                            As("arrayMap(x -> " + CellOf("x") + ", " + sorted + ")", cells),
                            As("arrayEnumerateDense(" + cells + ")", Name("sorted_cell")),
                            As("arrayEnumerateUniq(" + cells + ")", Name("sorted_nth"))};
    return "SELECT " + JoinSql(selected, ", ") + " FROM (" + Sorted() + ")";
  }

  std::string Bounded() const {
    const std::string cell = Name("sorted_cell"), nth = Name("sorted_nth");
    const std::string keeps = "(d <= " + ClickHouseUInt(rows_.max_keys_per_unit) +
                              " AND e <= " + ClickHouseUInt(rows_.max_rows_per_key) + ")";
    const Parts selected = {
        Name("over"),
        As("arrayConcat(" + Name("light_words") + ", arrayFilter((x, d, e) -> " + keeps + ", " +
               Name("sorted") + ", " + cell + ", " + nth + "))",
           Name("kept_words")),
        As("arrayConcat(" + Name("light_nth") + ", arrayFilter((e, d) -> " + keeps + ", " + nth +
               ", " + cell + "))",
           Name("kept_nth"))};
    return "SELECT " + JoinSql(selected, ", ") + " FROM (" + Numbered() + ")";
  }

  std::string Unpacked() const {
    const std::string word = Name("word");
    Parts selected = {Name("over"), As(Name("one") + " = 1", Name("first"))};
    unsigned at = bits();
    for (const ShardField& field : rows_.fields) {
      at -= BitsOf(field);
      const std::string number = "bitAnd(" + ShiftRight(word, at) + ", " +
                                 ClickHouseUInt((uint64_t{1} << BitsOf(field)) - 1) + ")";
      selected.push_back(As(field.is_code
                                ? "toUInt32(" + number + ")"
                                : "toInt64(" + number + ") + " + ClickHouseInt(field.least),
                            field.name));
    }
    return "SELECT " + JoinSql(selected, ", ") + " FROM (" + Bounded() + ") ARRAY JOIN " +
           As(Name("kept_words"), word) + ", " + As(Name("kept_nth"), Name("one"));
  }

  const ShardRows& rows_;
  unsigned code_bits_ = 0;
  unsigned value_bits_ = 0;
};

}  // namespace

std::optional<ShardKeptRows> KeepRowsByArrays(const ShardRows& rows) {
  return ArrayBuilder(rows).Build();
}

}  // namespace weir::data::internal
