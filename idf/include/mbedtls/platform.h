// What Mbed TLS takes from its platform: the host's C library.
#pragma once

#include <stdio.h>
#include <stdlib.h>

#define MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED -0x0072
#define mbedtls_calloc calloc
#define mbedtls_free free
#define mbedtls_printf printf
#define mbedtls_snprintf snprintf
#define MBEDTLS_EXIT_SUCCESS EXIT_SUCCESS
#define MBEDTLS_EXIT_FAILURE EXIT_FAILURE
