// SPDX-License-Identifier: Apache-2.0
#include "tests/ledger/simulated_vfs.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace weir::ledger::test {
namespace {

// What stands behind SQLite's handle of an open file.
struct Handle {
  sqlite3_file base;
  SimulatedDisk* disk;
  SimulatedDisk::File* file;
  std::string* name;
  bool sync_folder;  // with the first sync, as SQLite's own VFS does for a new journal or log
};

Handle& HandleOf(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
SimulatedDisk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<SimulatedDisk*>(vfs->pAppData); }

int CodeOf(DiskResult result, int failed) {
  if (result == DiskResult::kOk) return SQLITE_OK;
  return result == DiskResult::kFull ? SQLITE_FULL : failed;
}

int CloseFile(sqlite3_file* file) {
  delete HandleOf(file).file;
  delete HandleOf(file).name;
  return SQLITE_OK;
}

int ReadFile(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  const std::string& content = SimulatedDisk::Content(*HandleOf(file).file);
  const size_t start = std::min(static_cast<size_t>(offset), content.size());
  const size_t there = std::min(static_cast<size_t>(size), content.size() - start);
  std::memcpy(out, content.data() + start, there);
  std::memset(static_cast<char*>(out) + there, 0, static_cast<size_t>(size) - there);
  return there == static_cast<size_t>(size) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int WriteFile(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const Handle& handle = HandleOf(file);
  const std::string_view bytes(static_cast<const char*>(data), static_cast<size_t>(size));
  return CodeOf(handle.disk->Write(*handle.file, static_cast<size_t>(offset), bytes),
                SQLITE_IOERR_WRITE);
}

int TruncateFile(sqlite3_file* file, sqlite3_int64 size) {
  const Handle& handle = HandleOf(file);
  return CodeOf(handle.disk->Truncate(*handle.file, static_cast<size_t>(size)),
                SQLITE_IOERR_TRUNCATE);
}

int SyncFile(sqlite3_file* file, int) {
  Handle& handle = HandleOf(file);
  const int code = CodeOf(handle.disk->Sync(*handle.file, *handle.name), SQLITE_IOERR_FSYNC);
  if (code == SQLITE_OK && std::exchange(handle.sync_folder, false)) {
    // SQLite ignores errors here.
    static_cast<void>(handle.disk->SyncFolder());
  }
  return code;
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(SimulatedDisk::Content(*HandleOf(file).file).size());
  return SQLITE_OK;
}

int LockFile(sqlite3_file*, int) { return SQLITE_OK; }
int CheckLock(sqlite3_file*, int* locked) {
  *locked = 0;
  return SQLITE_OK;
}
int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return 512; }
int DeviceCharacteristics(sqlite3_file*) { return 0; }

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 1,
    .xClose = CloseFile,
    .xRead = ReadFile,
    .xWrite = WriteFile,
    .xTruncate = TruncateFile,
    .xSync = SyncFile,
    .xFileSize = FileSize,
    .xLock = LockFile,
    .xUnlock = LockFile,
    .xCheckReservedLock = CheckLock,
    .xFileControl = FileControl,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = DeviceCharacteristics,
};

int OpenFile(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;  // temp_store=MEMORY: there are no such files
  SimulatedDisk& disk = DiskOf(vfs);
  SimulatedDisk::File found = disk.Find(name);
  bool created = false;
  if (found == nullptr) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    found = disk.Create(name).second;
    if (found == nullptr) return SQLITE_CANTOPEN;
    created = true;
  }
  const bool is_log = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  new (file) Handle{.base = {.pMethods = &kMethods},
                    .disk = &disk,
                    .file = new SimulatedDisk::File(std::move(found)),
                    .name = new std::string(name),
                    .sync_folder = created&& is_log};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int DeleteFile(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  SimulatedDisk& disk = DiskOf(vfs);
  if (disk.Find(name) == nullptr) return SQLITE_IOERR_DELETE_NOENT;
  const int code = CodeOf(disk.Remove(name), SQLITE_IOERR_DELETE);
  if (code != SQLITE_OK || sync_folder == 0) return code;
  return CodeOf(disk.SyncFolder(), SQLITE_IOERR_DIR_FSYNC);
}

