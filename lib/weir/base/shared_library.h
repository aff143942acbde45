// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_BASE_SHARED_LIBRARY_H_
#define WEIR_BASE_SHARED_LIBRARY_H_

#include <string>
#include <utility>
#include <vector>

#include "weir/base/status.h"

namespace weir {

// A library that is opened when it is first needed, so that nobody else pays for it at start. It
// stays open until the process ends. No environment variable is read by us.
class SharedLibrary {
 public:
  struct Description {
    std::string name;                 // for messages: "libpq"
    std::string purpose = {};         // for messages: who needs it, or what brings it
    std::vector<std::string> places;  // paths, or names that the system looks up; in this order
    // Of tens of thousands of names: functions are looked up when they are first called, and names
    // in the library itself before those of the program, which halves the time to load libduckdb.
    // So it must not count on functions that the program replaces, as operator new.
    bool is_large = false;
  };

  // Errors: UNAVAILABLE in none of the places; the message has the system's reason for each.
  static StatusOr<SharedLibrary> Open(const Description& description);

  // Errors: UNAVAILABLE it has no function of that name.
  template <typename Function>
  Status Find(const char* name, Function*& function) const {
    WEIR_ASSIGN_OR_RETURN(void* const found, FindSymbol(name));
    function = reinterpret_cast<Function*>(found);
    return OkStatus();
  }

 private:
  SharedLibrary(std::string name, void* handle) : name_(std::move(name)), handle_(handle) {}
  StatusOr<void*> FindSymbol(const char* symbol) const;

  std::string name_;
  void* handle_;
};

}  // namespace weir

// A member of a struct of functions, of the function's name and type; and the line that fills it,
// in a function that returns a Status, from `opened` into `library`. For a list of names that takes
// a macro.
// A declared name takes no parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define WEIR_LIBRARY_MEMBER(name) decltype(&::name) name = nullptr;
#define WEIR_LIBRARY_FIND(name) WEIR_RETURN_IF_ERROR(opened.Find(#name, library.name));

#endif  // WEIR_BASE_SHARED_LIBRARY_H_
