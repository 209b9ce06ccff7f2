// AES by Mbed TLS's names. The older calls wipe nothing; a context is freed with
// mbedtls_aes_free().
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MBEDTLS_AES_ENCRYPT 1
#define MBEDTLS_AES_DECRYPT 0
#define MBEDTLS_ERR_AES_INVALID_KEY_LENGTH -0x0020
#define MBEDTLS_ERR_AES_INVALID_INPUT_LENGTH -0x0022
#define MBEDTLS_ERR_AES_BAD_INPUT_DATA -0x0021

typedef struct mbedtls_aes_context {
  unsigned char key[32];
  unsigned int key_bits;
} mbedtls_aes_context;

void mbedtls_aes_init(mbedtls_aes_context* ctx);
void mbedtls_aes_free(mbedtls_aes_context* ctx);
// 128, 192 or 256 bits.
int mbedtls_aes_setkey_enc(mbedtls_aes_context* ctx,
                           const unsigned char* key,
                           unsigned int keybits);
int mbedtls_aes_setkey_dec(mbedtls_aes_context* ctx,
                           const unsigned char* key,
                           unsigned int keybits);
int mbedtls_aes_crypt_ecb(mbedtls_aes_context* ctx,
                          int mode,
                          const unsigned char input[16],
                          unsigned char output[16]);
// A multiple of 16 bytes; `iv` goes on.
int mbedtls_aes_crypt_cbc(mbedtls_aes_context* ctx,
                          int mode,
                          size_t length,
                          unsigned char iv[16],
                          const unsigned char* input,
                          unsigned char* output);
// Any length; offset, counter and block go on.
int mbedtls_aes_crypt_ctr(mbedtls_aes_context* ctx,
                          size_t length,
                          size_t* nc_off,
                          unsigned char nonce_counter[16],
                          unsigned char stream_block[16],
                          const unsigned char* input,
                          unsigned char* output);

#ifdef __cplusplus
}
#endif
