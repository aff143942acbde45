// SPDX-License-Identifier: Apache-2.0
// Random recipes on random small files, from the file to the file: whatever comes out is read by
// nothing but this test and held against the definitions.
#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/anon/published_models.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"
#include "weir/anon/anonymize.h"
#include "weir/base/bytes.h"
#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/doc/yaml_reader.h"

namespace weir::anon {
namespace {

using test::PublishedModels;
using weir::test::SeededRandom;
using Row = std::vector<std::string>;

constexpr size_t kAttributes = 3;
// Begins every value of the input, and nothing else: no message may hold it.
constexpr char kPrivate[] = "Zq";

// What a model of a recipe is by its definition. Classes and tables are given by combinations of
// `attributes`; all quasi-identifiers if it is empty.
struct ModelCase {
  std::string yaml;
  std::function<bool(const PublishedModels&)> holds;
  std::vector<size_t> attributes = {};
};

std::vector<ModelCase> AllModels() {
  using M = PublishedModels;
  return {
      {"k-anonymity: 2", [](const M& m) { return m.HasClassesOf(2); }},
      {"k-anonymity: {k: 4, count: rows}", [](const M& m) { return m.HasClassesOf(4); }},
      {"k-anonymity: {k: 5, count: rows, attributes: [b]}",
       [](const M& m) { return m.HasClassesOf(5); },
       {1}},
      {"highest-risk: 0.34", [](const M& m) { return m.HasClassesOf(3); }},
      {"average-risk: 0.25", [](const M& m) { return m.HasAverageRisk(0.25); }},
      {"average-risk: 0.00001", [](const M& m) { return m.HasAverageRisk(0.00001); }},
      {"sample-uniqueness: 0.1", [](const M& m) { return m.HasUniques(0.1); }},
      {"sample-uniqueness: 0", [](const M& m) { return m.HasUniques(0); }},
      {"l-diversity: {l: 2}", [](const M& m) { return m.IsDiverse(2); }},
      {"l-diversity: {l: 9}", [](const M& m) { return m.IsDiverse(9); }},
      {"l-diversity: {l: 2, kind: entropy}", [](const M& m) { return m.IsEntropyDiverse(2); }},
      {"l-diversity: {l: 2, kind: recursive, c: 2}",
       [](const M& m) { return m.IsRecursivelyDiverse(2, 2); }},
      {"t-closeness: {t: 0.3, distance: equal}", [](const M& m) { return m.IsClose(0.3); }},
      {"t-closeness: {t: 0.001, distance: equal}", [](const M& m) { return m.IsClose(0.001); }},
      {"t-closeness: {t: 0.2, distance: ordered}",
       [](const M& m) { return m.IsCloseInOrder(0.2); }},
      {"delta-disclosure: {delta: 1}", [](const M& m) { return !m.Discloses(1); }},
      {"beta-likeness: {beta: 1, kind: basic}", [](const M& m) { return m.IsLike(1, false); }},
      {"beta-likeness: {beta: 2}", [](const M& m) { return m.IsLike(2, true); }},
  };
}

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}
  size_t Below(size_t bound) { return static_cast<size_t>(random_.Word() % bound); }
  std::string Of(const std::vector<std::string>& texts) { return texts[Below(texts.size())]; }

 private:
  SeededRandom random_;
};

// One input with its hierarchies: a, b and c are quasi-identifiers, s is sensitive, row is kept and
// tells which row of the input it was.
struct Input {
  std::vector<Row> rows;                          // a, b, c, s
  std::vector<std::map<std::string, Row>> paths;  // of a, b, c: value -> labels by level
  std::string suppressed = "*";
  bool drops = false;
  std::vector<ModelCase> models;
  double limit = 0;
  std::string recipe;
};

void DrawHierarchy(Draw& draw, size_t attribute, Input& input, const std::string& folder) {
  const size_t values = 1 + draw.Below(5);
  const bool has_middle = draw.Below(2) == 0;
  std::ofstream file(
      JoinPath(folder, std::string(1, static_cast<char>('a' + attribute)) + "h.csv"));
  std::map<std::string, Row>& paths = input.paths.emplace_back();
  for (size_t i = 0; i < values; ++i) {
    const std::string value = kPrivate + std::to_string(attribute) + std::to_string(i);
    Row path = {value};
    if (has_middle) path.push_back("L" + std::to_string(i / 2));
    path.push_back("*");
    for (size_t level = 0; level < path.size(); ++level)
      file << (level > 0 ? "," : "") << path[level];
    file << "\n";
    paths[value] = path;
  }
}

