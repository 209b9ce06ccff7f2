# The program and what is flashed with it.
include("${CMAKE_CURRENT_LIST_DIR}/wrapped_calls.cmake")

# Options for every component of the project. Warnings stay warnings, except those that hide a call
# with the wrong arguments: such a call compiles in C and fails on the board.
function(rota_set_app_flags)
  foreach(kind COMPILE_OPTIONS C_COMPILE_OPTIONS CXX_COMPILE_OPTIONS COMPILE_DEFINITIONS
               LINK_OPTIONS)
    idf_build_get_property(own_${kind} ${kind})
  endforeach()
  target_compile_options(rota_app_flags INTERFACE
      -ffunction-sections -fdata-sections -fPIE -g1 -Wall -Wextra -Wno-unused-parameter
      -Wno-sign-compare
      "$<$<COMPILE_LANGUAGE:C,CXX>:SHELL:-include ${IDF_PATH}/include/rota_newlib.h>"
      # The face's structs have the fields of every option.
      "$<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>"
      "$<$<COMPILE_LANGUAGE:C>:-Werror=implicit-function-declaration>"
      "$<$<COMPILE_LANGUAGE:C>:-Werror=incompatible-pointer-types>"
      "$<$<COMPILE_LANGUAGE:C>:-Werror=int-conversion>"
      "$<$<BOOL:${CONFIG_COMPILER_OPTIMIZATION_DEBUG}>:-Og>"
      "$<$<BOOL:${CONFIG_COMPILER_OPTIMIZATION_SIZE}>:-Os>"
      "$<$<BOOL:${CONFIG_COMPILER_OPTIMIZATION_PERF}>:-O2>"
      "$<$<BOOL:${CONFIG_COMPILER_OPTIMIZATION_NONE}>:-O0>"
      "$<$<BOOL:${CONFIG_COMPILER_OPTIMIZATION_ASSERTIONS_DISABLE}>:-DNDEBUG>"
      ${own_COMPILE_OPTIONS})
  foreach(option ${own_C_COMPILE_OPTIONS})
    target_compile_options(rota_app_flags INTERFACE "$<$<COMPILE_LANGUAGE:C>:${option}>")
  endforeach()
  foreach(option ${own_CXX_COMPILE_OPTIONS})
    target_compile_options(rota_app_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${option}>")
  endforeach()
  target_compile_definitions(rota_app_flags INTERFACE
      ESP_PLATFORM "IDF_VER=\"v${IDF_VERSION_MAJOR}.${IDF_VERSION_MINOR}\"" _GNU_SOURCE
      ${own_COMPILE_DEFINITIONS})
  target_include_directories(rota_app_flags SYSTEM INTERFACE ${ROTA_IDF_INCLUDE_DIRS})
  target_include_directories(rota_app_flags INTERFACE "${CMAKE_CURRENT_BINARY_DIR}/config")
  target_link_options(rota_app_flags INTERFACE ${own_LINK_OPTIONS})
  if(ROTA_BUILD_SANITIZE)
    target_compile_options(rota_app_flags INTERFACE "-fsanitize=${ROTA_BUILD_SANITIZE}")
    target_link_options(rota_app_flags INTERFACE "-fsanitize=${ROTA_BUILD_SANITIZE}")
  endif()
endfunction()

# Every compiler and linker run of the project goes through run_tool.sh, which explains failures.
function(rota_explain_failures)
  get_property(folders GLOBAL PROPERTY ROTA_COMPONENT_FOLDERS)
  list(JOIN folders "\n" text)
  file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/config/components.txt" "${text}\n")
  set(tool "\"${IDF_PATH}/tools/run_tool.sh\" \"${PYTHON}\" \"${CMAKE_CURRENT_BINARY_DIR}\"")
  set_property(GLOBAL PROPERTY RULE_LAUNCH_COMPILE "${tool}")
  set_property(GLOBAL PROPERTY RULE_LAUNCH_LINK "${tool}")
endfunction()

function(rota_add_app)
  rota_set_app_flags()
  rota_explain_failures()
  set(elf "${PROJECT_NAME}.elf")
  set(config_source "${CMAKE_CURRENT_BINARY_DIR}/config/rota_idf_config.cc")
  add_executable("${elf}" "${config_source}")
  # The one source that belongs to Rota and not to the project: it sees idf/config.h.
  get_filename_component(rota_sources "${IDF_PATH}/.." ABSOLUTE)
  set(name_in_image "${PROJECT_NAME}")
  if(CONFIG_APP_EXCLUDE_PROJECT_NAME_VAR)
    set(name_in_image "")
  endif()
  set(definitions "ROTA_PROJECT_NAME=\"${name_in_image}\""
      "ROTA_PROJECT_VERSION=\"${PROJECT_VER}\""
      "ROTA_IDF_VERSION=\"v${IDF_VERSION_MAJOR}.${IDF_VERSION_MINOR}\"")
  set_source_files_properties("${config_source}" PROPERTIES
      INCLUDE_DIRECTORIES "${rota_sources}" COMPILE_OPTIONS "-std=c++20"
      COMPILE_DEFINITIONS "${definitions}")
  set_target_properties("${elf}" PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
                        LINKER_LANGUAGE CXX POSITION_INDEPENDENT_CODE ON)

  if(NOT ROTA_IDF_LIBRARIES)
    message(FATAL_ERROR "The Rota build in ${ROTA_BUILD_DIR} has no runtime for apps "
                        "(rota_board_native). Run './dev build' in the Rota checkout again.")
  endif()
  get_property(names GLOBAL PROPERTY ROTA_LINKED_COMPONENTS)
  set(components "")
  foreach(name ${names})
    idf_component_get_property(whole "${name}" WHOLE_ARCHIVE)
    if(whole)
      list(APPEND components -Wl,--whole-archive "__idf_${name}" -Wl,--no-whole-archive)
    else()
      list(APPEND components "__idf_${name}")
    endif()
  endforeach()
  # One group: components call each other and the face; the face calls app_main.
  target_link_libraries("${elf}" PRIVATE -Wl,--start-group ${components} ${ROTA_IDF_LIBRARIES}
                        -Wl,--end-group ${ROTA_IDF_SYSTEM_LIBRARIES})
  # cJSON, for programs that use it and do not bring it (include/cJSON.h).
  find_library(ROTA_CJSON_LIBRARY NAMES cjson)
  if(ROTA_CJSON_LIBRARY)
    target_link_libraries("${elf}" PRIVATE -Wl,--as-needed "${ROTA_CJSON_LIBRARY}"
                          -Wl,--no-as-needed)
  endif()
  target_link_options("${elf}" PRIVATE -pie -Wl,--gc-sections -Wl,--undefined=main
                      -Wl,--undefined=app_main -Wl,-z,now ${ROTA_WRAP_OPTIONS})
  set_property(TARGET "${elf}" APPEND PROPERTY LINK_DEPENDS "${ROTA_IDF_LIBRARIES}")
  rota_add_images("${elf}")
endfunction()

# bootloader.bin, partition-table.bin, PROJECT.bin, ota_data_initial.bin and flash_args, by `rota`.
function(rota_add_images elf)
  if(NOT EXISTS "${ROTA_TOOL}")
    message(FATAL_ERROR "The tool ${ROTA_TOOL} is missing. Run './dev build' in the Rota checkout, "
                        "or name it with -DROTA_TOOL=FILE.")
  endif()
  set(image "${CMAKE_CURRENT_BINARY_DIR}/${PROJECT_NAME}.bin")
  set(bootloader "${CMAKE_CURRENT_BINARY_DIR}/bootloader/bootloader.bin")
  set(table "${CMAKE_CURRENT_BINARY_DIR}/partition_table/partition-table.bin")
  set(flash_args "${CMAKE_CURRENT_BINARY_DIR}/flash_args")
  set(sdkconfig "${CMAKE_CURRENT_BINARY_DIR}/config/sdkconfig.cmake")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/bootloader"
       "${CMAKE_CURRENT_BINARY_DIR}/partition_table")

  rota_bootloader_command(bootloader_command "${bootloader}")
  add_custom_command(OUTPUT "${bootloader}" COMMAND ${bootloader_command}
                     DEPENDS "${ROTA_TOOL}" "${sdkconfig}" VERBATIM COMMENT "Bootloader image")

  rota_table_source(csv table_input)
  add_custom_command(OUTPUT "${table}"
                     COMMAND "${ROTA_TOOL}" table build "${table_input}"
                             --offset "${CONFIG_PARTITION_TABLE_OFFSET}"
                             --flash-size "${CONFIG_ESPTOOLPY_FLASHSIZE}" -o "${table}"
                     DEPENDS "${ROTA_TOOL}" "${sdkconfig}" ${csv}
                     VERBATIM COMMENT "Partition table")

  set(secure_version 0)
  if(CONFIG_BOOTLOADER_APP_SECURE_VERSION)
    set(secure_version "${CONFIG_BOOTLOADER_APP_SECURE_VERSION}")
  endif()
  add_custom_command(OUTPUT "${image}"
                     BYPRODUCTS "${CMAKE_CURRENT_BINARY_DIR}/${PROJECT_NAME}.payload.elf"
                     COMMAND "${PYTHON}" "${IDF_PATH}/tools/app_image.py" --rota "${ROTA_TOOL}"
                             --strip "${CMAKE_STRIP}" --chip "${IDF_TARGET}"
                             "--project=${PROJECT_NAME}" "--project-version=${PROJECT_VER}"
                             --idf-version "v${IDF_VERSION_MAJOR}.${IDF_VERSION_MINOR}"
                             --secure-version "${secure_version}"
                             --flash-size "${CONFIG_ESPTOOLPY_FLASHSIZE}"
                             --output "${image}" "$<TARGET_FILE:${elf}>"
                     DEPENDS "${elf}" "${ROTA_TOOL}" "${IDF_PATH}/tools/app_image.py" "${sdkconfig}"
                     VERBATIM COMMENT "App image ${PROJECT_NAME}.bin")
  # A project may name more files to flash after project(), up to its last line. What is deferred
  # sees no variable of this function, hence EVAL.
  cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY [[${CMAKE_CURRENT_SOURCE_DIR}]]
      CALL rota_add_flash_layout [[${flash_args}]] [[${image}]] [[${bootloader}]] [[${table}]]
      [[${table_input}]])")
  # Names that projects hang commands and dependencies of their own on.
  add_custom_target(gen_project_binary DEPENDS "${image}")
  add_custom_target(app ALL DEPENDS "${flash_args}")
  add_dependencies(app gen_project_binary)
  add_custom_target(bootloader DEPENDS "${bootloader}")
  add_custom_target(partition_table DEPENDS "${table}")
  add_custom_target(flash)  # Writing to a board is idf.py's part.
  add_dependencies(flash app bootloader partition_table)
