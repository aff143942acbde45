// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "tools/weir/commands.h"
#include "tools/weir/local_release.h"
#include "tools/weir/preview.h"
#include "tools/weir/session.h"
#include "tools/weir/table_output.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/doc/json_writer.h"
#include "weir/doc/yaml_reader.h"
#include "weir/doc/yaml_writer.h"
#include "weir/ledger/ledger.h"
#include "weir/release/door.h"

namespace weir::tool {
namespace {

struct ReleaseOptions {
  std::string spec;
  OutputOptions output;
  std::string manifest;
  bool dry_run = false;
  bool explain = false;
  bool accept_faults = false;
};

// What a release through a member or from a file gives.
struct Outcome {
  v1::RunReleaseResponse answer;
  std::string payload;
  std::string manifest;
};

StatusOr<std::string> FetchRelease(Session& session, const std::string& sha256, bool manifest) {
  v1::GetReleaseChunkRequest request;
  request.set_payload_sha256(sha256);
  request.set_manifest(manifest);
  std::string content;
  while (true) {
    request.set_offset(content.size());
    WEIR_ASSIGN_OR_RETURN(
        const v1::GetReleaseChunkResponse chunk,
        session.Call(&member::Member::GetReleaseChunk, "GetReleaseChunk", request));
    content += chunk.data();
    if (content.size() >= chunk.total_bytes()) return content;
    if (chunk.data().empty()) return DataLoss("the stored release ends too early");
  }
}

StatusOr<Outcome> RunThroughMember(Session& session, const std::string& spec) {
  v1::RunReleaseRequest request;
  request.set_spec(spec);
  WEIR_ASSIGN_OR_RETURN(const v1::RunReleaseResponse answer,
                        session.Call(&member::Member::RunRelease, "RunRelease", request));
  Outcome outcome{.answer = answer, .payload = {}, .manifest = {}};
  WEIR_ASSIGN_OR_RETURN(outcome.payload,
                        FetchRelease(session, answer.payload_sha256(), /*manifest=*/false));
  WEIR_ASSIGN_OR_RETURN(outcome.manifest,
                        FetchRelease(session, answer.payload_sha256(), /*manifest=*/true));
  return outcome;
}

Status ShowCharge(const Context& context, const ReleaseOptions& options,
                  const v1::ReleasePreview& preview) {
  std::string text = ShowPreview(preview);
  if (options.explain) text += ShowExplanation(preview);
  if (options.dry_run && context.json) {
    context.PrintJson(preview);
  } else if (options.dry_run) {
    context.PrintData(text);
  } else {
    context.Say(text);
  }
  return RefusalOf(preview);
}

// Where a path leads, whether or not something is there.
std::filesystem::path CanonicalPath(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
}

// What is written must neither replace a file of data nor become one.
Status KeepSource(const ReleaseOptions& options, const data::Source& source) {
  for (const std::string& output : {options.output.path, options.manifest}) {
    if (output.empty() || output == "-") continue;
    std::error_code ignored;
    const std::string path = std::filesystem::absolute(output, ignored).string();
    if (!data::TakesFile(source, path)) continue;
    return InvalidArgument("%s is an input of this release: write to another file", output.c_str());
  }
  return OkStatus();
}

// --force replaces outputs; it must not cost an input.
Status KeepInputs(const ReleaseOptions& options, const std::vector<std::string>& inputs) {
  const auto same_file = [](const std::string& a, const std::string& b) {
    return CanonicalPath(a) == CanonicalPath(b);
  };
  const std::string& manifest = options.manifest;
  for (const std::string& output : {options.output.path, manifest}) {
    if (output.empty() || output == "-") continue;
    for (const std::string& input : inputs) {
      if (!same_file(output, input)) continue;
      return InvalidArgument("%s is an input of this release: write to another file",
                             output.c_str());
    }
  }
  if (manifest.empty() || manifest == "-" || !same_file(options.output.path, manifest)) {
    return OkStatus();
  }
  return InvalidArgument("%s cannot be both the output and the manifest", manifest.c_str());
}

Status WriteOutcome(const Context& context, const ReleaseOptions& options, const Outcome& outcome) {
  WEIR_ASSIGN_OR_RETURN(const data::PlainTable table, data::ReadParquet(outcome.payload, {}));
  if (!options.manifest.empty()) {
    WEIR_RETURN_IF_ERROR(WriteOutput(context, options.manifest, outcome.manifest,
                                     options.output.force, "the manifest"));
  }
  if (context.json) {
    std::string json = doc::WriteJson(outcome.answer, {.with_schema = true, .indent = -1});
    if (options.output.path.empty()) {
      json.pop_back();
      json += ",\"rows\":" + RowsToJson(table) + "}";
    }
    context.PrintData(json + "\n", "the release");
    if (options.output.path.empty()) return OkStatus();
  }
  WEIR_RETURN_IF_ERROR(WriteTable(context, options.output, table, outcome.payload));
  if (!options.output.path.empty() && options.output.path != "-") {
    context.Say("wrote " + options.output.path);
  }
  return OkStatus();
}

// What cannot be written now was paid for.
Status Deliver(const Context& context, const ReleaseOptions& options, const Outcome& outcome) {
  Status written = WriteOutcome(context, options, outcome);
  if (written.ok()) written = context.FinishOutput();
  if (written.ok()) return written;
  return MakeError(
      written.code(),
      MessageOf(written) + "; the charge stands, and the same question costs nothing again");
}

Status ReleaseThroughMember(const Context& context, const ReleaseOptions& options, Session& session,
                            const v1::ReleaseSpec& spec) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, doc::WriteYaml(spec));
  v1::PreviewReleaseRequest request;
  request.set_spec(text);
  WEIR_ASSIGN_OR_RETURN(const v1::PreviewReleaseResponse preview,
                        session.Call(&member::Member::PreviewRelease, "PreviewRelease", request));
  WEIR_RETURN_IF_ERROR(ShowCharge(context, options, preview.preview()));
  if (options.dry_run) return OkStatus();
  const StatusOr<Outcome> outcome = RunThroughMember(session, text);
  // A node that cannot be reached has charged nothing, and that looks the same from here.
  if (release::MayPass(outcome.status())) {
    context.Hint("if it was charged, the charge stands: the same command runs it again, " +
                 std::to_string(ledger::kMaxStarts) + " times in all");
  }
  WEIR_RETURN_IF_ERROR(outcome.status());
  return Deliver(context, options, *outcome);
}

