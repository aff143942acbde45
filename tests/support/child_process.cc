// SPDX-License-Identifier: Apache-2.0
#include "tests/support/child_process.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weir::test {
namespace {

constexpr unsigned kNobody = 65534;

void Require(bool condition, const char* what) {
  if (!condition) {
    std::perror(what);
    std::abort();
  }
}

[[noreturn]] void RunChild(const std::function<std::string()>& body, ChildUser user, int out) {
  if (user == ChildUser::kNobody && ::geteuid() == 0) {
    Require(::setgroups(0, nullptr) == 0, "setgroups");
    Require(::setgid(kNobody) == 0, "setgid");
    Require(::setuid(kNobody) == 0, "setuid");
  }
  const std::string output = body();
  size_t written = 0;
  while (written < output.size()) {
    const ssize_t size = ::write(out, output.data() + written, output.size() - written);
    Require(size > 0, "write");
    written += static_cast<size_t>(size);
  }
  ::_exit(0);
}

std::string ReadAll(int in) {
  std::string text;
  std::array<char, 65536> buffer;
  for (ssize_t size = 0; (size = ::read(in, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<size_t>(size));
  }
  return text;
}

}  // namespace

ChildResult RunInChild(const std::function<std::string()>& body, ChildUser user) {
  std::array<int, 2> pipe_ends;
  Require(::pipe(pipe_ends.data()) == 0, "pipe");
  const pid_t child = ::fork();
  Require(child >= 0, "fork");
  if (child == 0) {
    ::close(pipe_ends[0]);
    RunChild(body, user, pipe_ends[1]);
  }
  ::close(pipe_ends[1]);
  ChildResult result;
  result.output = ReadAll(pipe_ends[0]);
  ::close(pipe_ends[0]);
  int status = 0;
  Require(::waitpid(child, &status, 0) == child, "waitpid");
  if (WIFEXITED(status)) {
    result.exit_code = WEXITSTATUS(status);
  }
  if (WIFSIGNALED(status)) {
    result.signal = WTERMSIG(status);
  }
  return result;
}

}  // namespace weir::test
