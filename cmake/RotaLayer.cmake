# One library per folder of the house, with only its real dependencies on the include path.
#
#   rota_layer(core FREESTANDING SOURCES a.cc b.cc USES formats crypto base LINKS OpenSSL::SSL)
#
# makes the target rota_core. Code includes headers as "core/flash.h". Each layer exports a folder
# that holds nothing but a link to itself, so a header of a layer that is not under USES can not be
# found by the compiler. SMALL: part of every app for virtual boards, which have 700 KB of room, and
# not where time is spent; optimized for size. FREESTANDING adds: no exceptions, no RTTI, and membership in the list that
# tests/layers checks for heap, mutable globals and abort.
set_property(GLOBAL PROPERTY ROTA_FREESTANDING_LIBRARIES "")

set(ROTA_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast> $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>)
if(ROTA_WERROR)
  list(APPEND ROTA_WARNINGS -Werror)
endif()

# Without vptr: that part of `undefined` wants the run-time types of every class, and FREESTANDING
# layers have none.
if(ROTA_SANITIZE)
  add_compile_options(-fsanitize=${ROTA_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ROTA_SANITIZE})
endif()

# Where branches are counted; without optimization each one is a place in the source.
set(ROTA_COVERED_FOLDERS core formats)
if(ROTA_COVERAGE)
  add_link_options(--coverage)
endif()

function(rota_layer folder)
  cmake_parse_arguments(PARSE_ARGV 1 L "FREESTANDING;SMALL" "" "SOURCES;USES;LINKS")
  string(REPLACE "/" "_" name "${folder}")
  set(farm "${CMAKE_BINARY_DIR}/include/${name}")
  get_filename_component(parent "${farm}/${folder}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/${folder}" "${farm}/${folder}" SYMBOLIC)

  if(L_SOURCES)
    add_library(rota_${name} STATIC ${L_SOURCES})
    set(kind PUBLIC)
    target_compile_options(rota_${name} PRIVATE ${ROTA_WARNINGS})
  else()
    add_library(rota_${name} INTERFACE)
    set(kind INTERFACE)
  endif()
  target_include_directories(rota_${name} ${kind} "${farm}")
  foreach(used ${L_USES})
    string(REPLACE "/" "_" used_name "${used}")
    target_link_libraries(rota_${name} ${kind} rota_${used_name})
  endforeach()
  target_link_libraries(rota_${name} ${kind} ${L_LINKS})
  if(L_SMALL AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_options(rota_${name} PRIVATE -Os)
  endif()

  if(ROTA_COVERAGE AND folder IN_LIST ROTA_COVERED_FOLDERS)
    target_compile_options(rota_${name} PRIVATE --coverage -O0 -fprofile-update=atomic)
  endif()

  if(L_FREESTANDING AND L_SOURCES)
    target_compile_options(rota_${name} PRIVATE -ffunction-sections -fdata-sections
                           $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>
                           $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics>)
    set_property(GLOBAL APPEND PROPERTY ROTA_FREESTANDING_LIBRARIES rota_${name})
  endif()
endfunction()

# The tests that stand beside the code of one folder: one GoogleTest program, <name>_test.
#   rota_tests(core SOURCES a_test.cc USES board/chip)
function(rota_tests folder)
  if(NOT ROTA_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 T "" "" "SOURCES;USES;LINKS")
  string(REPLACE "/" "_" name "${folder}")
  add_executable(${name}_test ${T_SOURCES})
  target_compile_options(${name}_test PRIVATE -Wall -Wextra -Wshadow)
  if(ROTA_WERROR)
    target_compile_options(${name}_test PRIVATE -Werror)
  endif()
  target_link_libraries(${name}_test PRIVATE GTest::gtest_main GTest::gmock Threads::Threads)
  if(TARGET rota_${name})
    target_link_libraries(${name}_test PRIVATE rota_${name})
  endif()
  foreach(used ${T_USES})
    string(REPLACE "/" "_" used_name "${used}")
    target_link_libraries(${name}_test PRIVATE rota_${used_name})
  endforeach()
  target_link_libraries(${name}_test PRIVATE ${T_LINKS})
  target_compile_definitions(${name}_test PRIVATE ROTA_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             ROTA_BUILD_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name}_test TEST_PREFIX "${folder}:" DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 300)
endfunction()
