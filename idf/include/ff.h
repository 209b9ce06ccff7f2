// FAT below the C library's files: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int FRESULT;
typedef struct {
  void* rota_unused;
} FATFS;
#define FR_OK 0

#ifdef __cplusplus
}
#endif
