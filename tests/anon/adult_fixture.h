// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_ANON_ADULT_FIXTURE_H_
#define WEIR_TESTS_ANON_ADULT_FIXTURE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/anon/hierarchy.h"
#include "weir/anon/tuple_table.h"

namespace weir::anon::test {

// tests/testdata/adult as it comes out of the files: text by row, in the order of the file.
struct AdultRows {
  std::vector<std::string> names;               // of the columns
  std::vector<std::vector<std::string>> cells;  // by column, then row

  size_t rows() const { return cells.empty() ? 0 : cells[0].size(); }
  size_t Place(const std::string& name) const;  // of a column; the test aborts if there is none
};

// The files are read once in a process.
const AdultRows& AdultAll();               // 30,162 rows
const AdultRows& AdultSubset();            // 3,016 of them
const std::vector<std::string>& Adult9();  // all nine columns
const std::vector<std::string>& Adult8();  // without occupation
const Hierarchy& AdultHierarchy(const std::string& name);

struct AdultChoice {
  std::vector<std::string> quasi_identifiers = Adult9();
  std::optional<std::string> sensitive = std::nullopt;  // codes are those of its hierarchy
  // The rows are those of the subset; the population is the whole file.
  bool is_subset = false;
  uint64_t repetitions = 1;  // each row as often
};

struct AdultProblem {
  TupleTable table;
  std::vector<const Hierarchy*> hierarchies;  // of the quasi-identifiers
  const Hierarchy* sensitive = nullptr;       // of the sensitive attribute
};

AdultProblem LoadAdult(const AdultChoice& choice);

// Ground codes by column, then row: what a table is before it is collapsed.
std::vector<std::vector<uint32_t>> CodeAdult(const AdultRows& rows,
                                             const std::vector<std::string>& names);

}  // namespace weir::anon::test

#endif  // WEIR_TESTS_ANON_ADULT_FIXTURE_H_
