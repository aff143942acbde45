// SPDX-License-Identifier: Apache-2.0
#include "tools/weir/owner_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <thread>
#include <vector>

#include <unistd.h>

namespace weir::tool {
namespace {

constexpr uint64_t kLeastMemoryBytes = uint64_t{64} << 20;
constexpr unsigned kMostThreads = 256;

}  // namespace

StatusOr<anon::InputLocation> LocateOwnerFile(const std::string& path,
                                              const std::string& delimiter) {
  v1::RecipeInput input;
  input.set_path(path);
  input.set_delimiter(delimiter == "\\t" ? "\t" : delimiter);
  std::error_code ignored;
  return anon::LocateInput(input, std::filesystem::current_path(ignored).string());
}

anon::ReadLimits LimitsOfMachine(unsigned threads, uint64_t memory_bytes) {
  const auto pages = static_cast<uint64_t>(std::max(1L, ::sysconf(_SC_PHYS_PAGES)));
  const auto page_bytes = static_cast<uint64_t>(std::max(1L, ::sysconf(_SC_PAGESIZE)));
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  anon::ReadLimits limits;
  limits.memory_bytes =
      std::max(kLeastMemoryBytes, memory_bytes > 0 ? memory_bytes : pages * page_bytes / 2);
  limits.threads =
      std::clamp(threads > 0 ? threads : std::thread::hardware_concurrency(), 1U, kMostThreads);
  limits.temp_folder = error ? "/tmp" : folder.string();
  return limits;
}

void HintAtDelimiter(const Context& context, const anon::InputLocation& input) {
  if (input.format != v1::FILE_FORMAT_CSV) return;
  const StatusOr<std::vector<std::string>> names = anon::ReadColumnNames(input);
  if (!names.ok() || names->size() != 1) return;
  for (const char* delimiter : {";", "\t", "|", ","}) {
    if (names->front().find(delimiter) == std::string::npos) continue;
    context.Hint(std::string("the header is one column; perhaps --delimiter '") +
                 (*delimiter == '\t' ? "\\t" : delimiter) + "'");
    return;
  }
}

}  // namespace weir::tool
