// Names of ciphers.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  MBEDTLS_CIPHER_ID_NONE = 0,
  MBEDTLS_CIPHER_ID_NULL,
  MBEDTLS_CIPHER_ID_AES
} mbedtls_cipher_id_t;

#ifdef __cplusplus
}
#endif
