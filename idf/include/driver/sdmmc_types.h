// What SD cards are described by: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  char name[8];
  int mfg_id;
  int oem_id;
  int revision;
  int serial;
  int date;
} sdmmc_cid_t;

typedef struct {
  int csd_ver;
  int mmc_ver;
  int capacity;  // sectors
  int sector_size;
  int read_block_len;
  int card_command_class;
  int tr_speed;
} sdmmc_csd_t;

typedef struct {
  uint32_t flags;
  int slot;
  int max_freq_khz;
  float io_voltage;
  int command_timeout_ms;
  esp_err_t (*init)(void);
  esp_err_t (*deinit)(void);
} sdmmc_host_t;
#define SDMMC_HOST_FLAG_1BIT (1U << 0)
#define SDMMC_HOST_FLAG_4BIT (1U << 1)
#define SDMMC_HOST_FLAG_SPI (1U << 3)
#define SDMMC_FREQ_DEFAULT 20000
#define SDMMC_FREQ_HIGHSPEED 40000
#define SDMMC_FREQ_PROBING 400

typedef struct {
  sdmmc_host_t host;
  uint32_t ocr;
  sdmmc_cid_t cid;
  sdmmc_csd_t csd;
  uint32_t max_freq_khz;
  uint32_t real_freq_khz;
  bool is_mem;
  bool is_sdio;
  bool is_mmc;
} sdmmc_card_t;

#ifdef __cplusplus
}
#endif
