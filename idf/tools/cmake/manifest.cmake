# Reads the idf_component.yml files of the components in the list `folders_variable`, and appends the
# folders that they name by path. IDF_COMPONENT_MANAGER=0 in the environment leaves them out, as in
# ESP-IDF.
function(rota_read_manifests folders_variable)
  set(folders ${${folders_variable}})
  set(has_manifest FALSE)
  foreach(folder ${folders})
    if(EXISTS "${folder}/idf_component.yml")
      set(has_manifest TRUE)
    endif()
  endforeach()
  if(NOT has_manifest OR "$ENV{IDF_COMPONENT_MANAGER}" STREQUAL "0")
    return()
  endif()
  rota_target_so_far(target)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/config/manifests.cmake")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/config")
  execute_process(
      COMMAND "${PYTHON}" "${IDF_PATH}/tools/manifest.py"
              --project-dir "${CMAKE_CURRENT_SOURCE_DIR}" --target "${target}"
              --idf-version "$ENV{IDF_VERSION}" --known "${ROTA_IDF_COMPONENT_NAMES}"
              --output "${output}" ${folders}
      RESULT_VARIABLE result ERROR_VARIABLE complaint ERROR_STRIP_TRAILING_WHITESPACE)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "The project's dependencies are not all there.\n${complaint}")
  endif()
  include("${output}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ROTA_MANIFEST_FILES})
  set(${folders_variable} ${ROTA_MANIFEST_FOLDERS} ${folders} PARENT_SCOPE)
endfunction()

# The chip, before the configuration is known: rules in a manifest may ask for it.
function(rota_target_so_far variable)
  set(target "${IDF_TARGET}")
  if(NOT target)
    set(target "$ENV{IDF_TARGET}")
  endif()
  foreach(file "${SDKCONFIG}" sdkconfig sdkconfig.defaults)
    get_filename_component(file "${file}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
    if(NOT target AND EXISTS "${file}" AND NOT IS_DIRECTORY "${file}")
      file(STRINGS "${file}" line REGEX "^CONFIG_IDF_TARGET=")
      string(REGEX REPLACE "^CONFIG_IDF_TARGET=\"?([a-z0-9]*).*" "\\1" target "${line}")
    endif()
  endforeach()
  if(NOT target)
    set(target esp32)
  endif()
  set(${variable} "${target}" PARENT_SCOPE)
endfunction()
