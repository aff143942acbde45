// SPDX-License-Identifier: Apache-2.0
// A bounded aggregation over units that are divided among many nodes, with the engine's own code:
// each node bounds and adds up its units, the tables are added. The sum is compared with the table
// of one machine that has all rows, bit for bit, bounds hit. For comparison the same rows divided
// without regard to units, where every node lets a unit have all its keys.
//
//     simulate_merge [--nodes N] [--units N]
//
// Prints what each node holds and sends. Ends with 1 if the sum is not the table of one machine, or
// if the comparison shows no difference.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/simulated_rows.h"
#include "weir/base/random.h"
#include "weir/data/engine.h"
#include "weir/data/internal/bounded_sum.h"

namespace weir::simulation {
namespace {

using data::AggregateTable;
using data::internal::BoundedQuery;
using data::internal::BoundedSum;

constexpr uint64_t kNodeMemoryBytes = uint64_t{64} << 20;
constexpr int64_t kMaxKeysPerUnit = 4;
constexpr int64_t kMaxRowsPerKey = 10;
constexpr size_t kUnitsMeasure = 1;

struct Arguments {
  int64_t nodes = 1000;
  int64_t units = 1'000'000;
};

// What crosses the network to the node that adds up: each cell with its sums.
uint64_t BytesOf(const AggregateTable& table) {
  return (table.cells.size() + table.values.size()) * sizeof(int128);
}

// Adds up tables: a plain sum by cell, which any server can do.
class Merger {
 public:
  void Add(const AggregateTable& table) {
    for (size_t i = 0; i < table.cells.size(); ++i) {
      std::vector<int128>& sums = sums_[table.cells[i]];
      sums.resize(table.measures);
      for (size_t m = 0; m < table.measures; ++m) sums[m] += table.values[i * table.measures + m];
    }
    bytes_ += BytesOf(table);
    largest_ = std::max(largest_, BytesOf(table));
  }
  const std::map<uint128, std::vector<int128>>& sums() const { return sums_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t largest() const { return largest_; }
  // Units, counted in every cell that they reach.
  int64_t UnitsInCells() const {
    int128 units = 0;
    for (const auto& [cell, sums] : sums_) units += sums[kUnitsMeasure];
    return static_cast<int64_t>(units);
  }

 private:
  std::map<uint128, std::vector<int128>> sums_;
  uint64_t bytes_ = 0;
  uint64_t largest_ = 0;
};

StatusOr<BoundedQuery> MakeQuery(const data::DatasetDescription& dataset) {
  std::vector<std::string> zones;
  for (int zone = 0; zone < kZones; ++zone) zones.push_back(std::to_string(zone));
  WEIR_ASSIGN_OR_RETURN(const auto max_keys, L0Sensitivity::Create(kMaxKeysPerUnit));
  WEIR_ASSIGN_OR_RETURN(const auto max_rows, LInfSensitivity::Create(kMaxRowsPerKey));
  const data::AggregateQuery query{
      .keys = {{.column = "zone", .values = zones}},
      .measures = {{.kind = data::ContributionKind::kRows},
                   {.kind = data::ContributionKind::kUnits},
                   {.kind = data::ContributionKind::kSum,
                    .column = "seconds",
                    .lowest = 0,
                    .highest = kMostSeconds}},
      .bounds = {.max_keys_per_unit = max_keys, .max_rows_per_key = max_rows}};
  return data::internal::ResolveQuery(dataset, query, SystemRandom());
}

// The rows of some units, bounded and added up by one machine.
class Machine {
 public:
  explicit Machine(const BoundedQuery& query)
      : sum_(query, {.memory_bytes = kNodeMemoryBytes,
                     .threads = 1,
                     .temp_folder = std::filesystem::temp_directory_path().string()}),
        handler_([this](const data::Batch& batch) { return sum_.Add(batch); }),
        batches_(query, handler_) {}
  Status Add(const Row& row) {
    ++rows_;
    return batches_.Add(row);
  }
  StatusOr<AggregateTable> Finish() {
    WEIR_RETURN_IF_ERROR(batches_.Flush());
    return sum_.Finish();
  }
  uint64_t rows() const { return rows_; }

