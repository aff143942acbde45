// SPDX-License-Identifier: Apache-2.0
#include "tests/anon/reference_runs.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

namespace weir::anon::test {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

Struct ReadReference() {
  std::ifstream in(std::string(WEIR_SOURCE_DIR) + "/tests/testdata/adult/reference.json");
  std::stringstream text;
  text << in.rdbuf();
  Struct reference;
  if (!google::protobuf::util::JsonStringToMessage(text.str(), &reference).ok()) {
    std::cerr << "cannot read reference.json\n";
    std::abort();
  }
  return reference;
}

const Value& Field(const Value& object, const std::string& key) {
  return object.struct_value().fields().at(key);
}

std::vector<std::string> Texts(const Value& list) {
  std::vector<std::string> texts;
  for (const Value& value : list.list_value().values()) texts.push_back(value.string_value());
  return texts;
}

uint64_t Count(const Value& value) { return static_cast<uint64_t>(value.number_value()); }

ReferenceRun ReadRun(const Value& run) {
  const Value& solution = Field(run, "solution");
  ReferenceRun read;
  read.id = Field(run, "id").string_value();
  read.quasi_identifiers = Texts(Field(run, "quasi_identifiers"));
  const Value& sensitive = Field(run, "sensitive");
  if (sensitive.kind_case() == Value::kStringValue) read.sensitive = sensitive.string_value();
  read.models = Texts(Field(run, "models"));
  read.suppression_limit = Field(run, "suppression_limit").number_value();
  for (const Value& level : Field(solution, "levels_vector").list_value().values()) {
    read.levels.push_back(Count(level));
  }
  read.score = Field(solution, "score_value").number_value();
  read.suppressed_rows = Count(Field(solution, "suppressed_records"));
  read.classes = Count(Field(solution, "equivalence_classes"));
  return read;
}

}  // namespace

std::vector<ReferenceRun> ModelRuns() {
  const Struct reference = ReadReference();
  std::vector<ReferenceRun> runs;
  for (const Value& run : reference.fields().at("runs").list_value().values()) {
    if (Field(run, "quasi_identifiers").list_value().values_size() == 8) {
      runs.push_back(ReadRun(run));
    }
  }
  return runs;
}

}  // namespace weir::anon::test
