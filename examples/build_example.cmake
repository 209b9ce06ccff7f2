# Run by examples/CMakeLists.txt on every build: configures an example when it has to be, then
# builds it. Its sdkconfig lies in the build folder and is made anew when a file of defaults is
# newer, so that it never hides a change. With nothing to do this takes a tenth of a second.
set(sdkconfig "${BUILD}/sdkconfig")
string(REPLACE "|" ";" defaults "${SOURCE}/sdkconfig.defaults|${DEFAULTS}")
string(REPLACE ";" "\\;" defaults_as_one "${defaults}")
set(ENV{IDF_PATH} "${IDF_PATH}")
unset(ENV{IDF_TARGET})
unset(ENV{SDKCONFIG_DEFAULTS})

set(options "-DROTA_BUILD_DIR=${ROTA_BUILD_DIR}" "-DROTA_CA_CERT=${ROTA_CA_CERT}"
    "-DSDKCONFIG=${sdkconfig}" "-DSDKCONFIG_DEFAULTS=${defaults_as_one}"
    "-DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}" "-DCMAKE_C_COMPILER=${C_COMPILER}"
    "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}" "-DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER}"
    "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}")
set(stamp "${BUILD}/options.txt")
set(wanted "${options}")
set(built "")
if(EXISTS "${stamp}")
  file(READ "${stamp}" built)
endif()

set(is_stale FALSE)
foreach(file ${defaults})
  if("${file}" IS_NEWER_THAN "${sdkconfig}")
    set(is_stale TRUE)
  endif()
endforeach()
if(is_stale OR NOT built STREQUAL wanted OR NOT EXISTS "${BUILD}/CMakeCache.txt")
  file(REMOVE "${sdkconfig}" "${stamp}")
  execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${BUILD}" -G "${GENERATOR}"
                          ${options}
                  RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "The example in ${SOURCE} can not be configured; the lines above say why.")
  endif()
  file(WRITE "${stamp}" "${wanted}")
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${BUILD}" --parallel 2 RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The example in ${SOURCE} can not be built; the lines above say why.")
endif()
