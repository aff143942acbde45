// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_DATA_POSTGRES_INTERNAL_PQ_LIBRARY_H_
#define WEIR_DATA_POSTGRES_INTERNAL_PQ_LIBRARY_H_

#include <libpq-fe.h>

#include "weir/base/shared_library.h"
#include "weir/base/status.h"

namespace weir::data::internal {

// The functions of libpq that we use.
#define WEIR_PQ_FUNCTIONS(X)   \
  X(PQcancel)                  \
  X(PQclear)                   \
  X(PQconnectPoll)             \
  X(PQconnectStartParams)      \
  X(PQconnectionNeedsPassword) \
  X(PQconninfoFree)            \
  X(PQconninfoParse)           \
  X(PQconsumeInput)            \
  X(PQerrorMessage)            \
  X(PQfinish)                  \
  X(PQflush)                   \
  X(PQfreeCancel)              \
  X(PQfreemem)                 \
  X(PQgetCancel)               \
  X(PQgetCopyData)             \
  X(PQgetResult)               \
  X(PQgetisnull)               \
  X(PQgetlength)               \
  X(PQgetvalue)                \
  X(PQisBusy)                  \
  X(PQnfields)                 \
  X(PQntuples)                 \
  X(PQresultErrorField)        \
  X(PQresultStatus)            \
  X(PQsendQuery)               \
  X(PQsetErrorVerbosity)       \
  X(PQsetNoticeReceiver)       \
  X(PQsetnonblocking)          \
  X(PQsocket)                  \
  X(PQsslInUse)                \
  X(PQstatus)                  \
  X(PQtransactionStatus)

// libpq, loaded when first asked for: it brings 20 more libraries along, which would cost every
// start 4 ms of processor time. Members have the names of the functions.
struct PqLibrary {
  WEIR_PQ_FUNCTIONS(WEIR_LIBRARY_MEMBER)
};

// Looks where the system looks. Thread-safe; the library stays loaded.
//
// Errors: UNAVAILABLE no library, or one without a function we need; names the package.
StatusOr<const PqLibrary*> LoadPqLibrary();

}  // namespace weir::data::internal

#endif  // WEIR_DATA_POSTGRES_INTERNAL_PQ_LIBRARY_H_
