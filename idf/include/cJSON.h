// cJSON as the system has it. A project that brings its own copy gets that one.
#pragma once

#if __has_include(<cjson/cJSON.h>)
#include <cjson/cJSON.h>
#else
#error "cJSON.h: this machine lacks cJSON. On Debian: apt-get install libcjson-dev"
#endif
