// Wi-Fi, as far as programs that update themselves drive it. On a virtual board a station connects
// at once: start posts STA_START; connect posts STA_CONNECTED and IP_EVENT_STA_GOT_IP.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "esp_err.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_wifi_types.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int magic;
} wifi_init_config_t;

#define WIFI_INIT_CONFIG_MAGIC 0x1F2F3F4F
#define WIFI_INIT_CONFIG_DEFAULT() \
  { .magic = WIFI_INIT_CONFIG_MAGIC }

esp_err_t esp_wifi_init(const wifi_init_config_t* config);
esp_err_t esp_wifi_deinit(void);
esp_err_t esp_wifi_set_mode(wifi_mode_t mode);
esp_err_t esp_wifi_get_mode(wifi_mode_t* mode);
esp_err_t esp_wifi_set_config(wifi_interface_t interface_, wifi_config_t* conf);
esp_err_t esp_wifi_get_config(wifi_interface_t interface_, wifi_config_t* conf);
esp_err_t esp_wifi_start(void);
esp_err_t esp_wifi_stop(void);
esp_err_t esp_wifi_connect(void);
esp_err_t esp_wifi_disconnect(void);
esp_err_t esp_wifi_restore(void);
esp_err_t esp_wifi_set_ps(wifi_ps_type_t type);
esp_err_t esp_wifi_get_ps(wifi_ps_type_t* type);
esp_err_t esp_wifi_set_storage(wifi_storage_t storage);
esp_err_t esp_wifi_set_max_tx_power(int8_t power);
esp_err_t esp_wifi_get_mac(wifi_interface_t ifx, uint8_t mac[6]);
esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t* ap_info);
// 0.25 dBm.
esp_err_t esp_wifi_get_max_tx_power(int8_t* power);
esp_err_t esp_wifi_set_mac(wifi_interface_t ifx, const uint8_t mac[6]);
esp_err_t esp_wifi_set_country_code(const char* country, bool ieee80211d_enabled);
esp_err_t esp_wifi_deauth_sta(uint16_t aid);

// A scan finds one access point: the one that the station is set to, or "virtual board". It posts
// SCAN_DONE before it returns.
esp_err_t esp_wifi_scan_start(const wifi_scan_config_t* config, bool block);
esp_err_t esp_wifi_scan_stop(void);
esp_err_t esp_wifi_scan_get_ap_num(uint16_t* number);
// *number: room on entry, records on return. Forgets what the scan found.
esp_err_t esp_wifi_scan_get_ap_records(uint16_t* number, wifi_ap_record_t* ap_records);
// Forgets what the scan found.
esp_err_t esp_wifi_clear_ap_list(void);

// Settings of the radio: accepted once Wi-Fi is initialised, without effect.
esp_err_t esp_wifi_set_country(const wifi_country_t* country);
esp_err_t esp_wifi_set_protocol(wifi_interface_t ifx, uint8_t protocol_bitmap);
esp_err_t esp_wifi_set_bandwidth(wifi_interface_t ifx, wifi_bandwidth_t bw);
esp_err_t esp_wifi_set_channel(uint8_t primary, wifi_second_chan_t second);
esp_err_t esp_wifi_set_inactive_time(wifi_interface_t ifx, uint16_t sec);
esp_err_t esp_wifi_get_channel(uint8_t* primary, wifi_second_chan_t* second);
// Nobody joins the access point.
esp_err_t esp_wifi_ap_get_sta_list(wifi_sta_list_t* sta);
// dBm. ESP_FAIL when the station is not connected.
esp_err_t esp_wifi_sta_get_rssi(int* rssi);
ROTA_NOT_OFFERED(esp_wifi_set_promiscuous, bool en)
ROTA_NOT_OFFERED(
    esp_wifi_80211_tx, wifi_interface_t ifx, const void* buffer, int len, bool en_sys_seq)

// Wi-Fi interfaces of the program's own are the usual ones.
static inline esp_err_t esp_netif_attach_wifi_station(esp_netif_t* esp_netif) {
  return esp_netif == NULL ? ESP_ERR_INVALID_ARG : ESP_OK;
}
static inline esp_err_t esp_netif_attach_wifi_ap(esp_netif_t* esp_netif) {
  return esp_netif == NULL ? ESP_ERR_INVALID_ARG : ESP_OK;
}
static inline esp_err_t esp_wifi_set_default_wifi_sta_handlers(void) { return ESP_OK; }
static inline esp_err_t esp_wifi_set_default_wifi_ap_handlers(void) { return ESP_OK; }

#ifdef __cplusplus
}
#endif