endfunction()

# flash_args and its kin: what is flashed where, the project's own files included.
function(rota_add_flash_layout flash_args image bootloader table table_input)
  get_property(flashed GLOBAL PROPERTY ROTA_FLASHED)
  list(TRANSFORM flashed PREPEND "--also=")
  get_property(flashed_targets GLOBAL PROPERTY ROTA_FLASHED_TARGETS)
  add_custom_command(OUTPUT "${flash_args}"
                     BYPRODUCTS "${CMAKE_CURRENT_BINARY_DIR}/ota_data_initial.bin"
                                "${CMAKE_CURRENT_BINARY_DIR}/project_description.json"
                     COMMAND "${PYTHON}" "${IDF_PATH}/tools/flash_layout.py" --table "${table}"
                             --table-offset "${CONFIG_PARTITION_TABLE_OFFSET}"
                             --bootloader-offset "${CONFIG_BOOTLOADER_OFFSET_IN_FLASH}"
                             --bootloader "${bootloader}" --app "${image}"
                             --flash-size "${CONFIG_ESPTOOLPY_FLASHSIZE}"
                             --flash-mode "${CONFIG_ESPTOOLPY_FLASHMODE}"
                             --flash-freq "${CONFIG_ESPTOOLPY_FLASHFREQ}"
                             --target "${IDF_TARGET}" "--project=${PROJECT_NAME}"
                             "--project-version=${PROJECT_VER}" --project-dir "${project_dir}"
                             --table-name "${table_input}" --output "${flash_args}" ${flashed}
                     DEPENDS "${image}" "${bootloader}" "${table}" ${flashed_targets}
                             "${IDF_PATH}/tools/flash_layout.py"
                     VERBATIM COMMENT "Flash layout")