Input DrawInput(Draw& draw, const std::string& folder) {
  Input input;
  for (size_t a = 0; a < kAttributes; ++a) DrawHierarchy(draw, a, input, folder);
  const size_t sensitive = 1 + draw.Below(4);
  std::ofstream file(JoinPath(folder, "in.csv"));
  file << "row,a,s,b,c\n";
  const size_t rows = draw.Below(10) == 0 ? draw.Below(3) : 3 + draw.Below(38);
  for (size_t i = 0; i < rows; ++i) {
    Row row;
    for (const auto& paths : input.paths) {
      const size_t at = std::min(draw.Below(paths.size()), draw.Below(paths.size()));
      row.push_back(std::next(paths.begin(), static_cast<ptrdiff_t>(at))->first);
    }
    row.push_back(kPrivate + std::string("s") + std::to_string(draw.Below(sensitive)));
    file << i << "," << row[0] << "," << row[3] << "," << row[1] << "," << row[2] << "\n";
    input.rows.push_back(std::move(row));
  }
  return input;
}

void DrawRecipe(Draw& draw, Input& input) {
  const std::vector<ModelCase> models = AllModels();
  std::string list;
  for (size_t i = 0, count = 1 + draw.Below(3); i < count; ++i) {
    const ModelCase& model = models[draw.Below(models.size())];
    list += (list.empty() ? "{" : ", {") + model.yaml + "}";
    input.models.push_back(model);
  }
  const std::string limit = draw.Of({"0", "0", "0.3", "1"});
  input.limit = std::stod(limit);
  input.drops = draw.Below(4) == 0;
  input.suppressed = draw.Of({"*", "*", "gone"});
  const std::string recoding =
      draw.Of({"global", "global", "local", "mondrian", "cell-suppression"});
  input.recipe = "input: {path: in.csv}\nattributes:\n  row: insensitive\n  s: sensitive\n";
  for (const std::string name : {"a", "b", "c"}) {
    input.recipe +=
        "  " + name + ": {role: quasi-identifier, hierarchy: {csv: " + name + "h.csv}}\n";
  }
  input.recipe += "models: [" + list + "]\nsuppression_limit: " + limit +
                  "\ntransformation: " + recoding + "\noutput: {suppressed: '" + input.suppressed +
                  "', drop_suppressed_rows: " + (input.drops ? "true" : "false") + "}\n" +
                  "quality: {measure: " +
                  draw.Of({"loss", "precision", "discernibility", "average-class-size", "height"}) +
                  "}\n";
}

std::vector<Row> ReadOutput(const std::string& path) {
  std::ifstream file(path);
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line);
  RC_ASSERT(line == "row,a,s,b,c");
  while (std::getline(file, line)) {
    Row& row = rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
    RC_ASSERT(row.size() == 5u);
    row = {row[1], row[3], row[4], row[2], row[0]};
  }
  return rows;
}

// Every row stands for its row of the input: labels that are above its values, the sensitive value
// as it was, each row once.
void CheckRows(const Input& input, const std::vector<Row>& output, const Row& stars) {
  std::set<std::string> seen;
  for (const Row& row : output) {
    RC_ASSERT(seen.insert(row[4]).second);
    const Row& before = input.rows.at(std::stoul(row[4]));
    RC_ASSERT(row[3] == before[3]);
    const bool is_starred = std::equal(stars.begin(), stars.end(), row.begin());
    for (size_t a = 0; a < kAttributes && !is_starred; ++a) {
      const Row& path = input.paths[a].at(before[a]);
      const bool is_label = std::find(path.begin(), path.end(), row[a]) != path.end();
      RC_ASSERT(is_label || row[a] == input.suppressed);
    }
  }
}

PublishedModels Publish(const Input& input, const std::vector<Row>& kept,
                        std::vector<size_t> attributes) {
  if (attributes.empty()) attributes = {0, 1, 2};
  PublishedModels models;
  for (const Row& row : input.rows) models.table[row[3]] += 1;
  std::map<Row, test::ValueRows> classes;
  for (const Row& row : kept) {
    Row key;
    for (const size_t a : attributes) key.push_back(row[a]);
    classes[key][row[3]] += 1;
  }
  for (const auto& [key, one] : classes) models.classes.push_back(one);
  return models;
}

void CheckOutput(const Input& input, const AnonymizationFacts& facts, const std::string& path) {
  const std::vector<Row> output = ReadOutput(path);
  const Row stars(kAttributes, input.suppressed);
  CheckRows(input, output, stars);
  RC_ASSERT(facts.output_sha256 == Sha256Hex(weir::test::ReadTextFile(path)));
  const uint64_t suppressed = facts.search.suppressed_rows;
  const double allowed = input.limit * static_cast<double>(input.rows.size());
  RC_ASSERT(static_cast<double>(suppressed) <= allowed + 1e-9);
  RC_ASSERT(output.size() == input.rows.size() - (input.drops ? suppressed : 0));
  std::vector<Row> kept;
  for (const Row& row : output) {
    // Without suppressed rows in the file, what is starred is a class.
    const bool is_starred = std::equal(stars.begin(), stars.end(), row.begin());
    if (!is_starred || input.drops || suppressed == 0) kept.push_back(row);
  }
  RC_ASSERT(kept.size() == input.rows.size() - suppressed);
  for (const ModelCase& model : input.models) {
    RC_LOG() << model.yaml << "\n";
    RC_ASSERT(model.holds(Publish(input, kept, model.attributes)));
  }
  RC_ASSERT(facts.after.rows == kept.size());
}

