// SPDX-License-Identifier: Apache-2.0
// CPU time to seal and to open 64 MiB against the age command on the same file, as a JSON list on
// stdout: piece by piece from file to file, as the command works, and in memory, as packages are
// made. Runs alternate; every figure is the median of five.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "tests/benchmark/measure/cost.h"
#include "tests/benchmark/measure/figures.h"
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

using bench::CostOf;
using bench::CostOfCommand;
using bench::Fail;
using bench::OrFail;

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

  bench::Cost SealByWeir() {
    return CostOf([this] {
      const AgeRecipient recipient = identity_.recipient();
      AgeSealer sealer = OrFail(AgeSealer::Start({&recipient, 1}, SystemRandom()));
      Convert(
          "plain", "sealed", [&](std::string_view piece) { return sealer.Add(piece); },
          [&] { return std::move(sealer).Finish(); });
    });
  }
  bench::Cost SealInMemory() {
    const std::string plain = OrFail(files_.Read(Path("plain"), kLimitBytes));
    const AgeRecipient recipient = identity_.recipient();
    return CostOf([&] { OrFail(Seal(plain, {&recipient, 1}, SystemRandom())); });
  }
  bench::Cost SealByAge() {
    return CostOfCommand({"age", "-r", identity_.recipient().ToString(), "-o",
                          Path("sealed-by-age"), Path("plain")});
  }
  bench::Cost OpenByWeir() {
    return CostOf([this] {
      AgeOpener opener(identity_);
      Convert(
          "sealed", "opened", [&](std::string_view piece) { return OrFail(opener.Add(piece)); },
          [&] { return OrFail(std::move(opener).Finish()); });
    });
  }
  bench::Cost OpenInMemory() {
    const std::string sealed = OrFail(files_.Read(Path("sealed"), kLimitBytes));
    return CostOf([&] { OrFail(Open(sealed, identity_, kLimitBytes)); });
  }
  bench::Cost OpenByAge() {
    return CostOfCommand(
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
  bench::Figures figures;
  const auto compare = [&](const std::string& name, const auto& ours, const auto& theirs) {
    bench::Comparison comparison;
    const size_t our = comparison.Add([&] { return (workplace.*ours)(); });
    const size_t their = comparison.Add([&] { return (workplace.*theirs)(); });
    comparison.Run(kRuns);
    figures.push_back({.name = name,
                       .measured = comparison.CpuMs(our),
                       .unit = "CPU ms",
                       .baseline = comparison.CpuMs(their),
                       .target = kTargetRatio,
                       .judged = bench::Judged::kRatio});
  };
  compare("seal 64 MiB, file to file, against age", &Workplace::SealByWeir, &Workplace::SealByAge);
  compare("open 64 MiB, file to file, against age -d", &Workplace::OpenByWeir,
          &Workplace::OpenByAge);
  compare("seal 64 MiB in memory, against age", &Workplace::SealInMemory, &Workplace::SealByAge);
  compare("open 64 MiB in memory, against age -d", &Workplace::OpenInMemory, &Workplace::OpenByAge);
  workplace.CheckThatBothAgree();
  bench::Print("crypto", figures);
}

}  // namespace
}  // namespace weir::crypto

int main() { weir::crypto::Run(); }
