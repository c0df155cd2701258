# Targets of the project. Every room is an OBJECT library, and every executable links all of them directly:
# quantizers, units and dataflows register themselves in static initialisers, which a static archive would drop.

add_library(eyeshift_options INTERFACE)
target_include_directories(eyeshift_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(eyeshift_options INTERFACE EIGEN_DONT_PARALLELIZE
                           EYESHIFT_VERSION="${PROJECT_VERSION}")
# -ffp-contract=off: a fused multiply-add rounds once where the modelled hardware rounds twice.
# -Wno-maybe-uninitialized, -Wno-uninitialized: GCC 12 takes the undefined register of an AVX intrinsic, inlined from
# Eigen, for an uninitialised variable (GCC bug 105593), the latter with sanitizers.
target_compile_options(eyeshift_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -ffp-contract=off
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
                       $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${EYESHIFT_SANITIZE}>>:-Wno-uninitialized>
                       $<$<BOOL:${EYESHIFT_WERROR}>:-Werror>)
# Eigen adds up in the order of its vectors' width, so one set of instructions is every machine's: that of x86-64-v3 (AVX2,
# FMA). Results are the same bytes on all of them.
if(EYESHIFT_NATIVE)
  target_compile_options(eyeshift_options INTERFACE -march=native)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(eyeshift_options INTERFACE -march=x86-64-v3)
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
                      Boost::program_options SystemC::systemc OpenSSL::Crypto Threads::Threads)

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

# eyeshift_library(ROOM): all .cpp files below the room's folder as one OBJECT library; a new file is picked up. The command
# line and its subcommands are the program's only.
function(eyeshift_library room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${room}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/sim/program/")
  add_library(${room} OBJECT ${sources})
  target_link_libraries(${room} PUBLIC eyeshift_options)
  eyeshift_precompile(${room} SOURCES ${EYESHIFT_HEADERS})
  set_property(GLOBAL APPEND PROPERTY EYESHIFT_LIBRARIES ${room})
endfunction()

# eyeshift_executable(NAME FOLDER): an executable of the .cpp files below the folder, with every OBJECT library in it.
function(eyeshift_executable name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  get_property(libraries GLOBAL PROPERTY EYESHIFT_LIBRARIES)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE eyeshift_options ${libraries})
endfunction()

# eyeshift_tests(NAME FOLDER): all tests below the folder as one GoogleTest program. CTest runs it in shards of its cases:
# a process for each would take longer than most of them.
set(EYESHIFT_TEST_SHARDS 24)
function(eyeshift_tests name folder)
  eyeshift_executable(${name} ${folder})
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/support/files.cpp PROPERTIES COMPILE_DEFINITIONS
      "EYESHIFT_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\";EYESHIFT_BINARY=\"$<TARGET_FILE:eyeshift>\";EYESHIFT_RTL_VECTORS=\"$<TARGET_FILE:rtl_vectors>\"")
  add_dependencies(${name} eyeshift rtl_vectors)
  # With sanitizers GCC takes twice as long over the tests' own code at -O1, where little time is spent.
  target_compile_options(${name} PRIVATE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${EYESHIFT_SANITIZE}>>:-Og>)
  eyeshift_precompile(${name} TESTS ${EYESHIFT_HEADERS} <gmock/gmock.h>)
  math(EXPR last "${EYESHIFT_TEST_SHARDS} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME shard_${shard} COMMAND ${name} --gtest_brief=1)
    set_tests_properties(shard_${shard} PROPERTIES TIMEOUT 1200
                         ENVIRONMENT "GTEST_TOTAL_SHARDS=${EYESHIFT_TEST_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()
