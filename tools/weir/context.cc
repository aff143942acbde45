// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/context.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "services/wire/exit_code.h"
#include "weir/doc/json_writer.h"

namespace weir::tool {
namespace {

constexpr uint64_t kDocumentLimitBytes = uint64_t{8} << 20;

void PrintLine(const char* kind, std::string_view text) {
  static_cast<void>(
      std::fprintf(stderr, "weir: %s: %.*s\n", kind, static_cast<int>(text.size()), text.data()));
}

}  // namespace

void Context::OnCommand(CLI::App* command, std::function<Status()> action) {
  command->callback([this, run = std::move(action)] { result_ = run(); });
}

void Context::TakeMemoryLimit(CLI::App* command) {
  constexpr uint32_t kLeast = 64;
  constexpr uint32_t kMost = uint32_t{1} << 20;
  command
      ->add_option("--memory-limit", memory_limit_mebibytes,
                   "MiB for reading and adding up; what is more goes to unnamed files on disk")
      ->check(CLI::Range(kLeast, kMost))
      ->capture_default_str();
}

Status Context::NeedState() const {
  if (!state.empty()) return OkStatus();
  return InvalidArgument("this command needs --state FOLDER (or WEIR_STATE in the environment)");
}

void Context::PrintData(std::string_view text, const char* what) const {
  const bool is_whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if ((is_whole && std::fflush(stdout) == 0) || !output_.ok()) return;
  output_ = MakeError(
      StatusCode::kResourceExhausted,
      std::string("cannot write ") + what + " to standard output: " + ::strerrordesc_np(errno));
}

void Context::PrintJson(const google::protobuf::Message& message) const {
  PrintData(doc::WriteJson(message, {.with_schema = true, .indent = -1}) + "\n");
}

Status Context::FinishOutput() const { return output_; }

void Context::Say(std::string_view text) const {
  if (quiet || json) return;
  static_cast<void>(std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data()));
}

void Context::Warn(std::string_view text) const { PrintLine("warning", text); }

void Context::Hint(std::string_view text) const {
  if (!quiet && !json) PrintLine("hint", text);
}

StatusOr<bool> Context::Confirm(const std::string& question, const char* instead) const {
  if (json || !IsTerminal(STDIN_FILENO) || !IsTerminal(STDERR_FILENO)) {
    return InvalidArgument("%s", instead);
  }
  static_cast<void>(std::fprintf(stderr, "%s [y/N] ", question.c_str()));
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

void Context::PrintError(const Status& status) const {
  if (!json) {
    PrintLine("error", MessageOf(status));
    return;
  }
  nlohmann::ordered_json error = {
      {"schema", "weir.v1"},
      {"error", MessageOf(status)},
      {"code", std::string(absl::StatusCodeToString(status.code()))},
      {"exit_code", wire::ExitNumber(status)},
  };
  if (const auto reason = PolicyRefusalReason(status)) error["reason"] = *reason;
  static_cast<void>(std::fprintf(stderr, "%s\n", error.dump(-1, ' ', true).c_str()));
}

StatusOr<std::string> ReadDocument(Files& files, const std::string& path) {
  return files.Read(path, kDocumentLimitBytes);
}

Status CheckWritable(const std::string& path, bool force) {
  struct stat facts {};
  // Without following: a link to nothing is replaced, too.
  if (::lstat(path.c_str(), &facts) == 0) {
    if (S_ISDIR(facts.st_mode)) return FileError(EISDIR, "write", path);
    if (!force) return AlreadyExists("%s exists; --force replaces it", path.c_str());
  }
  const std::string folder = AbsoluteFolder(path);
  if (::stat(folder.c_str(), &facts) != 0) {
    if (errno != ENOENT) return FileError(errno, "write", path);
    return NotFound("cannot write %s: there is no folder %s", path.c_str(), folder.c_str());
  }
  if (!S_ISDIR(facts.st_mode)) return FileError(ENOTDIR, "write", path);
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return FileError(errno, "write", path);
  return OkStatus();
}

Status WriteOutput(const Context& context, const std::string& path, std::string_view data,
                   bool force, const char* what) {
  if (path == "-") {
    context.PrintData(data, what);
    return context.FinishOutput();
  }
  WEIR_RETURN_IF_ERROR(CheckWritable(path, force));
  return context.files().WriteDurably(path, data, FileMode::kPublic);
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a path, and what is written there
Status WriteForOwner(const Context& context, const std::string& path, std::string_view data,
                     bool force, const char* what) {
  if (path == "-") return WriteOutput(context, path, data, force, what);
  WEIR_RETURN_IF_ERROR(CheckWritable(path, force));
  return context.files().WriteDurably(path, data, FileMode::kPrivate);
}

std::string AbsoluteFolder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).parent_path().lexically_normal().string();
}

bool IsTerminal(int descriptor) { return ::isatty(descriptor) == 1; }

}  // namespace weir::tool
