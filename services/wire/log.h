// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_SERVICES_WIRE_LOG_H_
#define WEIR_SERVICES_WIRE_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "weir/base/time.h"

namespace weir::wire {

enum class Severity { kDebug, kInfo, kWarning, kError };

// One fact of an event. Text is cleaned and cut to kMaxFieldBytes.
struct LogField {
  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(text) {}
  LogField(std::string_view name, int64_t number)
      : key(name), value(std::to_string(number)), is_number(true) {}

  std::string key;
  std::string value;
  bool is_number = false;
};

// Writes one JSON object a line, one line an event: {"time":..., "level":"info", "event":"started",
// ...}. Thread-safe; lines of several threads never mix.
//
// What may stand in a field: method names, ids of members and requests, codes, addresses, counts of
// calls, durations. What may not: request or answer bodies, values or counts of private data, keys.
// The interface takes no message types, so a payload cannot be logged by accident.
//
// A flood of one event is thinned to kMaxLinesPerSecond; the next line of that event says how many
// were left out ("suppressed").
class EventLog {
 public:
  static constexpr size_t kMaxFieldBytes = 256;
  static constexpr int kMaxLinesPerSecond = 50;

  struct Options {
    int descriptor = 2;                    // stderr
    Severity threshold = Severity::kInfo;  // events below it are dropped
  };
  EventLog(const Options& options, Clock& clock);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // `event`: a stable lower-case word such as "rpc_refused".
  void Write(Severity severity, std::string_view event, std::initializer_list<LogField> fields);

  // From now on gRPC's own messages come out as events named "grpc" of this log, until it is
  // destroyed. One log a process.
  void TakeOverGrpcLog();

 private:
  struct Rate {
    int64_t second = 0;
    int lines = 0;
    int64_t suppressed = 0;
  };
  // Whether a line may be written now; then also how many were left out before it.
  struct Passage {
    bool open;
    int64_t suppressed;
  };
  Passage Admit(std::string_view event, Time now);

  const Options options_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Rate, std::less<>> rates_;
};

}  // namespace weir::wire

#endif  // WEIR_SERVICES_WIRE_LOG_H_
