// Joining a network by a phone: a virtual board is connected already.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_event.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

ESP_EVENT_DECLARE_BASE(SC_EVENT);
typedef enum {
  SC_TYPE_ESPTOUCH = 0,
  SC_TYPE_AIRKISS,
  SC_TYPE_ESPTOUCH_AIRKISS,
  SC_TYPE_ESPTOUCH_V2
} smartconfig_type_t;
typedef enum {
  SC_EVENT_SCAN_DONE,
  SC_EVENT_FOUND_CHANNEL,
  SC_EVENT_GOT_SSID_PSWD,
  SC_EVENT_SEND_ACK_DONE
} smartconfig_event_t;
typedef struct {
  uint8_t ssid[32];
  uint8_t password[64];
  bool bssid_set;
  uint8_t bssid[6];
  smartconfig_type_t type;
  uint8_t token;
  uint8_t cellphone_ip[4];
} smartconfig_event_got_ssid_pswd_t;
typedef struct {
  bool enable_log;
  bool esp_touch_v2_enable_crypt;
  char* esp_touch_v2_key;
} smartconfig_start_config_t;
#define SMARTCONFIG_START_CONFIG_DEFAULT() \
  { .enable_log = false, .esp_touch_v2_enable_crypt = false, .esp_touch_v2_key = NULL }
ROTA_NOT_OFFERED(esp_smartconfig_set_type, smartconfig_type_t type)
ROTA_NOT_OFFERED(esp_smartconfig_start, const smartconfig_start_config_t* config)
ROTA_NOT_OFFERED(esp_smartconfig_stop, void)
ROTA_NOT_OFFERED(esp_smartconfig_get_rvd_data, uint8_t* rvd_data, uint8_t len)

#ifdef __cplusplus
}
#endif
