# Functions of ESP-IDF's build that projects call beside idf_component_register(): those of older
# versions, and small ones of today. Each does what it does there, or says why it does nothing here.

# register_component() of ESP-IDF 3 and 4, which reads COMPONENT_ variables.
macro(register_component)
  if(COMPONENT_SRCDIRS AND NOT COMPONENT_SRCS)
    set(_rota_sources SRC_DIRS ${COMPONENT_SRCDIRS})
  else()
    set(_rota_sources SRCS ${COMPONENT_SRCS})
  endif()
  idf_component_register(${_rota_sources}
      EXCLUDE_SRCS ${COMPONENT_SRCEXCLUDE} ${COMPONENT_OBJEXCLUDE}
      INCLUDE_DIRS ${COMPONENT_ADD_INCLUDEDIRS} PRIV_INCLUDE_DIRS ${COMPONENT_PRIV_INCLUDEDIRS}
      REQUIRES ${COMPONENT_REQUIRES} PRIV_REQUIRES ${COMPONENT_PRIV_REQUIRES}
      EMBED_FILES ${COMPONENT_EMBED_FILES} EMBED_TXTFILES ${COMPONENT_EMBED_TXTFILES})
endmacro()

macro(register_config_only_component)
  idf_component_register()
endmacro()

# Tells once at the end of a line of CMake output what a call does not do here.
function(rota_tell_no_effect call reason)
  message(STATUS "Rota: ${CMAKE_CURRENT_LIST_FILE}: ${call} has no effect: ${reason}")
endfunction()

function(component_compile_options)
  target_compile_options("${COMPONENT_LIB}" PRIVATE ${ARGV})
endfunction()

function(component_compile_definitions)
  target_compile_definitions("${COMPONENT_LIB}" PRIVATE ${ARGV})
endfunction()

function(set_default variable default_value)
  if(NOT ${variable})
    if(NOT "$ENV{${variable}}" STREQUAL "")
      set(default_value "$ENV{${variable}}")
    endif()
    set(${variable} "${default_value}" PARENT_SCOPE)
  endif()
endfunction()

function(git_describe variable)
  rota_git_version(version)
  set(${variable} "${version}" PARENT_SCOPE)
endfunction()

# A mistake that a project finds while it is configured, but that shall stop the build only.
function(fail_at_build_time target_name message_line)
  set(lines COMMAND "${CMAKE_COMMAND}" -E echo "${message_line}")
  foreach(line ${ARGN})
    list(APPEND lines COMMAND "${CMAKE_COMMAND}" -E echo "${line}")
  endforeach()
  add_custom_target("${target_name}" ALL ${lines} COMMAND "${CMAKE_COMMAND}" -E false VERBATIM)
endfunction()

function(fail_target target_name)
  fail_at_build_time(${ARGV})
  set_target_properties("${target_name}" PROPERTIES EXCLUDE_FROM_ALL TRUE)
endfunction()

function(target_linker_script)
  rota_tell_no_effect("target_linker_script()" "linker scripts describe a chip's memory")
endfunction()

# idf_component_optional_requires(PUBLIC|PRIVATE NAME...): required where the build has them.
function(idf_component_optional_requires scope)
  set_property(GLOBAL APPEND PROPERTY "ROTA_OPTIONAL_${COMPONENT_NAME}_${scope}" ${ARGN})
endfunction()

# idf_build_component(FOLDER): one more component, named before project().
function(idf_build_component folder)
  get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  if(TARGET rota_app_flags)
    message(FATAL_ERROR "${CMAKE_CURRENT_LIST_FILE}: idf_build_component(${folder}) comes after "
                        "project(). Call it before, or add the folder to EXTRA_COMPONENT_DIRS.")
  endif()
  set_property(GLOBAL APPEND PROPERTY ROTA_ADDED_COMPONENT_FOLDERS "${folder}")
endfunction()

# add_prebuilt_library(NAME ARCHIVE [REQUIRES ...] [PRIV_REQUIRES ...])
function(add_prebuilt_library name archive)
  cmake_parse_arguments(PARSE_ARGV 2 L "" "" "REQUIRES;PRIV_REQUIRES")
  get_filename_component(path "${archive}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  if(NOT EXISTS "${path}")
    message(FATAL_ERROR "${CMAKE_CURRENT_LIST_FILE}: add_prebuilt_library names ${path}, which "
                        "does not exist.")
  endif()
  # An ELF object says at byte 18 for which processor it is; the first one of the archive counts.
  file(READ "${path}" head LIMIT 65536 HEX)
  if(head MATCHES "7f454c46............................(....)" AND
     NOT CMAKE_MATCH_1 STREQUAL "3e00")
    message(FATAL_ERROR "${CMAKE_CURRENT_LIST_FILE}: ${archive} is compiled for a chip and can "
                        "not be linked into a program of this computer. Build the library from "
                        "its sources for the virtual board, or put a stand-in with the functions "
                        "that you call into components/.")
  endif()
  add_library("${name}" STATIC IMPORTED GLOBAL)
  set_target_properties("${name}" PROPERTIES IMPORTED_LOCATION "${path}")
  foreach(requirement ${L_REQUIRES} ${L_PRIV_REQUIRES})
    set_property(TARGET "${name}" APPEND PROPERTY INTERFACE_LINK_LIBRARIES "__idf_${requirement}")
  endforeach()
endfunction()

# Ways to use ESP-IDF without its project(): there is no library for that here.
foreach(call idf_build_process idf_build_executable)
  cmake_language(EVAL CODE "
    function(${call})
      message(FATAL_ERROR \"\${CMAKE_CURRENT_LIST_FILE} calls ${call}(), which makes ESP-IDF a \"
              \"library of another CMake project. Rota builds ESP-IDF projects only: write \"
              \"include(\\$ENV{IDF_PATH}/tools/cmake/project.cmake) and project(NAME).\")
    endfunction()")
endforeach()
