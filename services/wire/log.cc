// SPDX-License-Identifier: Apache-2.0
#include "services/wire/log.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include <grpc/support/log.h>
#include <unistd.h>

#include "services/wire/status.h"

namespace weir::wire {
namespace {

std::mutex grpc_log_mutex;
EventLog* grpc_log = nullptr;

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "debug";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "unknown";
}

// A JSON string; CleanText has removed what would need more than these two escapes.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : CleanText(text, EventLog::kMaxFieldBytes)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

void AppendField(std::string& line, const LogField& field) {
  line += line.back() == '{' ? "" : ", ";
  line += Quoted(field.key) + ": " + (field.is_number ? field.value : Quoted(field.value));
}

void WriteAll(int descriptor, std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = write(descriptor, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<size_t>(written));
  }
}

// Said for every connection, since nobody here is known by a host name.
constexpr std::string_view kNoHostName = "No match found for server name";

Severity SeverityOf(gpr_log_severity severity, std::string_view message) {
  if (message.starts_with(kNoHostName)) return Severity::kDebug;
  switch (severity) {
    case GPR_LOG_SEVERITY_ERROR:
      return Severity::kWarning;  // mostly what peers did; nothing of it ends a server
    case GPR_LOG_SEVERITY_INFO:
    case GPR_LOG_SEVERITY_DEBUG:
      break;
  }
  return Severity::kDebug;
}

void ForwardGrpcLog(gpr_log_func_args* arguments) {
  const std::lock_guard lock(grpc_log_mutex);
  if (grpc_log == nullptr) return;
  grpc_log->Write(SeverityOf(arguments->severity, arguments->message), "grpc",
                  {{"message", arguments->message}});
}

}  // namespace

EventLog::EventLog(const Options& options, Clock& clock) : options_(options), clock_(clock) {}

EventLog::~EventLog() {
  const std::lock_guard lock(grpc_log_mutex);
  if (grpc_log == this) grpc_log = nullptr;
}

void EventLog::TakeOverGrpcLog() {
  const std::lock_guard lock(grpc_log_mutex);
  grpc_log = this;
  gpr_set_log_function(ForwardGrpcLog);
  gpr_log_verbosity_init();
}

EventLog::Passage EventLog::Admit(std::string_view event, Time now) {
  const int64_t second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::lock_guard lock(mutex_);
  Rate& rate = rates_[std::string(event)];
  if (rate.second != second) {
    rate.second = second;
    rate.lines = 0;
  }
  if (rate.lines >= kMaxLinesPerSecond) {
    ++rate.suppressed;
    return {.open = false, .suppressed = 0};
  }
  ++rate.lines;
  return {.open = true, .suppressed = std::exchange(rate.suppressed, 0)};
}

void EventLog::Write(Severity severity, std::string_view event,
                     std::initializer_list<LogField> fields) {
  if (severity < options_.threshold) return;
  const Time now = clock_.Now();
  const Passage passage = Admit(event, now);
  if (!passage.open) return;
  std::string line = "{";
  AppendField(line, {"time", FormatTime(now)});
  AppendField(line, {"level", SeverityName(severity)});
  AppendField(line, {"event", event});
  for (const LogField& field : fields) AppendField(line, field);
  if (passage.suppressed > 0) AppendField(line, {"suppressed", passage.suppressed});
  WriteAll(options_.descriptor, line + "}\n");
}

}  // namespace weir::wire
