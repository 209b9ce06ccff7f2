// The time is the host's and so set from the start: a start of SNTP reports it at once.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/time.h>
#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { SNTP_SYNC_MODE_IMMED, SNTP_SYNC_MODE_SMOOTH } sntp_sync_mode_t;
typedef enum {
  SNTP_SYNC_STATUS_RESET,
  SNTP_SYNC_STATUS_COMPLETED,
  SNTP_SYNC_STATUS_IN_PROGRESS,
} sntp_sync_status_t;
typedef enum { ESP_SNTP_OPMODE_POLL, ESP_SNTP_OPMODE_LISTENONLY } esp_sntp_operatingmode_t;
#define SNTP_OPMODE_POLL ESP_SNTP_OPMODE_POLL
typedef void (*sntp_sync_time_cb_t)(struct timeval* tv);

void esp_sntp_init(void);
void esp_sntp_stop(void);
bool esp_sntp_enabled(void);
void esp_sntp_setoperatingmode(esp_sntp_operatingmode_t operating_mode);
void esp_sntp_setservername(uint8_t idx, const char* server);
const char* esp_sntp_getservername(uint8_t idx);
void sntp_set_time_sync_notification_cb(sntp_sync_time_cb_t callback);
void sntp_set_sync_mode(sntp_sync_mode_t sync_mode);
sntp_sync_status_t sntp_get_sync_status(void);
void sntp_set_sync_interval(uint32_t interval_ms);
bool sntp_restart(void);

// As they were called before ESP-IDF 5.1.
#define sntp_init esp_sntp_init
#define sntp_stop esp_sntp_stop
#define sntp_enabled esp_sntp_enabled
#define sntp_setoperatingmode esp_sntp_setoperatingmode
#define sntp_setservername esp_sntp_setservername
#define sntp_getservername esp_sntp_getservername

#ifdef __cplusplus
}
#endif
