// RSA keys: by mbedtls/pk.h.
#pragma once

#include "mbedtls/pk.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MBEDTLS_RSA_PKCS_V15 0
#define MBEDTLS_RSA_PKCS_V21 1
typedef struct mbedtls_rsa_context {
  void* rota_unused;
} mbedtls_rsa_context;

#ifdef __cplusplus
}
#endif
