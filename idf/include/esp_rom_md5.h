// MD5 of the chip's ROM.
#pragma once

#include "mbedtls/md5.h"

#define ESP_ROM_MD5_DIGEST_LEN 16
typedef mbedtls_md5_context md5_context_t;
#define esp_rom_md5_init(context) (mbedtls_md5_init(context), (void)mbedtls_md5_starts(context))
#define esp_rom_md5_update(context, data, size) \
  ((void)mbedtls_md5_update(context, (const unsigned char*)(data), size))
#define esp_rom_md5_final(digest, context) \
  ((void)mbedtls_md5_finish(context, digest), mbedtls_md5_free(context))
