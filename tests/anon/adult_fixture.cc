// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/adult_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>

namespace weir::anon::test {
namespace {

[[noreturn]] void Die(const std::string& message) {
  std::cerr << message << "\n";
  std::abort();
}

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == '\r') continue;
    if (c == ';') {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

std::vector<std::vector<std::string>> ReadLines(const std::string& name) {
  const std::string path = std::string(WEIR_SOURCE_DIR) + "/tests/testdata/adult/" + name;
  std::ifstream in(path);
  if (!in) Die("cannot read " + path);
  std::vector<std::vector<std::string>> lines;
  std::string line;
  while (std::getline(in, line)) {
    if (!line.empty() && line != "\r") lines.push_back(Split(line));
  }
  return lines;
}

AdultRows ReadRows(const std::string& name) {
  const auto lines = ReadLines(name);
  AdultRows rows;
  rows.names = lines[0];
  rows.cells.resize(rows.names.size());
  for (size_t i = 1; i < lines.size(); ++i) {
    for (size_t column = 0; column < rows.names.size(); ++column) {
      rows.cells[column].push_back(lines[i][column]);
    }
  }
  return rows;
}

// What one distinct tuple holds while rows are collapsed.
struct Tuple {
  uint64_t rows = 0;
  uint64_t population = 0;
  std::map<uint32_t, uint64_t> sensitive = {};
};
using Tuples = std::map<std::vector<uint32_t>, Tuple>;

std::vector<uint32_t> KeyOf(const std::vector<std::vector<uint32_t>>& codes, size_t row) {
  std::vector<uint32_t> key;
  key.reserve(codes.size());
  for (const std::vector<uint32_t>& column : codes) key.push_back(column[row]);
  return key;
}

void AddRows(const AdultChoice& choice, Tuples& tuples) {
  const AdultRows& rows = choice.is_subset ? AdultSubset() : AdultAll();
  const auto codes = CodeAdult(rows, choice.quasi_identifiers);
  std::vector<std::vector<uint32_t>> sensitive;
  if (choice.sensitive) sensitive = CodeAdult(rows, {*choice.sensitive});
  for (size_t row = 0; row < rows.rows(); ++row) {
    Tuple& tuple = tuples[KeyOf(codes, row)];
    tuple.rows += choice.repetitions;
    if (choice.sensitive) tuple.sensitive[sensitive[0][row]] += choice.repetitions;
  }
}

void AddPopulation(const AdultChoice& choice, Tuples& tuples) {
  const auto codes = CodeAdult(AdultAll(), choice.quasi_identifiers);
  for (size_t row = 0; row < AdultAll().rows(); ++row) {
    tuples[KeyOf(codes, row)].population += choice.repetitions;
  }
}

TupleTable ToTable(const AdultChoice& choice, const Tuples& tuples) {
  TupleTable table;
  table.names = choice.quasi_identifiers;
  table.codes.resize(choice.quasi_identifiers.size());
  SensitiveColumn sensitive;
  for (const auto& [key, tuple] : tuples) {
    for (size_t a = 0; a < key.size(); ++a) table.codes[a].push_back(key[a]);
    table.rows.push_back(tuple.rows);
    table.total_rows += tuple.rows;
    if (choice.is_subset) table.population.push_back(tuple.population);
    sensitive.counts.begin.push_back(sensitive.counts.items.size());
    for (const auto& [value, rows] : tuple.sensitive) {
      sensitive.counts.items.push_back({.value = value, .rows = rows});
    }
  }
  if (choice.sensitive) {
    sensitive.name = *choice.sensitive;
    sensitive.values = static_cast<uint32_t>(AdultHierarchy(*choice.sensitive).size(0));
    sensitive.counts.begin.push_back(sensitive.counts.items.size());
    table.sensitive.push_back(std::move(sensitive));
  }
  return table;
}

}  // namespace

size_t AdultRows::Place(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) Die("adult has no column " + name);
  return static_cast<size_t>(found - names.begin());
}

const AdultRows& AdultAll() {
  static const AdultRows rows = ReadRows("adult.csv");
  return rows;
}

const AdultRows& AdultSubset() {
  static const AdultRows rows = ReadRows("adult_subset.csv");
  return rows;
}

const std::vector<std::string>& Adult9() {
  static const std::vector<std::string> names = {
      "sex",       "age",        "race",        "marital-status", "education", "native-country",
      "workclass", "occupation", "salary-class"};
  return names;
}

const std::vector<std::string>& Adult8() {
  static const std::vector<std::string> names = {
      "sex",       "age",         "race", "marital-status", "education", "native-country",
      "workclass", "salary-class"};
  return names;
}

const Hierarchy& AdultHierarchy(const std::string& name) {
  static std::map<std::string, std::unique_ptr<Hierarchy>> known;
  std::unique_ptr<Hierarchy>& hierarchy = known[name];
  if (hierarchy == nullptr) {
    auto made = Hierarchy::Create(ReadLines("adult_hierarchy_" + name + ".csv"));
    if (!made.ok()) Die(name + ": " + MessageOf(made.status()));
    hierarchy = std::make_unique<Hierarchy>(*std::move(made));
  }
  return *hierarchy;
}

std::vector<std::vector<uint32_t>> CodeAdult(const AdultRows& rows,
                                             const std::vector<std::string>& names) {
  std::vector<std::vector<uint32_t>> codes;
  codes.reserve(names.size());
  for (const std::string& name : names) {
    const Hierarchy& hierarchy = AdultHierarchy(name);
    std::vector<uint32_t>& column = codes.emplace_back();
    column.reserve(rows.rows());
    for (const std::string& cell : rows.cells[rows.Place(name)]) {
      const auto code = hierarchy.Find(cell);
      if (!code) Die("the hierarchy of " + name + " lacks " + cell);
      column.push_back(*code);
    }
  }
  return codes;
}

AdultProblem LoadAdult(const AdultChoice& choice) {
  Tuples tuples;
  AddRows(choice, tuples);
  if (choice.is_subset) AddPopulation(choice, tuples);
  AdultProblem problem;
  problem.table = ToTable(choice, tuples);
  for (const std::string& name : choice.quasi_identifiers) {
    problem.hierarchies.push_back(&AdultHierarchy(name));
  }
  if (choice.sensitive) problem.sensitive = &AdultHierarchy(*choice.sensitive);
  return problem;
}

}  // namespace weir::anon::test
