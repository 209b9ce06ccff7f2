# Writes <build>/rota-idf-libraries.cmake, by which a project's build (project.cmake) finds what it
# links with: the archives behind rota_board_native in link order, the system's libraries behind
# them, the include folders and the tool. And <build>/rota-harness.cmake, for tests in C++ that run
# boards themselves: the same for rota_cli.

# Appends the archives and system libraries that a target links with, itself first.
function(rota_walk_link_line target archives_variable system_variable)
  set(archives "${${archives_variable}}")
  set(system "${${system_variable}}")
  get_target_property(type "${target}" TYPE)
  if(type STREQUAL "STATIC_LIBRARY" AND target MATCHES "^rota_")
    list(APPEND archives "${target}")
  endif()
  get_target_property(linked "${target}" INTERFACE_LINK_LIBRARIES)
  if(NOT linked)
    set(linked "")
  endif()
  foreach(item ${linked})
    string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" item "${item}")
    if(item STREQUAL "Threads::Threads")
      list(APPEND system "-pthread")
    elseif(TARGET "${item}" AND item MATCHES "^rota_")
      if(NOT item IN_LIST archives)
        rota_walk_link_line("${item}" archives system)
      endif()
    elseif(TARGET "${item}")
      get_target_property(item_type "${item}" TYPE)
      if(NOT item_type STREQUAL "INTERFACE_LIBRARY" AND
         NOT "$<TARGET_LINKER_FILE:${item}>" IN_LIST system)
        list(APPEND system "$<TARGET_LINKER_FILE:${item}>")
        rota_walk_link_line("${item}" archives system)
      endif()
    elseif(item AND NOT item MATCHES "^\\$<")
      list(APPEND system "${item}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES archives)
  list(REMOVE_DUPLICATES system)
  set(${archives_variable} "${archives}" PARENT_SCOPE)
  set(${system_variable} "${system}" PARENT_SCOPE)
endfunction()

# The files to link for a target: its archives, and the system's libraries behind them.
function(rota_link_files target archives_variable files_variable system_variable)
  set(archives "")
  set(system "")
  if(TARGET "${target}")
    rota_walk_link_line("${target}" archives system)
  endif()
  set(files "")
  foreach(archive ${archives})
    list(APPEND files "$<TARGET_FILE:${archive}>")
  endforeach()
  set(plain_system "")
  foreach(item ${system})
    if(item MATCHES "^[A-Za-z0-9_]+$")
      set(item "-l${item}")
    endif()
    list(APPEND plain_system "${item}")
  endforeach()
  set(${archives_variable} "${archives}" PARENT_SCOPE)
  set(${files_variable} "${files}" PARENT_SCOPE)
  set(${system_variable} "${plain_system}" PARENT_SCOPE)
endfunction()

function(rota_export_harness)
  find_package(fmt REQUIRED)
  rota_link_files(rota_cli archives files system)
  file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/rota-harness.cmake" CONTENT "\
# Written by idf/tools/cmake/export.cmake: include() it and link with rota::harness.
add_library(rota::harness INTERFACE IMPORTED)
target_include_directories(rota::harness INTERFACE \"${CMAKE_SOURCE_DIR}\")
target_compile_features(rota::harness INTERFACE cxx_std_20)
target_compile_definitions(rota::harness INTERFACE \"ROTA_BUILD_DIR=\\\"${CMAKE_BINARY_DIR}\\\"\")
target_link_libraries(rota::harness INTERFACE -Wl,--start-group ${files} -Wl,--end-group ${system})
")
endfunction()

function(rota_export_idf_libraries)
  find_package(OpenSSL REQUIRED)  # Imported targets are known only where they were looked for.
  rota_link_files(rota_board_native archives files plain_system)
  set(tool "")
  if(TARGET rota)
    set(tool "$<TARGET_FILE:rota>")
  endif()
  file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/rota-idf-libraries.cmake" CONTENT "\
# Written by idf/tools/cmake/export.cmake.
set(ROTA_IDF_LIBRARIES \"${files}\")
set(ROTA_IDF_SYSTEM_LIBRARIES \"${plain_system}\")
set(ROTA_IDF_INCLUDE_DIRS \"${CMAKE_SOURCE_DIR}/idf/include\")
set(ROTA_IDF_STAMP_FILE \"${CMAKE_BINARY_DIR}/rota-idf-stamp.txt\")
set(ROTA_BUILD_SANITIZE \"${ROTA_SANITIZE}\")
if(NOT ROTA_TOOL)
  set(ROTA_TOOL \"${tool}\")
endif()
")
  set_property(GLOBAL PROPERTY ROTA_IDF_ARCHIVE_TARGETS "${archives}")

  # Written when all archives are there, so that it never names newer headers than theirs.
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/idf/include/*.h"
       "${CMAKE_SOURCE_DIR}/idf/include/*.hpp")
  set(script "${CMAKE_SOURCE_DIR}/idf/tools/cmake/face_stamp.cmake")
  add_custom_command(OUTPUT "${CMAKE_BINARY_DIR}/rota-idf-stamp.txt"
                     COMMAND "${CMAKE_COMMAND}" "-DIDF_FOLDER=${CMAKE_SOURCE_DIR}/idf"
                             "-DOUTPUT=${CMAKE_BINARY_DIR}/rota-idf-stamp.txt" -P "${script}"
                     DEPENDS ${headers} "${CMAKE_SOURCE_DIR}/idf/config.h" "${script}" ${archives}
                     VERBATIM COMMENT "Stamp of the headers for apps")
  add_custom_target(rota_idf_stamp ALL DEPENDS "${CMAKE_BINARY_DIR}/rota-idf-stamp.txt")
endfunction()
