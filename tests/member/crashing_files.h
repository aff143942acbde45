// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_MEMBER_CRASHING_FILES_H_
#define WEIR_TESTS_MEMBER_CRASHING_FILES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/files.h"

namespace weir::test {

// The system's files; every change of the disk goes through one place.
class FilesWrapper : public Files {
 public:
  StatusOr<std::string> Read(const std::string& path, uint64_t limit_bytes) override {
    return inner_.Read(path, limit_bytes);
  }
  StatusOr<std::string> ReadPrivate(const std::string& path, uint64_t limit_bytes) override {
    return inner_.ReadPrivate(path, limit_bytes);
  }
  StatusOr<std::string> ReadRange(const std::string& path, uint64_t offset,
                                  uint64_t size) override {
    return inner_.ReadRange(path, offset, size);
  }
  StatusOr<uint64_t> Size(const std::string& path) override { return inner_.Size(path); }
  bool Exists(const std::string& path) override { return inner_.Exists(path); }
  Status WriteDurably(const std::string& path, std::string_view data, FileMode mode) override {
    return Change([&] { return inner_.WriteDurably(path, data, mode); });
  }
  Status AppendDurably(const std::string& path, uint64_t offset, std::string_view data) override {
    return Change([&] { return inner_.AppendDurably(path, offset, data); });
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return Change([&] { return inner_.Rename(from, to); });
  }
  Status Remove(const std::string& path) override {
    return Change([&] { return inner_.Remove(path); });
  }
  Status RemoveTree(const std::string& path) override {
    if (!inner_.Exists(path)) return OkStatus();
    return Change([&] { return inner_.RemoveTree(path); });
  }
  Status MakeFolder(const std::string& path) override {
    if (inner_.Exists(path)) return OkStatus();
    return Change([&] { return inner_.MakeFolder(path); });
  }
  Status SyncFolder(const std::string& path) override { return inner_.SyncFolder(path); }
  StatusOr<std::vector<std::string>> List(const std::string& path) override {
    return inner_.List(path);
  }
  StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return inner_.Lock(path);
  }

 protected:
  virtual Status Change(const std::function<Status()>& body) = 0;

 private:
  Files& inner_ = SystemFiles();
};

enum class CrashMoment { kBefore, kAfter };

// Lasts until the n-th change of the disk: then the process ends at once, just
// before or just after it, as by a power switch that spares what was synced.
class CrashingFiles final : public FilesWrapper {
 public:
  static constexpr int kExitCode = 42;
  CrashingFiles(int change, CrashMoment moment) : left_(change), moment_(moment) {}

 private:
  Status Change(const std::function<Status()>& body) override {
    const bool last = --left_ == 0;
    if (last && moment_ == CrashMoment::kBefore) Crash();
    Status status = body();
    if (last) Crash();
    return status;
  }
  [[noreturn]] static void Crash();

  int left_;
  CrashMoment moment_;
};

}  // namespace weir::test

#endif  // WEIR_TESTS_MEMBER_CRASHING_FILES_H_