endfunction()

function(rota_bootloader_command variable output)
  foreach(pair "rollback;BOOTLOADER_APP_ROLLBACK_ENABLE"
               "anti_rollback;BOOTLOADER_APP_ANTI_ROLLBACK"
               "otadata_erase;BOOTLOADER_OTA_DATA_ERASE" "in_place;ROTA_OTA_DATA_IN_PLACE")
    list(POP_FRONT pair name)
    set(${name} off)
    if(CONFIG_${pair})
      set(${name} on)
    endif()
  endforeach()
  set(command "${ROTA_TOOL}" image bootloader --chip "${IDF_TARGET}"
      --flash-size "${CONFIG_ESPTOOLPY_FLASHSIZE}" --rollback ${rollback}
      --anti-rollback ${anti_rollback} --table-offset "${CONFIG_PARTITION_TABLE_OFFSET}"
      --output "${output}")
  if(CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK)
    list(APPEND command --secure-version-bits "${CONFIG_BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD}")
  endif()
  if(CONFIG_BOOTLOADER_EFUSE_SECURE_VERSION_EMULATE)
    list(APPEND command --emulate-secure-version on)
  endif()
  if(CONFIG_BOOTLOADER_FACTORY_RESET)
    list(APPEND command --factory-reset-pin "${CONFIG_BOOTLOADER_NUM_PIN_FACTORY_RESET}"
         --factory-reset-erases-otadata ${otadata_erase})
  endif()
  if(CONFIG_BOOTLOADER_APP_TEST)
    list(APPEND command --app-test-pin "${CONFIG_BOOTLOADER_NUM_PIN_APP_TEST}")
  endif()
  if(CONFIG_BOOTLOADER_HOLD_TIME_GPIO)
    list(APPEND command --hold-time "${CONFIG_BOOTLOADER_HOLD_TIME_GPIO}")
  endif()
  if(in_place STREQUAL "on")
    list(APPEND command --ota-data-writing in-place)
  endif()
  set(${variable} "${command}" PARENT_SCOPE)
endfunction()

# csv: the file to watch, empty for a predefined table. input: what `rota table build` takes.
function(rota_table_source csv_variable input_variable)
  if(CONFIG_PARTITION_TABLE_CUSTOM)
    get_filename_component(csv "${CONFIG_PARTITION_TABLE_CUSTOM_FILENAME}" ABSOLUTE
                           BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
    if(NOT EXISTS "${csv}")
      message(FATAL_ERROR "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME names ${csv}, which does not "
                          "exist. Create it, or choose a predefined table such as "
                          "CONFIG_PARTITION_TABLE_TWO_OTA=y.")
    endif()
    set(${csv_variable} "${csv}" PARENT_SCOPE)
    set(${input_variable} "${csv}" PARENT_SCOPE)
  else()
    string(REGEX REPLACE "^partitions_(.*)\\.csv$" "\\1" name "${CONFIG_PARTITION_TABLE_FILENAME}")
    set(${csv_variable} "" PARENT_SCOPE)
    set(${input_variable} "${name}" PARENT_SCOPE)
  endif()
endfunction()
