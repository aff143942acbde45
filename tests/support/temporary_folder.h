// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TESTS_SUPPORT_TEMPORARY_FOLDER_H_
#define WEIR_TESTS_SUPPORT_TEMPORARY_FOLDER_H_

#include <string>
#include <string_view>

namespace weir::test {

// A fresh folder (mode 0700) that is removed with its contents at the end. Aborts when it cannot
// be made: a test without it would prove nothing.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  // The path of `name` inside.
  std::string Path(std::string_view name) const;

 private:
  std::string path_;
};

// Plain file access that does not go through the code under test; both abort on failure.
void WriteTextFile(const std::string& path, std::string_view text);
std::string ReadTextFile(const std::string& path);

}  // namespace weir::test

#endif  // WEIR_TESTS_SUPPORT_TEMPORARY_FOLDER_H_
