// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "tools/weir/commands.h"
#include "tools/weir/joint_table.h"
#include "tools/weir/session.h"
#include "tools/weir/table_output.h"
#include "tools/weir/text_table.h"
#include "weir/base/bytes.h"
#include "weir/coalition/charter_store.h"
#include "weir/crypto/signed_note.h"
#include "weir/data/duckdb/parquet_reader.h"
#include "weir/doc/signed_text.h"
#include "weir/member/identity.h"
#include "weir/member/package.h"
#include "weir/member/state_folder.h"

namespace weir::tool {
namespace {

constexpr int kChartWidth = 50;

struct OpenOptions {
  std::vector<std::string> packages;
  OutputOptions output;
  bool sum = false;
  std::string chart;
};

StatusOr<std::string> FetchPart(Session& session, const std::string& package,
                                v1::PackagePart part) {
  v1::GetPackageChunkRequest request;
  request.set_package(package);
  request.set_part(part);
  std::string content;
  while (true) {
    request.set_offset(content.size());
    WEIR_ASSIGN_OR_RETURN(
        const v1::GetPackageChunkResponse chunk,
        session.Call(&member::Member::GetPackageChunk, "GetPackageChunk", request));
    content += chunk.data();
    if (content.size() >= chunk.total_bytes()) return content;
    if (chunk.data().empty()) return DataLoss("package %s ends too early", package.c_str());
  }
}

Status Altered(const std::string& package, const char* part) {
  return DataLoss(
      "the unpacked %s of package %s was altered since it came: restore it from the "
      "sealed file (`weir package export`, then age -d)",
      part, package.c_str());
}

// The node verified the package when it came; what it kept is read here.
StatusOr<RegionTable> FetchTable(Session& session, const std::string& package) {
  WEIR_ASSIGN_OR_RETURN(const std::string note,
                        FetchPart(session, package, v1::PACKAGE_PART_MANIFEST));
  WEIR_ASSIGN_OR_RETURN(const crypto::UnverifiedNote manifest, crypto::ParseNote(note));
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Manifest> document,
                        doc::ParseSigned<v1::Manifest>(manifest.text, "manifest.note"));
  WEIR_ASSIGN_OR_RETURN(const std::string payload,
                        FetchPart(session, package, v1::PACKAGE_PART_PAYLOAD));
  if (Sha256Hex(payload) != document.message.payload_sha256()) return Altered(package, "payload");
  WEIR_ASSIGN_OR_RETURN(data::PlainTable table, data::ReadParquet(payload, {}));
  return RegionTable{.manifest = document.message, .table = std::move(table)};
}

Status Open(const Context& context, const OpenOptions& options) {
  WEIR_RETURN_IF_ERROR(CheckOutput(options.output));
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  std::vector<RegionTable> regions;
  for (const std::string& package : options.packages) {
    WEIR_ASSIGN_OR_RETURN(RegionTable region, FetchTable(*session, package));
    regions.push_back(std::move(region));
  }
  WEIR_ASSIGN_OR_RETURN(const data::PlainTable table,
                        options.sum ? SumTables(regions) : StackTables(regions));
  if (context.json) {
    context.PrintData("{\"schema\":\"weir.v1\",\"rows\":" + RowsToJson(table) + "}\n");
  }
  if (!context.json || !options.output.path.empty()) {
    WEIR_RETURN_IF_ERROR(WriteTable(context, options.output, table, ""));
  }
  if (options.chart.empty()) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const std::string chart, Chart(table, options.chart, kChartWidth));
  context.Say("\n" + options.chart + " (bar: value; - and |: 95 % interval)\n" + chart);
  return OkStatus();
}

Status List(const Context& context, bool collect) {
  v1::ListPackagesRequest request;
  request.set_collect(collect);
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::ListPackagesResponse answer,
                        session->Call(&member::Member::ListPackages, "ListPackages", request));
  if (context.json) {
    context.PrintJson(answer);
    return OkStatus();
  }
  TextTable table({"PACKAGE", "FROM", "DATASET", "CREATED", "BYTES", "VERIFIED"});
  for (const v1::PackageSummary& package : answer.packages()) {
    table.Add({package.package(), package.sender(), package.dataset(), package.created(),
               std::to_string(package.bytes()),
               package.verified() ? "yes" : "no: " + package.fault()});
  }
  context.PrintData(table.ToString());
  return OkStatus();
}

// What the node unpacked must be what the sealed file holds.
Status CheckUnpacked(Session& session, const std::string& package,
                     const member::OpenedPackage& opened) {
  const struct {
    v1::PackagePart part;
    const char* name;
    const std::string& content;
  } parts[] = {{v1::PACKAGE_PART_DELIVERY, "delivery note", opened.delivery_note},
               {v1::PACKAGE_PART_MANIFEST, "manifest", opened.manifest_note},
               {v1::PACKAGE_PART_PAYLOAD, "payload", opened.payload}};
  for (const auto& [part, name, content] : parts) {
    WEIR_ASSIGN_OR_RETURN(const std::string unpacked, FetchPart(session, package, part));
    if (unpacked != content) return Altered(package, name);
  }
  return OkStatus();
}

