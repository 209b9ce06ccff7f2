// SD cards: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "driver/sdmmc_types.h"
#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

ROTA_NOT_OFFERED(sdmmc_card_init, const sdmmc_host_t* host, sdmmc_card_t* out_card)
ROTA_NOT_OFFERED(sdmmc_get_status, sdmmc_card_t* card)
ROTA_NOT_OFFERED(
    sdmmc_write_sectors, sdmmc_card_t* card, const void* src, size_t start_sector, size_t count)
ROTA_NOT_OFFERED(
    sdmmc_read_sectors, sdmmc_card_t* card, void* dst, size_t start_sector, size_t count)
static inline void sdmmc_card_print_info(FILE* stream, const sdmmc_card_t* card) {}

#ifdef __cplusplus
}
#endif
