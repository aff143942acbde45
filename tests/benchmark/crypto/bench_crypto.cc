// SPDX-License-Identifier: Apache-2.0
// CPU time to seal and to open 64 MiB against the age command on the same file, as a JSON list on
// stdout: piece by piece from file to file, as the command works, and in memory, as packages are
// made. Runs alternate; every figure is the median of five.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "weir/base/files.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/age_stream.h"
#include "weir/crypto/key_file.h"

namespace weir::crypto {
namespace {

constexpr size_t kPlaintextBytes = size_t{64} << 20;
constexpr uint64_t kLimitBytes = uint64_t{1} << 30;
constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr int kRuns = 5;
constexpr double kTargetRatio = 1.0;

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "bench_crypto: %s\n", message.c_str());
  std::exit(1);
}

template <class T>
T OrFail(StatusOr<T> result) {
  if (!result.ok()) Fail(MessageOf(result.status()));
  return *std::move(result);
}

void OrFail(const Status& status) {
  if (!status.ok()) Fail(MessageOf(status));
}

double ThreadCpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

double Milliseconds(const timeval& time) {
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
}

// User and system time of the command from its start to its end.
double CpuOfCommand(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, argv[0], nullptr, nullptr, argv.data(), environ) != 0) {
    Fail("cannot start " + arguments[0]);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || status != 0) Fail(arguments[0] + " failed");
  return Milliseconds(usage.ru_utime) + Milliseconds(usage.ru_stime);
}

double CpuOf(const std::function<void()>& work) {
  const double start = ThreadCpuMilliseconds();
  work();
  return ThreadCpuMilliseconds() - start;
}

double Median(std::array<double, kRuns> times) {
  std::nth_element(times.begin(), times.begin() + kRuns / 2, times.end());
  return times[kRuns / 2];
}

// One row: `ours` against `theirs`, each giving the CPU milliseconds of one run.
nlohmann::json Compare(const std::string& name, const std::function<double()>& ours,
                       const std::function<double()>& theirs) {
  std::array<double, kRuns> our_times{};
  std::array<double, kRuns> their_times{};
  for (size_t i = 0; i < kRuns; ++i) {
    our_times[i] = ours();
    their_times[i] = theirs();
  }
  const double measured = Median(our_times);
  const double baseline = Median(their_times);
  const double ratio = measured / baseline;
  return {{"group", "crypto"},      {"name", name},
          {"measured", measured},   {"unit", "ms CPU"},
          {"baseline", baseline},   {"ratio", ratio},
          {"target", kTargetRatio}, {"met", ratio <= kTargetRatio}};
}

class Workplace {
 public:
  Workplace() : folder_(std::filesystem::temp_directory_path() / "weir-bench-XXXXXX") {
    if (::mkdtemp(folder_.data()) == nullptr) Fail("cannot make " + folder_);
    OrFail(WriteAgeIdentity(files_, Path("key"), identity_));
    OrFail(files_.WriteDurably(Path("plain"), RandomBytes(SystemRandom(), kPlaintextBytes),
                               FileMode::kPrivate));
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  double SealByWeir() {
    return CpuOf([this] {
      const AgeRecipient recipient = identity_.recipient();
      AgeSealer sealer = OrFail(AgeSealer::Start({&recipient, 1}, SystemRandom()));
      Convert(
          "plain", "sealed", [&](std::string_view piece) { return sealer.Add(piece); },
          [&] { return std::move(sealer).Finish(); });
    });
  }
  double SealInMemory() {
    const std::string plain = OrFail(files_.Read(Path("plain"), kLimitBytes));
    const AgeRecipient recipient = identity_.recipient();
    return CpuOf([&] { OrFail(Seal(plain, {&recipient, 1}, SystemRandom())); });
  }
  double SealByAge() {
    return CpuOfCommand({"age", "-r", identity_.recipient().ToString(), "-o", Path("sealed-by-age"),
                         Path("plain")});
  }
  double OpenByWeir() {
    return CpuOf([this] {
      AgeOpener opener(identity_);
      Convert(
          "sealed", "opened", [&](std::string_view piece) { return OrFail(opener.Add(piece)); },
          [&] { return OrFail(std::move(opener).Finish()); });
    });
  }
  double OpenInMemory() {
    const std::string sealed = OrFail(files_.Read(Path("sealed"), kLimitBytes));
    return CpuOf([&] { OrFail(Open(sealed, identity_, kLimitBytes)); });
  }
  double OpenByAge() {
    return CpuOfCommand(
        {"age", "-d", "-i", Path("key"), "-o", Path("opened-by-age"), Path("sealed")});
  }
  void CheckThatBothAgree() {
    const std::string plain = OrFail(files_.Read(Path("plain"), kLimitBytes));
    if (OrFail(files_.Read(Path("opened"), kLimitBytes)) != plain ||
        OrFail(files_.Read(Path("opened-by-age"), kLimitBytes)) != plain) {
      Fail("what was opened is not what was sealed");
    }
  }

 private:
  // Like the command: reads and writes through the system's cache, without fsync.
  template <class Add, class Finish>
  void Convert(const std::string& from, const std::string& to, const Add& add,
               const Finish& finish) {
    const int in = ::open(Path(from).c_str(), O_RDONLY | O_CLOEXEC);
    const int out = ::open(Path(to).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (in < 0 || out < 0) Fail("cannot open " + from + " or " + to);
    std::string buffer(kPieceBytes, '\0');
    const auto write = [&](const std::string& piece) {
      if (::write(out, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) {
        Fail("cannot write " + to);
      }
    };
    for (ssize_t size = 0; (size = ::read(in, buffer.data(), buffer.size())) > 0;) {
      write(add(std::string_view(buffer).substr(0, static_cast<size_t>(size))));
    }
    write(finish());
    ::close(in);
    ::close(out);
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  Files& files_ = SystemFiles();
  std::string folder_;
  AgeIdentity identity_ = AgeIdentity::Generate(SystemRandom());
};

void Run() {
  Workplace workplace;
  nlohmann::json rows = nlohmann::json::array();
  const auto seal_by_age = [&] { return workplace.SealByAge(); };
  const auto open_by_age = [&] { return workplace.OpenByAge(); };
  rows.push_back(Compare(
      "seal 64 MiB, file to file, against age", [&] { return workplace.SealByWeir(); },
      seal_by_age));
  rows.push_back(Compare(
      "open 64 MiB, file to file, against age -d", [&] { return workplace.OpenByWeir(); },
      open_by_age));
  rows.push_back(Compare(
      "seal 64 MiB in memory, against age", [&] { return workplace.SealInMemory(); }, seal_by_age));
  rows.push_back(Compare(
      "open 64 MiB in memory, against age -d", [&] { return workplace.OpenInMemory(); },
      open_by_age));
  workplace.CheckThatBothAgree();
  std::printf("%s\n", rows.dump(2).c_str());
}

}  // namespace
}  // namespace weir::crypto

int main() { weir::crypto::Run(); }
