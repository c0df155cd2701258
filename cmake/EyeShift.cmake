# Targets of the project. Every folder is an OBJECT library, and every executable links all of them directly:
# quantizers, units and dataflows register themselves in static initialisers, which a static archive would drop.

add_library(eyeshift_options INTERFACE)
target_include_directories(eyeshift_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(eyeshift_options INTERFACE EIGEN_DONT_PARALLELIZE
                           EYESHIFT_VERSION="${PROJECT_VERSION}")
# -ffp-contract=off: a fused multiply-add rounds once where the modelled hardware rounds twice.
# -Wno-maybe-uninitialized, -Wno-uninitialized: GCC 12 takes the undefined register of an AVX-512 intrinsic, inlined from
# Eigen, for an uninitialised variable (GCC bug 105593), the latter with sanitizers.
target_compile_options(eyeshift_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -ffp-contract=off
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
                       $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${EYESHIFT_SANITIZE}>>:-Wno-uninitialized>
                       $<$<BOOL:${EYESHIFT_WERROR}>:-Werror>)
if(EYESHIFT_NATIVE)
  target_compile_options(eyeshift_options INTERFACE -march=native)
endif()
if(EYESHIFT_SANITIZE)
  # Left out: checks before every access, which take a third of the compiler's time. The address sanitizer stops by itself
  # at accesses through null and at nearly all beyond an object, and nothing here casts to a type of stricter alignment.
  target_compile_options(eyeshift_options INTERFACE -fsanitize=address,undefined
                         -fno-sanitize=null,alignment,object-size -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(eyeshift_options INTERFACE -fsanitize=address,undefined)
endif()
target_link_libraries(eyeshift_options INTERFACE Eigen3::Eigen nlohmann_json::nlohmann_json yaml-cpp
                      Boost::program_options SystemC::systemc Threads::Threads)

set_property(GLOBAL PROPERTY EYESHIFT_LIBRARIES "")

# eyeshift_precompile(NAME KIND HEADER...): with EYESHIFT_PRECOMPILE, gives the target the headers in precompiled form. The
# first target of a KIND makes it and the others take it from there: targets of one kind must not differ in options.
function(eyeshift_precompile name kind)
  if(NOT EYESHIFT_PRECOMPILE)
    return()
  endif()
  get_property(maker GLOBAL PROPERTY EYESHIFT_PRECOMPILED_${kind})
  if(maker)
    target_precompile_headers(${name} REUSE_FROM ${maker})
  else()
    target_precompile_headers(${name} PRIVATE ${ARGN})
    set_property(GLOBAL PROPERTY EYESHIFT_PRECOMPILED_${kind} ${name})
  endif()
endfunction()
set(EYESHIFT_HEADERS <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <optional> <string> <vector>
    <Eigen/Core> <nlohmann/json.hpp>)

# eyeshift_library(NAME): all .cpp files of the current folder as one OBJECT library. A new file is picked up.
function(eyeshift_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(${name} OBJECT ${sources})
  target_link_libraries(${name} PUBLIC eyeshift_options)
  eyeshift_precompile(${name} SOURCES ${EYESHIFT_HEADERS})
  set_property(GLOBAL APPEND PROPERTY EYESHIFT_LIBRARIES ${name})
endfunction()

# eyeshift_executable(NAME SOURCE...): an executable with every OBJECT library in it.
function(eyeshift_executable name)
  get_property(libraries GLOBAL PROPERTY EYESHIFT_LIBRARIES)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE eyeshift_options ${libraries})
endfunction()

# eyeshift_tests(NAME): all *_test.cpp files of the current folder as one GoogleTest program, a CTest test a case.
# Tests find the project's own files through EYESHIFT_SOURCE_DIR.
function(eyeshift_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  eyeshift_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock)
  target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/main.cpp)
  target_compile_definitions(${name} PRIVATE EYESHIFT_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                             EYESHIFT_BINARY="$<TARGET_FILE:eyeshift>")
  # With sanitizers GCC takes twice as long over the tests' own code at -O1, where little time is spent.
  target_compile_options(${name} PRIVATE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${EYESHIFT_SANITIZE}>>:-Og>)
  eyeshift_precompile(${name} TESTS ${EYESHIFT_HEADERS} <gmock/gmock.h>)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 600)
endfunction()