int AccessFile(sqlite3_vfs* vfs, const char* name, int, int* result) {
  *result = DiskOf(vfs).Find(name) != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
  return std::snprintf(out, static_cast<size_t>(size), "%s", name) < size ? SQLITE_OK
                                                                          : SQLITE_CANTOPEN;
}

int Randomness(sqlite3_vfs*, int size, char* out) {
  std::memset(out, 42, static_cast<size_t>(size));
  return size;
}

int SleepFor(sqlite3_vfs*, int) { return 0; }
int CurrentTime(sqlite3_vfs*, double* julian_day) {
  *julian_day = 2461041.5;
  return SQLITE_OK;
}
int LastError(sqlite3_vfs*, int, char*) { return 0; }

Status NotSimulated() { return Unavailable("not simulated"); }
Status StatusOfDisk(DiskResult result) {
  if (result == DiskResult::kOk) return OkStatus();
  return result == DiskResult::kFull
             ? MakeError(StatusCode::kResourceExhausted, "simulated disk full")
             : Unavailable("simulated disk failed");
}

class NoLock final : public FileLock {};

}  // namespace

SimulatedVfs::SimulatedVfs(SimulatedDisk& disk) : disk_(disk), vfs_{} {
  static std::atomic<uint64_t> counter{0};
  name_ = "simulated-" + std::to_string(++counter);
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.mxPathname = 512;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = &disk_;
  vfs_.xOpen = OpenFile;
  vfs_.xDelete = DeleteFile;
  vfs_.xAccess = AccessFile;
  vfs_.xFullPathname = FullPathname;
  vfs_.xRandomness = Randomness;
  vfs_.xSleep = SleepFor;
  vfs_.xCurrentTime = CurrentTime;
  vfs_.xGetLastError = LastError;
  sqlite3_vfs_register(&vfs_, 0);
}

SimulatedVfs::~SimulatedVfs() { sqlite3_vfs_unregister(&vfs_); }

StatusOr<uint64_t> SimulatedFiles::Size(const std::string& path) {
  const SimulatedDisk::File file = disk_.Find(path);
  if (file == nullptr) return NotFound("no such file");
  return static_cast<uint64_t>(SimulatedDisk::Content(file).size());
}

bool SimulatedFiles::Exists(const std::string& path) { return disk_.Find(path) != nullptr; }

Status SimulatedFiles::WriteDurably(const std::string& path, std::string_view data, FileMode) {
  return StatusOfDisk(disk_.Replace(path, data));
}

Status SimulatedFiles::SyncFolder(const std::string&) { return StatusOfDisk(disk_.SyncFolder()); }

StatusOr<std::unique_ptr<FileLock>> SimulatedFiles::Lock(const std::string&) {
  return std::unique_ptr<FileLock>(std::make_unique<NoLock>());
}

StatusOr<std::string> SimulatedFiles::Read(const std::string& path, uint64_t) {
  const SimulatedDisk::File file = disk_.Find(path);
  if (file == nullptr) return NotFound("no such file");
  return SimulatedDisk::Content(file);
}

StatusOr<std::string> SimulatedFiles::ReadPrivate(const std::string&, uint64_t) {
  return NotSimulated();
}
StatusOr<std::string> SimulatedFiles::ReadRange(const std::string&, uint64_t, uint64_t) {
  return NotSimulated();
}
Status SimulatedFiles::AppendDurably(const std::string&, uint64_t, std::string_view) {
  return NotSimulated();
}
Status SimulatedFiles::Rename(const std::string&, const std::string&) { return NotSimulated(); }
Status SimulatedFiles::Remove(const std::string&) { return NotSimulated(); }
Status SimulatedFiles::RemoveTree(const std::string&) { return NotSimulated(); }
Status SimulatedFiles::MakeFolder(const std::string&) { return NotSimulated(); }
StatusOr<std::vector<std::string>> SimulatedFiles::List(const std::string&) {
  return NotSimulated();
}

}  // namespace weir::ledger::test
