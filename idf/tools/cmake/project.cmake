# The build face: what an ESP-IDF project includes. With IDF_PATH at this repository's idf folder,
#
#   cmake_minimum_required(VERSION 3.16)
#   include($ENV{IDF_PATH}/tools/cmake/project.cmake)
#   project(my_app)
#
# builds the project as it is, for a virtual board: its components are compiled for this machine and
# linked with the prebuilt ESP-IDF face of the Rota build, which ROTA_BUILD_DIR names (default: the
# folder "build" beside idf). In the build folder then stand PROJECT.elf (with symbols),
# PROJECT.bin, bootloader/, partition_table/, ota_data_initial.bin and flash_args, where ESP-IDF has
# them.
include_guard(GLOBAL)

if(CMAKE_VERSION VERSION_LESS 3.22)
  message(FATAL_ERROR "Rota's build face needs CMake 3.22 or newer; this is ${CMAKE_VERSION}.")
endif()

get_filename_component(IDF_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
set(ENV{IDF_PATH} "${IDF_PATH}")
set(IDF_VERSION_MAJOR 6)
set(IDF_VERSION_MINOR 2)
set(IDF_VERSION_PATCH 0)
set(ENV{IDF_VERSION} "${IDF_VERSION_MAJOR}.${IDF_VERSION_MINOR}.${IDF_VERSION_PATCH}")

set(ROTA_BUILD_FACE "${CMAKE_CURRENT_LIST_DIR}")
include("${ROTA_BUILD_FACE}/properties.cmake")
include("${ROTA_BUILD_FACE}/configure.cmake")
include("${ROTA_BUILD_FACE}/version.cmake")
include("${ROTA_BUILD_FACE}/embed.cmake")
include("${ROTA_BUILD_FACE}/component.cmake")
include("${ROTA_BUILD_FACE}/manifest.cmake")
include("${ROTA_BUILD_FACE}/requirements.cmake")
include("${ROTA_BUILD_FACE}/older_names.cmake")
include("${ROTA_BUILD_FACE}/partition_images.cmake")
include("${ROTA_BUILD_FACE}/app.cmake")

# Python with kconfiglib: Debian's own first, because another one rarely has its packages.
if(NOT PYTHON)
  find_program(ROTA_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
  find_program(ROTA_PYTHON NAMES python3)
  if(NOT ROTA_PYTHON)
    message(FATAL_ERROR "python3 is missing; install it with: "
                        "sudo apt-get install python3 python3-kconfiglib")
  endif()
  set(PYTHON "${ROTA_PYTHON}")
endif()
set(python "${PYTHON}")
set(ENV{PATH} "$ENV{PATH}:${IDF_PATH}/tools/fallbacks")  # a "python" where there is none

# What the Rota build gives: libraries, tool, include folders (idf/tools/cmake/export.cmake).
if(NOT ROTA_BUILD_DIR)
  set(ROTA_BUILD_DIR "$ENV{ROTA_BUILD_DIR}")
endif()
if(NOT ROTA_BUILD_DIR)
  get_filename_component(ROTA_BUILD_DIR "${IDF_PATH}/../build" ABSOLUTE)
endif()
if(NOT EXISTS "${ROTA_BUILD_DIR}/rota-idf-libraries.cmake")
  message(FATAL_ERROR "There is no Rota build in ${ROTA_BUILD_DIR}. Run './dev build' in the Rota "
                      "checkout, or name another build folder with -DROTA_BUILD_DIR=FOLDER or the "
                      "environment variable ROTA_BUILD_DIR.")
endif()
include("${ROTA_BUILD_DIR}/rota-idf-libraries.cmake")
include("${ROTA_BUILD_FACE}/face_stamp.cmake")
rota_demand_current_build()

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT DEFINED CMAKE_C_STANDARD)
  set(CMAKE_C_STANDARD 17)
endif()
if(NOT DEFINED CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 23)
endif()

# Takes the place of CMake's own project(). A macro, because what it sets (PROJECT_NAME, CONFIG_
# values ...) must be seen by the rest of the project's CMakeLists.txt and by its components.
macro(project project_name)
  cmake_parse_arguments(_rota_project "" "VERSION" "" ${ARGN})
  set(_rota_arguments LANGUAGES C CXX ASM)
  if(_rota_project_VERSION)
    list(PREPEND _rota_arguments VERSION "${_rota_project_VERSION}")
  endif()
  _project("${project_name}" ${_rota_arguments})
  set(project_dir "${CMAKE_CURRENT_SOURCE_DIR}")
  set(PROJECT_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  set(PROJECT_PATH "${CMAKE_CURRENT_SOURCE_DIR}")
  set(IDF_PROJECT_PATH "${CMAKE_CURRENT_SOURCE_DIR}")
  set(build_dir "${CMAKE_CURRENT_BINARY_DIR}")
  set(BUILD_DIR "${CMAKE_CURRENT_BINARY_DIR}")

  rota_find_components()
  rota_configure_project()
  include("${CMAKE_CURRENT_BINARY_DIR}/config/sdkconfig.cmake")
  set(IDF_TARGET "${CONFIG_IDF_TARGET}")
  set(SDKCONFIG_HEADER "${CMAKE_CURRENT_BINARY_DIR}/config/sdkconfig.h")
  rota_find_version(PROJECT_VER "${_rota_project_VERSION}")
  rota_set_build_properties()

  rota_declare_idf_components()
  get_property(_rota_folders GLOBAL PROPERTY ROTA_COMPONENT_FOLDERS)
  foreach(_rota_folder ${_rota_folders})
    if(EXISTS "${_rota_folder}/project_include.cmake")
      set(COMPONENT_DIR "${_rota_folder}")
      set(COMPONENT_PATH "${_rota_folder}")
      include("${_rota_folder}/project_include.cmake")
    endif()
  endforeach()
  foreach(_rota_folder ${_rota_folders})
    rota_add_component("${_rota_folder}")
  endforeach()
  rota_link_components()
  rota_add_app()
endmacro()
