# Files inside the app, as EMBED_FILES, EMBED_TXTFILES and target_add_binary_data give them: a file
# ca_cert.pem stands between _binary_ca_cert_pem_start and _binary_ca_cert_pem_end, with its length
# in ca_cert_pem_length; text gets one zero byte behind it, inside the two marks.

# target_add_binary_data(TARGET FILE TEXT|BINARY [RENAME_TO NAME] [DEPENDS ...])
#
# ROTA_CA_CERT (variable or environment) names a file that takes the place of any ca_cert.pem: so
# a project gets the certificate of `rota serve` without a copy in its sources.
function(target_add_binary_data target file type)
  cmake_parse_arguments(PARSE_ARGV 3 E "" "RENAME_TO" "DEPENDS")
  get_filename_component(path "${file}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  get_filename_component(name "${path}" NAME)
  rota_replace_certificate(path)
  # Asked at the end of the CMakeLists.txt: a rule that makes the file may come later in it.
  cmake_language(EVAL CODE "cmake_language(DEFER CALL rota_demand_embedded_file
      [[${target}]] [[${file}]] [[${path}]] [[${E_DEPENDS}]])")

  if(E_RENAME_TO)
    set(name "${E_RENAME_TO}")
  endif()
  string(MAKE_C_IDENTIFIER "${name}" symbol)
  set(closing_zero "")
  if(type STREQUAL "TEXT")
    set(closing_zero "    .byte 0\n")
  elseif(NOT type STREQUAL "BINARY")
    message(FATAL_ERROR "target_add_binary_data: '${type}' is neither TEXT nor BINARY.")
  endif()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.S")
  rota_write_embedding("${source}" "${path}" "${symbol}" "${closing_zero}")
  set_source_files_properties("${source}" PROPERTIES OBJECT_DEPENDS "${path};${E_DEPENDS}")
  target_sources("${target}" PRIVATE "${source}")
endfunction()

function(rota_write_embedding source path symbol closing_zero)
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT "\
    .section .rodata
    .balign 16
    .global _binary_@symbol@_start
    .global @symbol@
_binary_@symbol@_start:
@symbol@:
    .incbin \"@path@\"
@closing_zero@\
    .global _binary_@symbol@_end
_binary_@symbol@_end:
    .balign 4
    .global @symbol@_length
@symbol@_length:
    .long _binary_@symbol@_end - _binary_@symbol@_start
    .global _binary_@symbol@_size
    .set _binary_@symbol@_size, _binary_@symbol@_end - _binary_@symbol@_start
    .section .note.GNU-stack,\"\",@progbits
")
endfunction()

function(rota_replace_certificate path_variable)
  set(replacement "${ROTA_CA_CERT}")
  if(NOT replacement)
    set(replacement "$ENV{ROTA_CA_CERT}")
  endif()
  if(NOT replacement OR NOT "${${path_variable}}" MATCHES "/ca_cert\\.pem$")
    return()
  endif()
  get_filename_component(replacement "${replacement}" ABSOLUTE BASE_DIR "${CMAKE_SOURCE_DIR}")
  if(NOT EXISTS "${replacement}")
    message(FATAL_ERROR "ROTA_CA_CERT names ${replacement}, which does not exist. 'rota serve' "
                        "prints where its certificate lies.")
  endif()
  set(${path_variable} "${replacement}" PARENT_SCOPE)
endfunction()

# A file that the build makes itself may be missing now; any other missing file ends the build.
function(rota_demand_embedded_file target named path made_by)
  get_source_file_property(is_generated "${path}" GENERATED)
  if(EXISTS "${path}" OR made_by OR is_generated)
    return()
  endif()
  set(advice "Create it, or take it out of EMBED_FILES or EMBED_TXTFILES in "
             "${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt.")
  if(path MATCHES "\\.pem$")
    set(advice "It is the certificate by which the app knows its update server. Start 'rota serve "
               "FOLDER': it prints the line that copies its certificate here; or configure with "
               "-DROTA_CA_CERT=FILE.")
  endif()
  string(CONCAT advice ${advice})
  message(FATAL_ERROR "The project embeds ${path}, which does not exist. ${advice}")
endfunction()