// Everything is checked again from the sealed bytes, with the region's own key.
Status Verify(const Context& context, const std::string& package) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const std::string label,
                        FetchPart(*session, package, v1::PACKAGE_PART_LABEL));
  WEIR_ASSIGN_OR_RETURN(const std::string sealed,
                        FetchPart(*session, package, v1::PACKAGE_PART_SEALED));
  WEIR_ASSIGN_OR_RETURN(const member::Identity identity,
                        member::LoadIdentity(context.state, context.files()));
  const coalition::CharterStore charters(member::StatePaths(context.state).charters(),
                                         context.files());
  WEIR_ASSIGN_OR_RETURN(const std::shared_ptr<const coalition::Charter> charter, charters.Load());
  if (charter == nullptr) return FailedPrecondition("this region has not joined a coalition");
  WEIR_ASSIGN_OR_RETURN(const member::OpenedPackage opened,
                        member::OpenPackage(label, sealed, identity, *charter));
  WEIR_RETURN_IF_ERROR(CheckUnpacked(*session, package, opened));
  if (context.json) context.PrintJson(opened.manifest);
  context.Say("package " + package + " is whole: sealed to " + identity.member + ", from " +
              opened.label.sender() + ", answers request " + opened.delivery.request() +
              ", payload sha256 " + opened.manifest.payload_sha256());
  return OkStatus();
}

Status Export(const Context& context, const std::string& package, const std::string& folder,
              bool force) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_RETURN_IF_ERROR(context.files().MakeFolder(folder));
  const struct {
    v1::PackagePart part;
    const char* name;
  } parts[] = {{v1::PACKAGE_PART_SEALED, "package.age"},
               {v1::PACKAGE_PART_LABEL, "label.note"},
               {v1::PACKAGE_PART_DELIVERY, "delivery.note"},
               {v1::PACKAGE_PART_MANIFEST, "manifest.note"},
               {v1::PACKAGE_PART_PAYLOAD, "payload.parquet"}};
  for (const auto& [part, name] : parts) {
    WEIR_ASSIGN_OR_RETURN(const std::string content, FetchPart(*session, package, part));
    WEIR_RETURN_IF_ERROR(WriteOutput(context, JoinPath(folder, name), content, force));
  }
  context.Say("wrote package.age, its notes and the payload to " + folder);
  return OkStatus();
}

void AddOpen(CLI::App* package, Context& context) {
  auto options = std::make_shared<OpenOptions>();
  CLI::App* open = package->add_subcommand("open", "The tables of one or more packages as one");
  open->footer(
      "example: weir package open 0123456789abcdef fedcba9876543210 --sum -o crashes.parquet");
  open->add_option("package", options->packages, "Ids of packages")->required();
  open->add_option("-o,--output", options->output.path, "File to write: .csv, .parquet, -");
  open->add_flag("--force", options->output.force, "Replace an existing file");
  open->add_flag("--sum", options->sum, "Sum over the regions, with intervals of the sums");
  open->add_option("--chart", options->chart, "Measure to draw as bars on stderr");
  context.OnCommand(open, [&context, options] { return Open(context, *options); });
}

}  // namespace

void AddPackageCommands(CLI::App& app, Context& context) {
  CLI::App* package =
      app.add_subcommand("package", "Answers that have come, sealed to this region");
  package->require_subcommand(1);
  auto collect = std::make_shared<bool>(false);
  CLI::App* list = package->add_subcommand("list", "All packages");
  list->footer("example: weir package list");
  list->add_flag("--collect", *collect, "Ask the hub for new mail first");
  context.OnCommand(list, [&context, collect] { return List(context, *collect); });
  AddOpen(package, context);
  auto id = std::make_shared<std::string>();
  auto folder = std::make_shared<std::string>(".");
  CLI::App* verify = package->add_subcommand("verify", "Check every layer again");
  verify->footer("example: weir package verify 0123456789abcdef");
  verify->add_option("package", *id, "Id of the package")->required();
  context.OnCommand(verify, [&context, id] { return Verify(context, *id); });
  CLI::App* exporting =
      package->add_subcommand("export", "The sealed file and its parts, for other tools");
  exporting->footer("example: weir package export 0123456789abcdef -o package");
  exporting->add_option("package", *id, "Id of the package")->required();
  exporting->add_option("-o,--output", *folder, "Folder (.)");
  auto force = std::make_shared<bool>(false);
  exporting->add_flag("--force", *force, "Replace existing files");
  context.OnCommand(
      exporting, [&context, id, folder, force] { return Export(context, *id, *folder, *force); });
}

}  // namespace weir::tool
