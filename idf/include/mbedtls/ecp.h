// Elliptic curves: by mbedtls/pk.h.
#pragma once

#include "mbedtls/pk.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  MBEDTLS_ECP_DP_NONE = 0,
  MBEDTLS_ECP_DP_SECP192R1,
  MBEDTLS_ECP_DP_SECP224R1,
  MBEDTLS_ECP_DP_SECP256R1,
  MBEDTLS_ECP_DP_SECP384R1
} mbedtls_ecp_group_id;

#ifdef __cplusplus
}
#endif
