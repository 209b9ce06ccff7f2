# What a project of ESP-IDF's second build system (a preview in 6.x) includes.
message(FATAL_ERROR "${CMAKE_PARENT_LIST_FILE} uses ESP-IDF's second build system (cmakev2), which "
                    "Rota does not know. Include $ENV{IDF_PATH}/tools/cmake/project.cmake and call "
                    "project(NAME): components are written the same way for both.")
