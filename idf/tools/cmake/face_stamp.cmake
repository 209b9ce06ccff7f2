# A stamp of what a project compiles against: the public headers and the struct of options. Rota's
# build writes it beside the archives; a project compares it with the headers of today, because a
# program with new headers and old archives may hang at its start instead of failing to link.
#
#   cmake -DIDF_FOLDER=... -DOUTPUT=... -P face_stamp.cmake     writes it

function(rota_face_stamp variable idf_folder)
  file(GLOB_RECURSE headers "${idf_folder}/include/*.h" "${idf_folder}/include/*.hpp")
  list(APPEND headers "${idf_folder}/config.h")
  list(SORT headers)
  set(sums "")
  foreach(header ${headers})
    file(SHA256 "${header}" sum)
    file(RELATIVE_PATH name "${idf_folder}" "${header}")
    string(APPEND sums "${sum} ${name}\n")
  endforeach()
  string(SHA256 stamp "${sums}")
  set(${variable} "${stamp}" PARENT_SCOPE)
endfunction()

# Ends the configuration of a project whose Rota build is incomplete or older than the headers.
function(rota_demand_current_build)
  foreach(archive ${ROTA_IDF_LIBRARIES})
    if(NOT EXISTS "${archive}")
      message(FATAL_ERROR "The Rota build in ${ROTA_BUILD_DIR} is not complete: ${archive} is "
                          "missing. Rebuild Rota: ./dev build")
    endif()
  endforeach()
  if(NOT ROTA_IDF_STAMP_FILE)
    return()
  endif()
  rota_face_stamp(now "${IDF_PATH}")
  set(built "")
  if(EXISTS "${ROTA_IDF_STAMP_FILE}")
    file(READ "${ROTA_IDF_STAMP_FILE}" built)
  endif()
  file(GLOB_RECURSE headers "${IDF_PATH}/include/*.h" "${IDF_PATH}/include/*.hpp")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers} "${IDF_PATH}/config.h"
               "${ROTA_IDF_STAMP_FILE}")
  if(NOT now STREQUAL built)
    message(FATAL_ERROR "The headers in ${IDF_PATH} are not those that the Rota build in "
                        "${ROTA_BUILD_DIR} was made with; a program built from both may hang at its "
                        "start. Rebuild Rota: ./dev build")
  endif()
endfunction()

if(CMAKE_SCRIPT_MODE_FILE AND OUTPUT)
  rota_face_stamp(stamp "${IDF_FOLDER}")
  file(WRITE "${OUTPUT}" "${stamp}")
endif()
