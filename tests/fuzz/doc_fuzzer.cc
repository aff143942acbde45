// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <google/protobuf/util/message_differencer.h>

#include "weir/base/status.h"
#include "weir/doc/signed_text.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"
#include "weir/v1/agreement.pb.h"
#include "weir/v1/charter.pb.h"
#include "weir/v1/dataset.pb.h"
#include "weir/v1/ledger.pb.h"
#include "weir/v1/package.pb.h"
#include "weir/v1/recipe.pb.h"
#include "weir/v1/release.pb.h"

namespace weir::doc {
namespace {

// Whatever is read can be written, reads back equal, and is written the same again.
template <class M>
void CheckRoundTrip(const StatusOr<Document<M>>& read) {
  if (!read.ok()) {
    WEIR_CHECK(read.status().code() == StatusCode::kInvalidArgument);
    return;
  }
  const StatusOr<std::string> text = WriteYaml(read->message);
  // Quoting can only lengthen a text beyond the limits; nothing else may stop the writer.
  if (!text.ok()) {
    WEIR_CHECK(MessageOf(text.status()).find("at most") != std::string::npos);
    return;
  }
  const StatusOr<Document<M>> again = ParseYaml<M>(*text, "again");
  WEIR_CHECK(again.ok());
  WEIR_CHECK(google::protobuf::util::MessageDifferencer::Equals(read->message, again->message));
  WEIR_CHECK(*WriteYaml(again->message) == *text);
}

}  // namespace
}  // namespace weir::doc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir;  // NOLINT(google-build-using-namespace): the entry point has C linkage.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  doc::CheckRoundTrip(doc::ParseYaml<v1::Dataset>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseYaml<v1::ReleaseSpec>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseYaml<v1::ResolvedPlan>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseYaml<v1::Recipe>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseSigned<v1::Agreement>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseSigned<v1::Charter>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseSigned<v1::DebitEntry>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseSigned<v1::Delivery>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseSigned<v1::Manifest>(text, "fuzz"));
  doc::CheckRoundTrip(doc::ParseSigned<v1::PackageLabel>(text, "fuzz"));
  return 0;
}
