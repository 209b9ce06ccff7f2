# What a project includes that uses ESP-IDF as a library, without project.cmake.
message(FATAL_ERROR "${CMAKE_PARENT_LIST_FILE} includes idf.cmake, which makes ESP-IDF a library of "
                    "another CMake project. Rota builds ESP-IDF projects only: include "
                    "$ENV{IDF_PATH}/tools/cmake/project.cmake instead, and call project(NAME).")
