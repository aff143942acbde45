// SPDX-License-Identifier: Apache-2.0
// Random recipes on random small files, from the file to the file: whatever comes out is read by
// nothing but this test and held against the definitions.
#include <algorithm>
#include <filesystem>
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

#include "tests/anon/model_cases.h"
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

using test::AllModels;
using test::kPrivate;
using test::ModelCase;
using test::PublishedModels;
using test::SensitivePaths;
using weir::test::SeededRandom;
using Row = std::vector<std::string>;

constexpr size_t kAttributes = 3;

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
  std::vector<Row> population;                    // a, b, c; the rows are some of them
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

std::string DrawValue(Draw& draw, const std::map<std::string, Row>& paths) {
  const size_t at = std::min(draw.Below(paths.size()), draw.Below(paths.size()));
  return std::next(paths.begin(), static_cast<ptrdiff_t>(at))->first;
}

// Everybody of the file and others, and the hierarchy of the sensitive values.
void WriteOtherFiles(Draw& draw, Input& input, const std::string& folder) {
  for (const Row& row : input.rows) input.population.push_back({row[0], row[1], row[2]});
  for (size_t i = draw.Below(120); i > 0; --i) {
    Row& row = input.population.emplace_back();
    for (const auto& paths : input.paths) row.push_back(DrawValue(draw, paths));
  }
  std::ofstream file(JoinPath(folder, "pop.csv"));
  file << "c,a,b\n";
  for (const Row& row : input.population) file << row[2] << "," << row[0] << "," << row[1] << "\n";
  std::ofstream hierarchy(JoinPath(folder, "sh.csv"));
  for (const auto& [value, path] : SensitivePaths()) {
    hierarchy << path[0] << "," << path[1] << "," << path[2] << "\n";
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
    for (const auto& paths : input.paths) row.push_back(DrawValue(draw, paths));
    row.push_back(kPrivate + std::string("s") + std::to_string(draw.Below(sensitive)));
    file << i << "," << row[0] << "," << row[3] << "," << row[1] << "," << row[2] << "\n";
    input.rows.push_back(std::move(row));
  }
  WriteOtherFiles(draw, input, folder);
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
  // Only the global recoding takes a population; one in ten recipes asks it of another.
  const bool has_population = std::any_of(input.models.begin(), input.models.end(),
                                          [](const auto& model) { return model.has_population; });
  const std::string recoding =
      has_population && draw.Below(10) > 0
          ? "global"
          : draw.Of({"global", "global", "local", "mondrian", "cell-suppression"});
  input.recipe =
      "input: {path: in.csv}\nattributes:\n  row: insensitive\n  s: {role: sensitive, hierarchy: "
      "{csv: sh.csv}}\n";
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

// Of the population with a path through each label.
double PeopleLike(const Input& input, const Row& labels, const std::vector<size_t>& attributes) {
  const auto is_like = [&](const Row& person) {
    for (size_t i = 0; i < attributes.size(); ++i) {
      const Row& path = input.paths[attributes[i]].at(person[attributes[i]]);
      const bool is_above = std::find(path.begin(), path.end(), labels[i]) != path.end();
      if (!is_above && labels[i] != input.suppressed) return false;
    }
    return true;
  };
  return static_cast<double>(
      std::count_if(input.population.begin(), input.population.end(), is_like));
}

PublishedModels Publish(const Input& input, const std::vector<Row>& kept,
                        std::vector<size_t> attributes) {
  if (attributes.empty()) attributes = {0, 1, 2};
  PublishedModels models;
  // Its hierarchy is the domain of the sensitive column, with what no row has.
  for (const auto& [value, path] : SensitivePaths()) models.table[value] = 0;
  for (const Row& row : input.rows) models.table[row[3]] += 1;
  std::map<Row, test::ValueRows> classes;
  for (const Row& row : kept) {
    Row key;
    for (const size_t a : attributes) key.push_back(row[a]);
    classes[key][row[3]] += 1;
  }
  for (const auto& [key, one] : classes) {
    models.classes.push_back(one);
    models.people.push_back(PeopleLike(input, key, attributes));
  }
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
  // The folder has a drawn name, in which the letters of a private value may stand by chance.
  std::string message(status.message());
  const std::string folder = std::filesystem::path(path).parent_path().string();
  for (size_t at = message.find(folder); at != std::string::npos; at = message.find(folder)) {
    message.erase(at, folder.size());
  }
  RC_ASSERT(message.find(kPrivate) == std::string::npos);
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
  const PublishedModels alone = {
      .table = {{"Zqs0", 10}, {"Zqs2", 30}}, .classes = {{{"Zqs0", 1}}}, .people = {1}};
  for (const ModelCase& model : AllModels()) EXPECT_FALSE(model.holds(alone)) << model.yaml;
  const PublishedModels all = {.table = {{"Zqs0", 10}, {"Zqs2", 10}},
                               .classes = {{{"Zqs0", 10}, {"Zqs2", 10}}},
                               .people = {40}};
  EXPECT_TRUE(all.HasPeople(40) && all.IsPresent(0.5, 0.5) &&
              all.IsCloseInTree(0, SensitivePaths()) &&
              all.HasPopulationUniques(0, 40, v1::UNIQUENESS_ESTIMATOR_DANKAR));
  EXPECT_FALSE(all.HasPeople(41) || all.IsPresent(0.51, 1) || all.IsPresent(0, 0.49));
  // Half of the rows lie two levels away, or one.
  const PublishedModels half = {.table = {{"Zqs0", 10}, {"Zqs1", 10}}, .classes = {{{"Zqs0", 10}}}};
  EXPECT_TRUE(half.IsCloseInTree(0.25, SensitivePaths()));
  EXPECT_FALSE(half.IsCloseInTree(0.24, SensitivePaths()));
  EXPECT_TRUE(all.IsClose(0) && all.IsCloseInOrder(0) && all.IsEntropyDiverse(2) &&
              all.IsRecursivelyDiverse(2, 2) && all.IsLike(0, true) && !all.Discloses(0.1));
}

}  // namespace
}  // namespace weir::anon
