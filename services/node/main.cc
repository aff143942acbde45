// SPDX-License-Identifier: Apache-2.0
// weir-node: a region's node. See docs/reference/daemons.md.
#include <memory>
#include <stop_token>
#include <string>

#include "services/node/late_messenger.h"
#include "services/node/node_service.h"
#include "services/node/worker.h"
#include "services/wire/charter_trust.h"
#include "services/wire/daemon.h"
#include "services/wire/grpc_messenger.h"
#include "services/wire/program.h"
#include "services/wire/stop_signal.h"
#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/time.h"
#include "weir/data/source_engine.h"
#include "weir/doc/yaml_reader.h"
#include "weir/member/identity.h"
#include "weir/member/member.h"
#include "weir/v1/config.pb.h"

namespace weir::node_service {
namespace {

constexpr uint64_t kDocumentBytes = uint64_t{1} << 20;

StatusOr<v1::NodeConfig> ReadConfig(const std::string& path) {
  v1::NodeConfig config;
  if (!path.empty()) {
    WEIR_ASSIGN_OR_RETURN(const std::string text, SystemFiles().Read(path, kDocumentBytes));
    WEIR_ASSIGN_OR_RETURN(doc::Document<v1::NodeConfig> document,
                          doc::ParseYaml<v1::NodeConfig>(text, path));
    config = std::move(document.message);
  }
  if (config.tick_milliseconds() == 0) config.set_tick_milliseconds(1000);
  if (config.memory_limit_mebibytes() == 0) config.set_memory_limit_mebibytes(4096);
  if (config.threads() == 0) config.set_threads(2);
  return config;
}

StatusOr<data::SourceEngine> MakeEngine(const wire::ProgramArguments& arguments,
                                        const v1::NodeConfig& config, const std::stop_token& stop) {
  const std::string spill = JoinPath(arguments.state, "spill");
  WEIR_RETURN_IF_ERROR(SystemFiles().RemoveTree(spill));
  WEIR_RETURN_IF_ERROR(SystemFiles().MakeFolder(spill));
  return data::SourceEngine::Create(
      {.memory_limit_bytes = uint64_t{config.memory_limit_mebibytes()} << 20,
       .threads = static_cast<int>(config.threads()),
       .temp_folder = spill,
       .control = {.stop = stop}},
      SystemRandom());
}

// The charter may move on while the node runs: what is trusted follows it.
class CharterFollower {
 public:
  CharterFollower(const member::Member& member, wire::TrustStore& trust, wire::Daemon& daemon,
                  wire::EventLog& log)
      : member_(member), trust_(trust), daemon_(daemon), log_(log) {}

  void Follow() {
    const auto charter = member_.charter();
    if (charter->version() == trust_.charter_version()) return;
    const Status replaced = trust_.Replace(wire::TrustOf(*charter));
    if (!replaced.ok()) {
      log_.Write(wire::Severity::kError, "charter_not_followed", {{"reason", MessageOf(replaced)}});
      return;
    }
    daemon_.Reload();
  }

 private:
  const member::Member& member_;
  wire::TrustStore& trust_;
  wire::Daemon& daemon_;
  wire::EventLog& log_;
};

std::string ListenAddress(const member::Member& member, const v1::NodeConfig& config) {
  if (!config.listen().empty()) return config.listen();
  return member.charter()->FindMember(member.id())->address;
}

void ServeUntilStopped(wire::Daemon& daemon, wire::StopSignal& signals) {
  while (signals.Wait() == wire::StopSignal::Wish::kReload) daemon.Reload();
}

Status Run(const wire::ProgramArguments& arguments, wire::EventLog& log,
           wire::StopSignal& signals) {
  WEIR_ASSIGN_OR_RETURN(const v1::NodeConfig config, ReadConfig(arguments.config));
  std::stop_source stop;
  WEIR_ASSIGN_OR_RETURN(data::SourceEngine engine, MakeEngine(arguments, config, stop.get_token()));
  LateMessenger messenger;
  WEIR_ASSIGN_OR_RETURN(
      const std::unique_ptr<member::Member> member,
      member::Member::Open({.state_folder = arguments.state,
                            .tick = std::chrono::milliseconds(config.tick_milliseconds())},
                           {.clock = SystemClock(),
                            .random = SystemRandom(),
                            .files = SystemFiles(),
                            .messenger = &messenger,
                            .engine = engine}));
  if (member->charter() == nullptr) {
    return FailedPrecondition("%s has not joined a coalition yet: run `weir join CHARTER` first",
                              member->id().c_str());
  }
  wire::TrustStore trust(SystemClock());
  WEIR_RETURN_IF_ERROR(trust.Replace(wire::TrustOf(*member->charter())));
  const member::TlsPaths tls = member::NodeTlsPaths(arguments.state);
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<wire::Daemon> daemon,
                        wire::Daemon::Create({.name = "weir-node",
                                              .own_id = member->id(),
                                              .address = ListenAddress(*member, config),
                                              .state_folder = arguments.state,
                                              .certificate_path = tls.certificate,
                                              .key_path = tls.key},
                                             trust, SystemFiles(), log));
  wire::GrpcMessenger network(trust, daemon->certificate(), {});
  messenger.Connect(&network);
  WEIR_RETURN_IF_ERROR(daemon->Serve({MakeStewardService(*member), MakePeerService(*member)}));
  CharterFollower follower(*member, trust, *daemon, log);
  {
    const Worker worker(*member, log, [&follower] { follower.Follow(); });
    ServeUntilStopped(*daemon, signals);
    // A release that runs ends soon and stays charged; the next start of the node runs it again.
    stop.request_stop();
    daemon->Stop();
  }
  messenger.Connect(nullptr);
  return OkStatus();
}

}  // namespace
}  // namespace weir::node_service

int main(int argc, char** argv) {
  return weir::wire::RunProgram(
      {.name = "weir-node",
       .version = WEIR_VERSION,
       .purpose = "A region's node: answers what its agreements allow, and nothing else",
       .state_help = "State folder, made by `weir init`",
       .config_help = "YAML file: listen, tick_milliseconds, memory_limit_mebibytes, threads",
       .example = "weir-node --state /var/lib/weir",
       .run = weir::node_service::Run},
      argc, argv);
}
