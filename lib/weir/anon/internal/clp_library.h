// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_INTERNAL_CLP_LIBRARY_H_
#define WEIR_ANON_INTERNAL_CLP_LIBRARY_H_

#include <coin/Clp_C_Interface.h>

#include "weir/base/shared_library.h"
#include "weir/base/status.h"

namespace weir::anon::internal {

// The functions of Clp's C interface that we use.
#define WEIR_CLP_FUNCTIONS(X) \
  X(Clp_deleteModel)          \
  X(Clp_loadProblem)          \
  X(Clp_newModel)             \
  X(Clp_objective)            \
  X(Clp_primal)               \
  X(Clp_primalColumnSolution) \
  X(Clp_setLogLevel)          \
  X(Clp_setObjSense)          \
  X(Clp_status)

// libClp, loaded when first asked for: only audits of tables need it, and it brings LAPACK, BLAS
// and a Fortran runtime with it. Members have the names of the functions.
struct ClpLibrary {
  WEIR_CLP_FUNCTIONS(WEIR_LIBRARY_MEMBER)
};

// Looks where the build found the library, then where the system looks. No environment variable is
// read by us. Thread-safe; the library stays loaded.
//
// Errors: UNAVAILABLE no library, or one without a function we need; names the places.
StatusOr<const ClpLibrary*> LoadClp();

}  // namespace weir::anon::internal

#endif  // WEIR_ANON_INTERNAL_CLP_LIBRARY_H_