void CheckRefusal(const Status& status, const std::string& path) {
  RC_LOG() << status.message() << "\n";
  RC_ASSERT(status.message().find(kPrivate) == absl::string_view::npos);
  RC_ASSERT(status.code() == StatusCode::kFailedPrecondition ||
            status.code() == StatusCode::kInvalidArgument);
  RC_ASSERT(!std::ifstream(path).good());
}

StatusOr<OwnerView<AnonymizationFacts>> Anonymize(const Input& input, const std::string& folder,
                                                  const std::string& path, Files& files,
                                                  RandomSource& random) {
  WEIR_ASSIGN_OR_RETURN(const auto document,
                        doc::ParseYaml<v1::Recipe>(input.recipe, "a.recipe.yaml"));
  WEIR_ASSIGN_OR_RETURN(const Recipe recipe, Recipe::Create(document, folder));
  WEIR_ASSIGN_OR_RETURN(Anonymizer anonymizer, Anonymizer::Open(recipe, {}, files, random));
  WEIR_ASSIGN_OR_RETURN(const SearchResult found, anonymizer.Find());
  return anonymizer.Write(found, {.path = path});
}

// Whether there was an output.
bool RunOne(Draw& draw) {
  const weir::test::TemporaryFolder folder;
  Input input = DrawInput(draw, folder.path());
  DrawRecipe(draw, input);
  RC_LOG() << input.recipe << "\n";
  const std::string path = folder.Path("out.csv");
  const auto facts = Anonymize(input, folder.path(), path, SystemFiles(), SystemRandom());
  if (facts.ok()) {
    CheckOutput(input, facts->ShowToOwner(), path);
  } else {
    CheckRefusal(facts.status(), path);
  }
  return facts.ok();
}

RC_GTEST_PROP(WholeProcessProperty, WhatComesOutHoldsByDefinition, (uint32_t seed)) {
  constexpr int kRecipes = 6;
  Draw draw(seed);
  int written = 0;
  for (int i = 0; i < kRecipes; ++i) written += RunOne(draw) ? 1 : 0;
  RC_CLASSIFY(written > 1, "two outputs of six recipes, or more");
}

// What a steward may write and nobody should get: by messages that name no value.
TEST(WholeProcessTest, RefusesWhatMeansNothing) {
  const weir::test::TemporaryFolder folder;
  weir::test::WriteTextFile(folder.Path("in.csv"), "row,a,s,b,c\n0,Zq1,Zqx,1,1\n1,Zq1,Zqx,1,1\n");
  const std::string begin =
      "input: {path: in.csv}\nattributes: {a: quasi-identifier, s: sensitive}\n";
  for (const auto& [rest, says] : std::vector<std::pair<std::string, std::string>>{
           {"models: [{k-anonymity: 2}]\noutput: {suppressed: Zq1}\n", "a value of a, too"},
           {"models: [{population-uniqueness: {limit: 0.1, population: 1}}]\n", "smaller than"},
           {"models: [{average-risk: 0.4}]\n", "average risk 0.4"}}) {
    Input input;
    input.recipe = begin + rest;
    const auto facts =
        Anonymize(input, folder.path(), folder.Path("out.csv"), SystemFiles(), SystemRandom());
    ASSERT_FALSE(facts.ok()) << rest;
    const std::string message(facts.status().message());
    EXPECT_THAT(message, ::testing::HasSubstr(says));
    EXPECT_THAT(message, ::testing::Not(::testing::HasSubstr(kPrivate)));
    EXPECT_FALSE(std::ifstream(folder.Path("out.csv")).good());
  }
}

// The definitions see what is wrong: a row that stands alone breaks each model that it should.
TEST(PublishedModelsTest, ARowAloneIsSeen) {
  const PublishedModels alone = {.table = {{"x", 10}, {"y", 30}}, .classes = {{{"x", 1}}}};
  for (const ModelCase& model : AllModels()) EXPECT_FALSE(model.holds(alone)) << model.yaml;
  const PublishedModels all = {.table = {{"x", 10}, {"y", 10}},
                               .classes = {{{"x", 10}, {"y", 10}}}};
  EXPECT_TRUE(all.IsClose(0) && all.IsCloseInOrder(0) && all.IsEntropyDiverse(2) &&
              all.IsRecursivelyDiverse(2, 2) && all.IsLike(0, true) && !all.Discloses(0.1));
}

}  // namespace
}  // namespace weir::anon
