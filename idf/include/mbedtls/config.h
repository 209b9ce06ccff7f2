// The build of Mbed TLS by its older name.
#pragma once

#include "mbedtls/build_info.h"