Status ReleaseFromFile(const Context& context, const ReleaseOptions& options,
                       const doc::Document<v1::ReleaseSpec>& spec, const std::string& document) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<LocalRelease> release,
                        LocalRelease::Prepare(context, document, spec));
  WEIR_RETURN_IF_ERROR(KeepSource(options, release->dataset().source()));
  WEIR_ASSIGN_OR_RETURN(const v1::ReleasePreview preview, release->Preview());
  WEIR_RETURN_IF_ERROR(ShowCharge(context, options, preview));
  if (options.dry_run) return OkStatus();
  if (!preview.already_released()) {
    WEIR_RETURN_IF_ERROR(release->CheckData(options.accept_faults));
  }
  WEIR_ASSIGN_OR_RETURN(const LocalRelease::Result result, release->Run());
  Outcome outcome{
      .answer = {}, .payload = result.stored.payload, .manifest = result.stored.manifest};
  *outcome.answer.mutable_preview() = preview;
  outcome.answer.set_charge(result.charge);
  outcome.answer.set_payload_sha256(result.stored.payload_sha256);
  outcome.answer.set_answered_from_store(result.from_store);
  return Deliver(context, options, outcome);
}

// `dataset:` is a path if it has the form of one; ids have neither dot nor slash.
bool IsPath(const std::string& dataset) { return dataset.find_first_of("./") != std::string::npos; }

Status Release(const Context& context, const ReleaseOptions& options) {
  WEIR_RETURN_IF_ERROR(CheckOutput(options.output));
  if (!options.manifest.empty() && options.manifest != "-") {
    WEIR_RETURN_IF_ERROR(CheckWritable(options.manifest, options.output.force));
  }
  WEIR_ASSIGN_OR_RETURN(const std::string text, ReadDocument(context.files(), options.spec));
  WEIR_ASSIGN_OR_RETURN(doc::Document<v1::ReleaseSpec> spec,
                        doc::ParseYaml<v1::ReleaseSpec>(text, options.spec));
  WEIR_RETURN_IF_ERROR(KeepInputs(options, {options.spec}));
  if (!IsPath(spec.message.dataset())) {
    WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
    return ReleaseThroughMember(context, options, *session, spec.message);
  }
  const std::string document = JoinPath(AbsoluteFolder(options.spec), spec.message.dataset());
  WEIR_RETURN_IF_ERROR(KeepInputs(options, {document}));
  if (context.state.empty()) return ReleaseFromFile(context, options, spec, document);
  WEIR_ASSIGN_OR_RETURN(const std::string id, DatasetIdOf(context, document));
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  v1::GetDatasetRequest request;
  request.set_dataset(id);
  const StatusOr<v1::GetDatasetResponse> known =
      session->Call(&member::Member::GetDataset, "GetDataset", request);
  if (known.status().code() == StatusCode::kNotFound) {
    return ReleaseFromFile(context, options, spec, document);
  }
  WEIR_RETURN_IF_ERROR(known.status());
  WEIR_ASSIGN_OR_RETURN(const std::string written, ReadDocument(context.files(), document));
  if (written != known->document()) {
    return FailedPrecondition(
        "%s is not what is registered as %s: register it with `weir dataset "
        "add`, or write `dataset: %s` to release from what is registered",
        document.c_str(), id.c_str(), id.c_str());
  }
  spec.message.set_dataset(id);
  return ReleaseThroughMember(context, options, *session, spec.message);
}

}  // namespace

void AddReleaseCommand(CLI::App& app, Context& context) {
  CLI::App* release =
      app.add_subcommand("release", "Publish a table with noise, charged to the data set's budget");
  auto options = std::make_shared<ReleaseOptions>();
  release->add_option("spec", options->spec, "Release document: <name>.release.yaml")->required();
  release->add_option("-o,--output", options->output.path,
                      "File to write: .csv, .parquet, or - for CSV on stdout; default: a table");
  release->add_option("--manifest", options->manifest, "Where to write what was done and charged");
  release->add_flag("--dry-run", options->dry_run, "Show cost and error; touch and charge nothing");
  release->add_flag("--explain", options->explain,
                    "Also show the ways that were weighed, and what selection and bounds cost");
  release->add_flag("--accept-faults", options->accept_faults,
                    "Values that do not fit the description count as missing");
  release->add_flag("--force", options->output.force, "Replace existing files");
  context.TakeMemoryLimit(release);
  release->footer("example: weir release crashes-by-hour.release.yaml -o crashes-by-hour.csv");
  context.OnCommand(release, [&context, options] { return Release(context, *options); });
}

}  // namespace weir::tool
