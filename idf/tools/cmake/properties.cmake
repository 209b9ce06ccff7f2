# idf_build_set_property, idf_build_get_property and the same for components: named values of the
# build, kept as global properties. Names are compared in upper case.

# idf_build_set_property(NAME VALUE [APPEND]). COMPILE_OPTIONS and its kin reach every component of
# the project, also when set after it was registered.
function(idf_build_set_property property value)
  cmake_parse_arguments(PARSE_ARGV 2 P "APPEND" "" "")
  string(TOUPPER "${property}" property)
  if(P_APPEND)
    set_property(GLOBAL APPEND PROPERTY "ROTA_BUILD_${property}" "${value}")
  else()
    set_property(GLOBAL PROPERTY "ROTA_BUILD_${property}" "${value}")
  endif()
endfunction()

function(idf_build_get_property variable property)
  string(TOUPPER "${property}" property)
  get_property(value GLOBAL PROPERTY "ROTA_BUILD_${property}")
  set(${variable} "${value}" PARENT_SCOPE)
endfunction()

function(idf_component_set_property component property value)
  cmake_parse_arguments(PARSE_ARGV 3 P "APPEND" "" "")
  string(TOUPPER "${property}" property)
  if(P_APPEND)
    set_property(GLOBAL APPEND PROPERTY "ROTA_COMPONENT_${component}_${property}" "${value}")
  else()
    set_property(GLOBAL PROPERTY "ROTA_COMPONENT_${component}_${property}" "${value}")
  endif()
endfunction()

function(idf_component_get_property variable component property)
  string(TOUPPER "${property}" property)
  get_property(value GLOBAL PROPERTY "ROTA_COMPONENT_${component}_${property}")
  if(NOT value AND property STREQUAL "COMPONENT_LIB")
    set(value "__idf_${component}")  # Its name is known before it is registered.
  endif()
  set(${variable} "${value}" PARENT_SCOPE)
endfunction()

# Called once the configuration is known; what a project set itself before stays.
macro(rota_set_build_properties)
  foreach(_rota_pair "PROJECT_NAME;${PROJECT_NAME}" "PROJECT_DIR;${project_dir}"
                     "BUILD_DIR;${build_dir}" "IDF_PATH;${IDF_PATH}" "IDF_TARGET;${IDF_TARGET}"
                     "TARGET;${IDF_TARGET}" "PYTHON;${PYTHON}" "PROJECT_VER;${PROJECT_VER}"
                     "SDKCONFIG;${SDKCONFIG}" "SDKCONFIG_HEADER;${SDKCONFIG_HEADER}"
                     "CONFIG_DIR;${build_dir}/config"
                     "IDF_VER;v${IDF_VERSION_MAJOR}.${IDF_VERSION_MINOR}"
                     "EXECUTABLE;${PROJECT_NAME}.elf" "EXECUTABLE_NAME;${PROJECT_NAME}"
                     "SDKCONFIG_CMAKE;${build_dir}/config/sdkconfig.cmake")
    list(POP_FRONT _rota_pair _rota_name)
    idf_build_set_property("${_rota_name}" "${_rota_pair}")
  endforeach()
endmacro()
