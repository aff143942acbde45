// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_TOOLS_WEIR_KEPT_FILES_H_
#define WEIR_TOOLS_WEIR_KEPT_FILES_H_

#include <string>
#include <utility>
#include <vector>

#include "weir/base/files.h"
#include "weir/base/status.h"

namespace weir::tool {

// Files that a command replaces together, kept under temporary names beside them until all of the
// new ones stand. Costs no room on the disk: the names are links. Where the file system has none,
// or the file is somebody else's, a file is not kept.
class KeptFiles {
 public:
  KeptFiles() = default;
  ~KeptFiles();  // forgets what was kept
  KeptFiles(const KeptFiles&) = delete;
  KeptFiles& operator=(const KeptFiles&) = delete;

  // Paths of which there is no file pass, and so do "" and "-". UNAVAILABLE where the disk fails.
  Status Keep(const std::vector<std::string>& paths);

  // Puts the file that was kept back under its name; false: none was kept.
  StatusOr<bool> Restore(const std::string& path);

  // After an output could not be written for `reason`: removes those that were, or puts back what
  // they replaced, as if the command had not run. Gives the reason, and what was done.
  Status TakeBack(Files& files, const std::vector<std::string>& written, const Status& reason);

 private:
  std::vector<std::pair<std::string, std::string>> kept_;  // path, temporary name
};

}  // namespace weir::tool

#endif  // WEIR_TOOLS_WEIR_KEPT_FILES_H_
