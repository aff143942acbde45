# SPDX-License-Identifier: Apache-2.0
# Clp of COIN-OR, the linear program solver, by its C interface: target weir::clp.
find_path(Clp_INCLUDE_DIR coin/Clp_C_Interface.h)
find_library(Clp_LIBRARY Clp)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Clp REQUIRED_VARS Clp_LIBRARY Clp_INCLUDE_DIR)
if(Clp_FOUND AND NOT TARGET weir::clp)
  add_library(weir::clp UNKNOWN IMPORTED)
  set_target_properties(weir::clp PROPERTIES IMPORTED_LOCATION "${Clp_LIBRARY}"
                        INTERFACE_INCLUDE_DIRECTORIES "${Clp_INCLUDE_DIR}")
endif()
mark_as_advanced(Clp_INCLUDE_DIR Clp_LIBRARY)
