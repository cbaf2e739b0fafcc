# SystemC::systemc from the distribution's pkg-config file (it ships no CMake package).
find_package(PkgConfig REQUIRED)
pkg_check_modules(SYSTEMC_PC REQUIRED IMPORTED_TARGET systemc)
if(NOT TARGET SystemC::systemc)
  add_library(SystemC::systemc INTERFACE IMPORTED)
  target_link_libraries(SystemC::systemc INTERFACE PkgConfig::SYSTEMC_PC)
  # sc_main is called from the library; dynamic processes are declared only with this macro.
  target_compile_definitions(SystemC::systemc INTERFACE SC_INCLUDE_DYNAMIC_PROCESSES)
endif()
set(SystemC_FOUND TRUE)
