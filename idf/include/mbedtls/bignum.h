// Large numbers: declared only.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mbedtls_mpi {
  void* rota_unused;
} mbedtls_mpi;

#ifdef __cplusplus
}
#endif