 private:
  BoundedSum sum_;
  data::BatchHandler handler_;
  RowBatches batches_;
  uint64_t rows_ = 0;
};

StatusOr<AggregateTable> OnOneMachine(const BoundedQuery& query, const Arguments& arguments,
                                      uint64_t& rows) {
  Machine machine(query);
  for (int64_t unit = 0; unit < arguments.units; ++unit) {
    for (const Row& row : RowsOf(unit)) WEIR_RETURN_IF_ERROR(machine.Add(row));
  }
  rows = machine.rows();
  return machine.Finish();
}

struct Division {
  Merger merger;
  uint64_t most_rows = 0;  // of one node
};

// All rows of a unit on one node.
StatusOr<Division> DividedByUnit(const BoundedQuery& query, const Arguments& arguments) {
  std::vector<std::vector<int64_t>> units(static_cast<size_t>(arguments.nodes));
  for (int64_t unit = 0; unit < arguments.units; ++unit) {
    units[Scatter(static_cast<uint64_t>(unit)) % units.size()].push_back(unit);
  }
  Division division;
  for (const std::vector<int64_t>& of_node : units) {
    Machine node(query);
    for (const int64_t unit : of_node) {
      for (const Row& row : RowsOf(unit)) WEIR_RETURN_IF_ERROR(node.Add(row));
    }
    division.most_rows = std::max(division.most_rows, node.rows());
    WEIR_ASSIGN_OR_RETURN(const AggregateTable table, node.Finish());
    division.merger.Add(table);
  }
  return division;
}

// Each row wherever it happens to go.
StatusOr<Division> DividedByRow(const BoundedQuery& query, const Arguments& arguments) {
  const auto nodes = static_cast<uint64_t>(arguments.nodes);
  std::vector<std::vector<Row>> rows(nodes);
  uint64_t number = 0;
  for (int64_t unit = 0; unit < arguments.units; ++unit) {
    for (const Row& row : RowsOf(unit)) rows[Scatter(number++) % nodes].push_back(row);
  }
  Division division;
  for (const std::vector<Row>& of_node : rows) {
    Machine node(query);
    for (const Row& row : of_node) WEIR_RETURN_IF_ERROR(node.Add(row));
    WEIR_ASSIGN_OR_RETURN(const AggregateTable table, node.Finish());
    division.merger.Add(table);
  }
  return division;
}

StatusOr<bool> Simulate(const Arguments& arguments) {
  WEIR_ASSIGN_OR_RETURN(const data::DatasetDescription dataset, DescribeRows());
  WEIR_ASSIGN_OR_RETURN(const BoundedQuery query, MakeQuery(dataset));
  uint64_t rows = 0;
  WEIR_ASSIGN_OR_RETURN(const AggregateTable whole, OnOneMachine(query, arguments, rows));
  WEIR_ASSIGN_OR_RETURN(const Division by_unit, DividedByUnit(query, arguments));
  WEIR_ASSIGN_OR_RETURN(const Division by_row, DividedByRow(query, arguments));
  Merger one;
  one.Add(whole);
  const bool is_equal = by_unit.merger.sums() == one.sums();
  const bool differs = by_row.merger.UnitsInCells() > one.UnitsInCells();
  std::printf("%llu rows of %lld units on %lld nodes, at most %lld keys a unit\n",
              static_cast<unsigned long long>(rows), static_cast<long long>(arguments.units),
              static_cast<long long>(arguments.nodes), static_cast<long long>(kMaxKeysPerUnit));
  std::printf("one machine:      %lld units in cells, a table of %llu bytes\n",
              static_cast<long long>(one.UnitsInCells()),
              static_cast<unsigned long long>(one.bytes()));
  std::printf(
      "divided by unit:  %lld units in cells, %s; at most %llu rows a node; each sends at "
      "most %llu bytes, together %llu\n",
      static_cast<long long>(by_unit.merger.UnitsInCells()),
      is_equal ? "every sum the same" : "ANOTHER TABLE",
      static_cast<unsigned long long>(by_unit.most_rows),
      static_cast<unsigned long long>(by_unit.merger.largest()),
      static_cast<unsigned long long>(by_unit.merger.bytes()));
  std::printf("divided by row:   %lld units in cells: the bound is broken\n",
              static_cast<long long>(by_row.merger.UnitsInCells()));
  return is_equal && differs;
}

bool ReadNumber(const char* text, int64_t& number) {
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
  return error == std::errc() && *end == '\0' && number > 0;
}

bool ReadArguments(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    int64_t* const number = name == "--nodes"   ? &arguments.nodes
                            : name == "--units" ? &arguments.units
                                                : nullptr;
    if (number == nullptr || !ReadNumber(argv[i + 1], *number)) return false;
  }
  return argc % 2 == 1;
}

}  // namespace
}  // namespace weir::simulation

int main(int argc, char** argv) {
  weir::simulation::Arguments arguments;
  if (!weir::simulation::ReadArguments(argc, argv, arguments)) {
    static_cast<void>(std::fputs("usage: simulate_merge [--nodes N] [--units N]\n", stderr));
    return 2;
  }
  const auto is_right = weir::simulation::Simulate(arguments);
  if (!is_right.ok()) {
    static_cast<void>(
        std::fprintf(stderr, "simulate_merge: %s\n", weir::MessageOf(is_right.status()).c_str()));
    return 1;
  }
  return *is_right ? 0 : 1;
}
