// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_ARRAYS_H_
#define WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_ARRAYS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::data::internal {

// A number of a row that fits a few bits: a code of a key, or steps of a value.
struct ShardField {
  std::string name = {};  // a column of `ShardRows::sql`
  uint64_t size = 1;      // it is in [least, least + size)
  int64_t least = 0;
  bool is_code = false;  // a UInt32, and part of the cell; else an Int64
};

struct ShardRows {
  std::string sql = {};                 // rows that count, each with all its columns
  std::vector<std::string> unit = {};   // columns
  bool has_number_unit = false;         // one column, an Int64
  std::vector<ShardField> fields = {};  // codes first
  uint64_t max_keys_per_unit = 0;
  uint64_t max_rows_per_key = 0;
  std::string prefix = {};                                // with which no column begins
  std::string secret_of_cells = {}, secret_of_rows = {};  // texts
};

// The rows that are left once each unit is bounded, as a SELECT with the fields under their names
// and three columns more, named `first`, `over` and `unit`.
struct ShardKeptRows {
  std::string sql = {};
  std::string first = {};  // UInt8: the first row of its unit in its cell
  std::string over = {};   // UInt8: two units shared a hash: the answer must not be used
};

// One group a unit, with an array of its rows, each packed into one number. A unit whose array
// breaks no bound stays as it is; of another, the rows are sorted by 32 bits of the keyed hash of
// their cell and 32 of a keyed hash of a random number. The first max_keys_per_unit cells stay, and
// in each the first max_rows_per_key rows.
//
// Units that are no number are told apart by a keyed hash of 64 bits, and by at least 32 bits of
// another hash in each row, which show when two units share the first: of n units on a server two
// are taken for one unseen with probability below n^2 / 2^97. That hash has no key: of ids made to
// agree in it, one shares its keyed hash with another's with probability below n / 2^64.
//
// None: the fields do not fit, 63 bits for a unit that is a number, else 32.
std::optional<ShardKeptRows> KeepRowsByArrays(const ShardRows& rows);

}  // namespace weir::data::internal

#endif  // WEIR_DATA_CLICKHOUSE_INTERNAL_SHARD_ARRAYS_H_
