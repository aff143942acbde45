// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_CONTEXT_H_
#define WEIR_TOOLS_WEIR_CONTEXT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <google/protobuf/message.h>

#include "weir/base/files.h"
#include "weir/base/random.h"
#include "weir/base/status.h"
#include "weir/base/time.h"

namespace weir::tool {

// What every command has: the global options, and where data and messages go. stdout is data
// only, everything else goes to stderr.
class Context {
 public:
  std::string state;    // --state, $WEIR_STATE
  std::string steward;  // --steward; empty: the only one
  bool json = false;
  bool quiet = false;
  uint32_t memory_limit_mebibytes = 4096;  // --memory-limit, of commands that read a data set

  // Adds --memory-limit to a command.
  void TakeMemoryLimit(CLI::App* command);
  // Runs when the command is chosen; its status becomes the exit code.
  void OnCommand(CLI::App* command, std::function<Status()> action);
  // What the chosen command returned.
  const Status& result() const { return result_; }

  // INVALID_ARGUMENT without a state folder.
  Status NeedState() const;
  // `text` to stdout. What it could not take is told by FinishOutput, as `what`.
  void PrintData(std::string_view text, const char* what = "the answer") const;
  // One JSON object with its schema, and a newline.
  void PrintJson(const google::protobuf::Message& message) const;
  // What stdout could not take, such as a full disk, is an error and not a short file.
  // RESOURCE_EXHAUSTED, naming the first that was not written.
  Status FinishOutput() const;
  // Prose to stderr, unless quiet.
  void Say(std::string_view text) const;
  void Warn(std::string_view text) const;
  void Hint(std::string_view text) const;
  // Asks the person at the terminal; false unless the answer is yes.
  // Errors: INVALID_ARGUMENT  there is no terminal, or --json: `instead` says how to answer.
  StatusOr<bool> Confirm(const std::string& question, const char* instead) const;
  // "weir: error: ...", or the same as JSON.
  void PrintError(const Status& status) const;

  Files& files() const { return SystemFiles(); }
  Clock& clock() const { return SystemClock(); }
  RandomSource& random() const { return SystemRandom(); }

 private:
  Status result_;
  mutable Status output_;
};

// Reads a document that people write. NOT_FOUND and so on name the path.
StatusOr<std::string> ReadDocument(Files& files, const std::string& path);
// Refuses to replace an existing file unless `force`. "-" writes to stdout, an error of which calls
// it `what`. Fails early where `WriteOutput` would: before anything is charged.
Status CheckWritable(const std::string& path, bool force);
Status WriteOutput(const Context& context, const std::string& path, std::string_view data,
                   bool force, const char* what = "the answer");
// The same for exact facts about the owner's data: nobody else on the machine may read the file.
Status WriteForOwner(const Context& context, const std::string& path, std::string_view data,
                     bool force, const char* what = "the answer");
// The absolute folder of a path.
std::string AbsoluteFolder(const std::string& path);
// Bytes to a terminal are refused: binary and private data need `-o -` to be asked for.
bool IsTerminal(int descriptor);

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_CONTEXT_H_
