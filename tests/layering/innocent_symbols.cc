// SPDX-License-Identifier: Apache-2.0
// Uses nothing from the outside; check_symbols.py must accept it.
#include <filesystem>
#include <mutex>
#include <string>

std::string JoinPath(const std::string& folder, const std::string& name) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return (std::filesystem::path(folder) / name).lexically_normal().string();
}
