// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "weir/doc/signed_text.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/account.pb.h"
#include "weir/v1/agreement.pb.h"
#include "weir/v1/certificate.pb.h"
#include "weir/v1/charter.pb.h"
#include "weir/v1/dataset.pb.h"
#include "weir/v1/ledger.pb.h"
#include "weir/v1/options.pb.h"
#include "weir/v1/package.pb.h"
#include "weir/v1/recipe.pb.h"
#include "weir/v1/release.pb.h"
#include "weir/v1/request.pb.h"

namespace weir::doc {
namespace {

using google::protobuf::Descriptor;

// The pages that together are the reference of documents.
std::string ReferencePages() {
  std::ostringstream text;
  for (const char* page : {"documents.md", "recipe.md", "release-spec.md"}) {
    std::ifstream file(std::string(WEIR_SOURCE_DIR) + "/docs/reference/" + page);
    text << file.rdbuf();
  }
  return text.str();
}

// The code block that opens with "```yaml <name>".
std::string Example(const std::string& name) {
  const std::string page = ReferencePages();
  const std::string opening = "```yaml " + name + "\n";
  const size_t begin = page.find(opening);
  if (begin == std::string::npos) return "";
  const size_t first = begin + opening.size();
  return page.substr(first, page.find("```", first) - first);
}

std::set<const Descriptor*> WithParts(const std::vector<const Descriptor*>& roots) {
  std::set<const Descriptor*> types;
  std::vector<const Descriptor*> open = roots;
  while (!open.empty()) {
    const Descriptor* type = open.back();
    open.pop_back();
    if (!types.insert(type).second) continue;
    for (int i = 0; i < type->field_count(); ++i) {
      if (type->field(i)->message_type() != nullptr) open.push_back(type->field(i)->message_type());
    }
  }
  return types;
}

TEST(ReferencePageTest, ExamplesAreDocuments) {
  WEIR_EXPECT_OK(ParseYaml<v1::Dataset>(Example("dataset"), "dataset"));
  WEIR_EXPECT_OK(ParseYaml<v1::ReleaseSpec>(Example("release"), "release"));
  WEIR_EXPECT_OK(ParseYaml<v1::Recipe>(Example("recipe"), "recipe"));
  WEIR_EXPECT_OK(ParseYaml<v1::AccountPlan>(Example("account"), "account"));
  WEIR_EXPECT_OK(ParseSigned<v1::Agreement>(Example("agreement"), "agreement"));
}

TEST(ReferencePageTest, NamesEveryKeyAndKind) {
  const std::string pages = ReferencePages();
  const std::vector<const Descriptor*> documents = {
      v1::Dataset::descriptor(),       v1::ReleaseSpec::descriptor(),
      v1::ResolvedPlan::descriptor(),  v1::AccountPlan::descriptor(),
      v1::Agreement::descriptor(),     v1::Charter::descriptor(),
      v1::Request::descriptor(),       v1::Manifest::descriptor(),
      v1::Delivery::descriptor(),      v1::PackageLabel::descriptor(),
      v1::GrantEntry::descriptor(),    v1::DebitEntry::descriptor(),
      v1::CompleteEntry::descriptor(), v1::FailEntry::descriptor(),
      v1::MovedEntry::descriptor(),    v1::Recipe::descriptor(),
      v1::Certificate::descriptor()};
  for (const Descriptor* type : WithParts(documents)) {
    if (type->options().map_entry()) continue;
    for (int i = 0; i < type->field_count(); ++i) {
      EXPECT_NE(pages.find("`" + type->field(i)->name() + "`"), std::string::npos)
          << type->field(i)->full_name();
    }
  }
  for (const Descriptor* type : documents) {
    EXPECT_NE(pages.find("`" + type->name() + "`"), std::string::npos) << type->name();
  }
}

// The twin: the pages do not name whatever one looks for.
TEST(ReferencePageTest, DoesNotNameKeysThatAreNot) {
  EXPECT_EQ(ReferencePages().find("`max_units_per_key`"), std::string::npos);
  EXPECT_EQ(Example("nothing"), "");
}

}  // namespace
}  // namespace weir::doc
