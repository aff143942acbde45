// SPDX-License-Identifier: Apache-2.0
#include "services/wire/stop_signal.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <limits>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace weir::wire {

StatusOr<std::unique_ptr<StopSignal>> StopSignal::Install() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&wanted, signal);
  if (pthread_sigmask(SIG_BLOCK, &wanted, nullptr) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
    return Internal("cannot block signals");
  }
  const int signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  const int request = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::unique_ptr<StopSignal> installed(new StopSignal(signals, request));
  if (signals < 0 || request < 0) return Internal("cannot make a descriptor for signals");
  return installed;
}

StopSignal::~StopSignal() {
  if (signals_ >= 0) close(signals_);
  if (request_ >= 0) close(request_);
}

StopSignal::Wish StopSignal::Wait() { return Poll(-1); }

StopSignal::Wish StopSignal::WaitFor(std::chrono::milliseconds timeout) {
  return Poll(
      static_cast<int>(std::clamp<int64_t>(timeout.count(), 0, std::numeric_limits<int>::max())));
}

void StopSignal::RequestStop() {
  const uint64_t one = 1;
  // Fails only when the counter is at its end, and then a stop is requested already.
  static_cast<void>(!write(request_, &one, sizeof(one)));
}

StopSignal::Wish StopSignal::Poll(int timeout_ms) {
  while (true) {
    pollfd waiting[] = {{.fd = request_, .events = POLLIN}, {.fd = signals_, .events = POLLIN}};
    const int ready = poll(waiting, 2, timeout_ms);
    if (ready == 0) return Wish::kTimeout;
    if (ready < 0 && errno != EINTR) return Wish::kStop;
    if (ready < 0) continue;
    if (waiting[0].revents != 0) return Wish::kStop;
    signalfd_siginfo info{};
    if (read(signals_, &info, sizeof(info)) != sizeof(info)) continue;
    if (info.ssi_signo == SIGHUP) return Wish::kReload;
    RequestStop();
    return Wish::kStop;
  }
}

}  // namespace weir::wire
