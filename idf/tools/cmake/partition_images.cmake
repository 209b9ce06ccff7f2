# What a project flashes besides the app: files for its data partitions. They are collected in the
# global property ROTA_FLASHED (`label=FILE` or `0xOFFSET=FILE`), which flash_layout.py resolves
# against the partition table.

function(rota_flash_also place file)
  get_filename_component(path "${file}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  get_source_file_property(is_generated "${path}" GENERATED)
  if(NOT EXISTS "${path}" AND NOT is_generated AND
     NOT path MATCHES "^${CMAKE_BINARY_DIR}/")
    message(FATAL_ERROR "${CMAKE_CURRENT_LIST_FILE}: ${path} shall be flashed to '${place}', but "
                        "does not exist. Create it or correct the name.")
  endif()
  set_property(GLOBAL APPEND PROPERTY ROTA_FLASHED "${place}=${path}")
endfunction()

# esptool_py_flash_to_partition(TARGET LABEL FILE)
function(esptool_py_flash_to_partition target_name partition binary)
  rota_flash_also("${partition}" "${binary}")
endfunction()

# esptool_py_flash_target_image(TARGET NAME OFFSET FILE)
function(esptool_py_flash_target_image target_name image_name offset image)
  rota_flash_also("${offset}" "${image}")
endfunction()

function(esptool_py_flash_target target_name)
  if(NOT TARGET "${target_name}" AND NOT target_name STREQUAL "flash")
    add_custom_target("${target_name}")
  endif()
endfunction()

# partition_table_get_partition_info(VARIABLE "--partition-name nvs" "offset size")
function(partition_table_get_partition_info result selection wanted)
  rota_table_source(csv table_input)
  separate_arguments(selection UNIX_COMMAND "${selection}")
  execute_process(
      COMMAND "${PYTHON}" "${IDF_PATH}/tools/partition_info.py" --rota "${ROTA_TOOL}"
              --table "${table_input}" --table-offset "${CONFIG_PARTITION_TABLE_OFFSET}"
              --flash-size "${CONFIG_ESPTOOLPY_FLASHSIZE}" --work "${CMAKE_BINARY_DIR}/config"
              --info "${wanted}" ${selection}
      RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE complaint
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${CMAKE_CURRENT_LIST_FILE}: partition_table_get_partition_info: "
                        "${complaint}")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# The image of a file system from a folder: TARGET_PREFIX_create_...(LABEL FOLDER [FLASH_IN_PROJECT]
# [DEPENDS ...]). All kinds give the same image (docs/formats/file-systems.md).
function(rota_file_system_image kind partition folder)
  cmake_parse_arguments(image "FLASH_IN_PROJECT;PRESERVE_TIME;ONE_FAT" "" "DEPENDS" ${ARGN})
  get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  set(file "${CMAKE_BINARY_DIR}/${partition}.bin")
  set(target "${kind}_${partition}_bin")
  file(GLOB_RECURSE contents CONFIGURE_DEPENDS "${folder}/*")
  add_custom_command(OUTPUT "${file}"
                     COMMAND "${PYTHON}" "${IDF_PATH}/tools/file_system_image.py" "${folder}"
                             "${file}"
                     DEPENDS ${contents} ${image_DEPENDS}
                             "${IDF_PATH}/tools/file_system_image.py"
                     VERBATIM COMMENT "File system image ${partition}.bin")
  add_custom_target("${target}" DEPENDS "${file}")
  add_custom_target("${partition}-flash" DEPENDS "${target}")
  if(image_FLASH_IN_PROJECT)
    rota_flash_also("${partition}" "${file}")
    set_property(GLOBAL APPEND PROPERTY ROTA_FLASHED_TARGETS "${target}")
  endif()
endfunction()

foreach(call spiffs_create_partition_image littlefs_create_partition_image
             fatfs_create_spiflash_image fatfs_create_rawflash_image)
  string(REGEX REPLACE "_create_.*" "" kind "${call}")
  cmake_language(EVAL CODE "
    function(${call} partition folder)
      rota_file_system_image(${kind} \"\${partition}\" \"\${folder}\" \${ARGN})
    endfunction()")
endforeach()

# nvs_create_partition_image(LABEL VALUES.csv [FLASH_IN_PROJECT] [VERSION N] [DEPENDS ...])
function(nvs_create_partition_image partition csv)
  cmake_parse_arguments(PARSE_ARGV 2 image "FLASH_IN_PROJECT" "VERSION" "DEPENDS")
  get_filename_component(path "${csv}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  get_source_file_property(is_generated "${path}" GENERATED)
  if(NOT EXISTS "${path}" AND NOT is_generated AND NOT image_DEPENDS)
    message(FATAL_ERROR "${CMAKE_CURRENT_LIST_FILE}: nvs_create_partition_image names ${path}, "
                        "which does not exist. Create it: a line is key,type,encoding,value.")
  endif()
  partition_table_get_partition_info(size "--partition-name ${partition}" "size")
  if(NOT size)
    message(FATAL_ERROR "${CMAKE_CURRENT_LIST_FILE}: nvs_create_partition_image names the partition "
                        "'${partition}', which the partition table does not have.")
  endif()
  set(file "${CMAKE_BINARY_DIR}/${partition}.bin")
  add_custom_command(OUTPUT "${file}"
                     COMMAND "${PYTHON}" "${IDF_PATH}/tools/nvs_image.py" "${path}" "${size}"
                             "${file}"
                     DEPENDS "${path}" ${image_DEPENDS} "${IDF_PATH}/tools/nvs_image.py"
                     VERBATIM COMMENT "NVS image ${partition}.bin")
  add_custom_target("nvs_${partition}_bin" DEPENDS "${file}")
  add_custom_target("${partition}-flash" DEPENDS "nvs_${partition}_bin")
  if(image_FLASH_IN_PROJECT)
    rota_flash_also("${partition}" "${file}")
    set_property(GLOBAL APPEND PROPERTY ROTA_FLASHED_TARGETS "nvs_${partition}_bin")
  endif()
endfunction()
