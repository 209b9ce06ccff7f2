// Certificates by Mbed TLS's names: the key of one, and the chain that was parsed. Chains are
// verified by the HTTP client, not here.
#pragma once

#include <stddef.h>

#include "mbedtls/pk.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MBEDTLS_ERR_X509_CERT_VERIFY_FAILED -0x2700
#define MBEDTLS_ERR_X509_INVALID_FORMAT -0x2180

typedef struct mbedtls_x509_crt {
  mbedtls_pk_context pk;
  struct mbedtls_x509_crt* next;
} mbedtls_x509_crt;

void mbedtls_x509_crt_init(mbedtls_x509_crt* crt);
void mbedtls_x509_crt_free(mbedtls_x509_crt* crt);
// One certificate in DER, or any number in PEM (which counts its NUL).
int mbedtls_x509_crt_parse(mbedtls_x509_crt* chain, const unsigned char* buf, size_t buflen);
int mbedtls_x509_crt_parse_der(mbedtls_x509_crt* chain, const unsigned char* buf, size_t buflen);

#ifdef __cplusplus
}
#endif
