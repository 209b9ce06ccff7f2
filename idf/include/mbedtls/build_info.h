// The build of Mbed TLS: only its names are here, over the host's OpenSSL.
#pragma once

#include "mbedtls/version.h"
