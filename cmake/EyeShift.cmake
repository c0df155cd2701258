# Targets of the project. Every room is an OBJECT library, and every executable links all of them directly:
# quantizers, units and dataflows register themselves in static initialisers, which a static archive would drop.

add_library(eyeshift_options INTERFACE)
target_include_directories(eyeshift_options INTERFACE ${PROJECT_SOURCE_DIR})
# Eigen cuts its products into blocks by the processor's caches, and the blocks decide in which order it adds up. With sizes
# that are stated here, all processors add up alike.
target_compile_definitions(eyeshift_options INTERFACE EIGEN_DONT_PARALLELIZE EIGEN_NO_CPUID
                           EIGEN_DEFAULT_L1_CACHE_SIZE=32768 EIGEN_DEFAULT_L2_CACHE_SIZE=524288
                           EIGEN_DEFAULT_L3_CACHE_SIZE=8388608
                           EYESHIFT_VERSION="${PROJECT_VERSION}")
# -ffp-contract=off: a fused multiply-add rounds once where the modelled hardware rounds twice.
# -Wno-maybe-uninitialized, -Wno-uninitialized: GCC 12 takes the undefined register of an AVX intrinsic, inlined from
# Eigen, for an uninitialised variable (GCC bug 105593), the latter with sanitizers.
target_compile_options(eyeshift_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -ffp-contract=off
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
                       $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${EYESHIFT_SANITIZE}>>:-Wno-uninitialized>
                       $<$<BOOL:${EYESHIFT_WERROR}>:-Werror>)
# Eigen adds up as many terms at once as a vector has, so all processors are given the same instructions: those of x86-64-v3
# (AVX2 and FMA).
if(EYESHIFT_NATIVE)
  target_compile_options(eyeshift_options INTERFACE -march=native)
  target_compile_definitions(eyeshift_options INTERFACE EYESHIFT_NATIVE)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(eyeshift_options INTERFACE -march=x86-64-v3)
  # What tells a processor without them so must run on it.
  set_source_files_properties(${PROJECT_SOURCE_DIR}/base/processor.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON
                              SKIP_PRECOMPILE_HEADERS ON COMPILE_DEFINITIONS EYESHIFT_CHECK_PROCESSOR
                              COMPILE_OPTIONS "-march=x86-64;-fno-sanitize=all")
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

# eyeshift_folders_at_once(TARGET SOURCE...): with EYESHIFT_UNITY, the sources of a folder are compiled as one: their headers' templates,
# which take most of the compiler's time, are then compiled once a folder instead of once a file.
function(eyeshift_folders_at_once target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${EYESHIFT_UNITY} UNITY_BUILD_MODE GROUP)
  foreach(source IN LISTS ARGN)
    cmake_path(GET source PARENT_PATH folder)
    file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${folder})
    string(MAKE_C_IDENTIFIER "${folder}" group)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
endfunction()

# eyeshift_library(ROOM): all .cpp files below the room's folder as one OBJECT library; a new file is picked up. The command
# line and its subcommands are the program's only.
function(eyeshift_library room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${room}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/sim/program/")
  add_library(${room} OBJECT ${sources})
  target_link_libraries(${room} PUBLIC eyeshift_options)
  eyeshift_folders_at_once(${room} ${sources})
  set_property(GLOBAL APPEND PROPERTY EYESHIFT_LIBRARIES ${room})
endfunction()

# eyeshift_executable(NAME FOLDER): an executable of the .cpp files below the folder, with every OBJECT library in it.
function(eyeshift_executable name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  get_property(libraries GLOBAL PROPERTY EYESHIFT_LIBRARIES)
  add_executable(${name} ${sources})
  eyeshift_folders_at_once(${name} ${sources})
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
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  if(EYESHIFT_UNITY)
    target_precompile_headers(${name} PRIVATE <filesystem> <functional> <map> <string> <vector> <Eigen/Core>
                              <nlohmann/json.hpp> <gmock/gmock.h>)
  endif()
  # The compiler takes half the time over the tests' own code, where little time is spent: but for what computes layers anew.
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Og>)
  file(GLOB references ${PROJECT_SOURCE_DIR}/tests/models/reference/*.cpp)
  set_source_files_properties(${references} PROPERTIES COMPILE_OPTIONS $<$<CXX_COMPILER_ID:GNU>:-O2>
                              SKIP_PRECOMPILE_HEADERS ON)
  math(EXPR last "${EYESHIFT_TEST_SHARDS} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME shard_${shard} COMMAND ${name} --gtest_brief=1)
    set_tests_properties(shard_${shard} PROPERTIES TIMEOUT 1200
                         ENVIRONMENT "GTEST_TOTAL_SHARDS=${EYESHIFT_TEST_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()
