// SPDX-License-Identifier: Apache-2.0
#include "weir/member/internal/package_archive.h"

#include <array>
#include <chrono>
#include <memory>

#include <archive.h>
#include <archive_entry.h>

namespace weir::member::internal {
namespace {

constexpr uint64_t kBlockBytes = 512;
constexpr uint64_t kMaxTailBytes = 10240;  // tar pads to twenty blocks
constexpr uint64_t kNoteLimitBytes = uint64_t{1} << 20;
constexpr int kPrivateMode = 0600;
constexpr int64_t kMostSeconds = (int64_t{1} << 33) - 1;  // 11 octal digits, all that ustar has

struct CloseWriter {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct CloseReader {
  void operator()(archive* a) const { archive_read_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Writer = std::unique_ptr<archive, CloseWriter>;
using Reader = std::unique_ptr<archive, CloseReader>;

// The signature is libarchive's. NOLINTNEXTLINE(bugprone-easily-swappable-parameters)
la_ssize_t Append(archive*, void* out, const void* data, size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

Status WriteFailed(archive* writer) {
  const char* reason = archive_error_string(writer);
  return Internal("cannot write an archive: %s", reason == nullptr ? "no reason" : reason);
}

Status AddFile(archive* writer, const char* name, const std::string& content, Time modified) {
  const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(modified.time_since_epoch());
  archive_entry_set_pathname(entry.get(), name);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), kPrivateMode);
  archive_entry_set_mtime(entry.get(), static_cast<time_t>(seconds.count()), 0);
  if (archive_write_header(writer, entry.get()) != ARCHIVE_OK) return WriteFailed(writer);
  const la_ssize_t written = archive_write_data(writer, content.data(), content.size());
  if (written != static_cast<la_ssize_t>(content.size())) return WriteFailed(writer);
  return OkStatus();
}

Status Malformed(const char* what) { return DataLoss("the package's archive %s", what); }

// What one file takes in the archive, from the data on.
uint64_t PaddedSize(uint64_t size) { return (size + kBlockBytes - 1) / kBlockBytes * kBlockBytes; }

Status CheckEntry(archive* reader, archive_entry* entry, const char* name, uint64_t limit_bytes) {
  if (archive_format(reader) != ARCHIVE_FORMAT_TAR_USTAR) return Malformed("is not plain ustar");
  const char* found = archive_entry_pathname(entry);
  if (found == nullptr || std::string_view(found) != name) {
    return Malformed("does not hold delivery.note, manifest.note, payload.parquet in this order");
  }
  if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr ||
      archive_entry_symlink(entry) != nullptr) {
    return Malformed("holds something that is not a regular file");
  }
  if (archive_entry_perm(entry) != kPrivateMode || archive_entry_uid(entry) != 0 ||
      archive_entry_gid(entry) != 0) {
    return Malformed("gives a file another mode or owner than 0600 and 0");
  }
  // libarchive also takes the binary form, whose times leave our calendar.
  const int64_t modified = archive_entry_mtime(entry);
  if (modified < 0 || modified > kMostSeconds) return Malformed("gives a file an impossible time");
  const la_int64_t size = archive_entry_size(entry);
  if (size < 0 || static_cast<uint64_t>(size) > limit_bytes) {
    return Malformed("holds a file beyond its limit");
  }
  return OkStatus();
}

class ArchiveReader {
 public:
  explicit ArchiveReader(std::string_view tar) : tar_(tar), reader_(archive_read_new()) {}

  Status Open() {
    if (archive_read_support_format_tar(reader_.get()) != ARCHIVE_OK ||
        archive_read_open_memory(reader_.get(), tar_.data(), tar_.size()) != ARCHIVE_OK) {
      return Malformed("cannot be read");
    }
    return OkStatus();
  }

  StatusOr<std::string> ReadFile(const char* name, uint64_t limit_bytes) {
    archive_entry* entry = nullptr;
    if (archive_read_next_header(reader_.get(), &entry) != ARCHIVE_OK) {
      return Malformed("ends early or is damaged");
    }
    WEIR_RETURN_IF_ERROR(CheckEntry(reader_.get(), entry, name, limit_bytes));
    modified_ = Time(std::chrono::seconds(archive_entry_mtime(entry)));
    std::string content(static_cast<size_t>(archive_entry_size(entry)), '\0');
    const la_ssize_t got = archive_read_data(reader_.get(), content.data(), content.size());
    if (got != static_cast<la_ssize_t>(content.size())) return Malformed("ends early");
    WEIR_RETURN_IF_ERROR(SkipFile(content.size()));
    return content;
  }

  // Nothing but the end mark and zeros follows.
  Status CheckEnd() const {
    const uint64_t left = tar_.size() - offset_;
    if (left < 2 * kBlockBytes || left > kMaxTailBytes || !AllZero(offset_, tar_.size())) {
      return Malformed("does not end after its three files");
    }
    return OkStatus();
  }

  Time modified() const { return modified_; }

 private:
  // libarchive reads past extension headers in silence: each file must take one header, its data
  // and zeros, so that there is no room for any.
  Status SkipFile(uint64_t size) {
    const uint64_t data_end = offset_ + kBlockBytes + size;
    offset_ += kBlockBytes + PaddedSize(size);
    if (offset_ > tar_.size() || !AllZero(data_end, offset_)) {
      return Malformed("has something between its files");
    }
    return OkStatus();
  }

  bool AllZero(uint64_t from, uint64_t to) const {
    return tar_.substr(from, to - from).find_first_not_of('\0') == std::string_view::npos;
  }

  std::string_view tar_;
  Reader reader_;
  uint64_t offset_ = 0;
  Time modified_;
};

}  // namespace

StatusOr<std::string> WriteArchive(const PackageArchive& archive) {
  std::string tar;
  const Writer writer(archive_write_new());
  if (archive_write_set_format_ustar(writer.get()) != ARCHIVE_OK ||
      archive_write_set_bytes_in_last_block(writer.get(), 1) != ARCHIVE_OK ||
      archive_write_open(writer.get(), &tar, nullptr, Append, nullptr) != ARCHIVE_OK) {
    return WriteFailed(writer.get());
  }
  WEIR_RETURN_IF_ERROR(
      AddFile(writer.get(), "delivery.note", archive.delivery_note, archive.modified));
  WEIR_RETURN_IF_ERROR(
      AddFile(writer.get(), "manifest.note", archive.manifest_note, archive.modified));
  WEIR_RETURN_IF_ERROR(AddFile(writer.get(), "payload.parquet", archive.payload, archive.modified));
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return WriteFailed(writer.get());
  return tar;
}

StatusOr<PackageArchive> ReadArchive(std::string_view tar, uint64_t payload_limit_bytes) {
  ArchiveReader reader(tar);
  WEIR_RETURN_IF_ERROR(reader.Open());
  PackageArchive archive;
  WEIR_ASSIGN_OR_RETURN(archive.delivery_note, reader.ReadFile("delivery.note", kNoteLimitBytes));
  WEIR_ASSIGN_OR_RETURN(archive.manifest_note, reader.ReadFile("manifest.note", kNoteLimitBytes));
  WEIR_ASSIGN_OR_RETURN(archive.payload, reader.ReadFile("payload.parquet", payload_limit_bytes));
  WEIR_RETURN_IF_ERROR(reader.CheckEnd());
  archive.modified = reader.modified();
  return archive;
}

}  // namespace weir::member::internal
