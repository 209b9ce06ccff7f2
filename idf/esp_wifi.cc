// esp_wifi.h: a station that connects as soon as it is asked to, and an access point that one guest
// joins as soon as it starts: the computer that the board runs on, whose programs reach the board's
// servers (surface 2.14). The events come in the order that programs wait for.
#include "esp_wifi.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "esp_event.h"
#include "esp_log.h"
#include "idf/network.h"

using rota::idf::Network;
using rota::idf::post_network_event;
using rota::idf::runtime;

namespace {

constexpr const char* kTag = "wifi";
constexpr std::uint8_t kChannel = 1;
constexpr std::int8_t kSignalStrength = -40;  // dBm, a near access point
constexpr std::uint8_t kReasonLeaving = 8;    // the station left by itself
constexpr std::uint8_t kAccessPointMac[6] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
constexpr std::uint8_t kGuestMac[6] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x02};
constexpr std::uint8_t kGuestNumber = 1;  // the association id

Network::Wifi& wifi() { return runtime().network().wifi(); }

esp_netif_t* station() { return runtime().network().find_by_key(rota::idf::kStationKey); }

const wifi_sta_config_t& station_config() { return wifi().configs[WIFI_IF_STA].sta; }

std::uint8_t ssid_length() {
  return static_cast<std::uint8_t>(::strnlen(reinterpret_cast<const char*>(station_config().ssid),
                                             sizeof(station_config().ssid)));
}

// The one that is near.
wifi_ap_record_t access_point() {
  wifi_ap_record_t record{};
  std::ranges::copy(kAccessPointMac, record.bssid);
  if (ssid_length() > 0) {
    std::ranges::copy(station_config().ssid, record.ssid);
  } else {
    std::ranges::copy(std::string_view("virtual board"), record.ssid);
  }
  record.primary = kChannel;
  record.rssi = kSignalStrength;
  record.authmode = station_config().threshold.authmode;
  return record;
}

void post(wifi_event_t id) { post_network_event(WIFI_EVENT, id, nullptr, 0); }

void disconnect_station() {
  if (!wifi().is_connected) return;
  wifi().is_connected = false;
  wifi_event_sta_disconnected_t event{};
  std::ranges::copy(station_config().ssid, event.ssid);
  event.ssid_len = ssid_length();
  std::ranges::copy(kAccessPointMac, event.bssid);
  event.reason = kReasonLeaving;
  event.rssi = kSignalStrength;
  post_network_event(WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED, &event, sizeof(event));
  if (esp_netif_t* netif = station()) netif->is_up = false;
}

void let_guest_in(esp_netif_t* netif) {
  wifi().has_guest = true;
  wifi_event_ap_staconnected_t joined{};
  std::ranges::copy(kGuestMac, joined.mac);
  joined.aid = kGuestNumber;
  post_network_event(WIFI_EVENT, WIFI_EVENT_AP_STACONNECTED, &joined, sizeof(joined));
  if (netif == nullptr) return;
  ip_event_ap_staipassigned_t assigned{netif, {ESP_IP4TOADDR(127, 0, 0, 1)}, {}};
  std::ranges::copy(kGuestMac, assigned.mac);
  post_network_event(IP_EVENT, IP_EVENT_AP_STAIPASSIGNED, &assigned, sizeof(assigned));
}

void show_guest_out() {
  if (!wifi().has_guest) return;
  wifi().has_guest = false;
  wifi_event_ap_stadisconnected_t left{};
  std::ranges::copy(kGuestMac, left.mac);
  left.aid = kGuestNumber;
  left.reason = kReasonLeaving;
  post_network_event(WIFI_EVENT, WIFI_EVENT_AP_STADISCONNECTED, &left, sizeof(left));
}

esp_err_t check_started() {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  return wifi().is_started ? ESP_OK : ESP_ERR_WIFI_NOT_STARTED;
}

esp_err_t check_interface(wifi_interface_t interface) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  return interface == WIFI_IF_STA || interface == WIFI_IF_AP ? ESP_OK : ESP_ERR_WIFI_IF;
}

}  // namespace

extern "C" {

ESP_EVENT_DEFINE_BASE(WIFI_EVENT);

esp_err_t esp_wifi_init(const wifi_init_config_t* config) {
  if (config == nullptr || config->magic != WIFI_INIT_CONFIG_MAGIC) return ESP_ERR_INVALID_ARG;
  wifi().is_initialized = true;
  return ESP_OK;
}

esp_err_t esp_wifi_deinit(void) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  if (wifi().is_started) return ESP_ERR_WIFI_NOT_STOPPED;
  wifi() = Network::Wifi{};
  return ESP_OK;
}

esp_err_t esp_wifi_set_mode(wifi_mode_t mode) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  if (mode < WIFI_MODE_NULL || mode >= WIFI_MODE_MAX) return ESP_ERR_INVALID_ARG;
  wifi().mode = mode;
  return ESP_OK;
}

esp_err_t esp_wifi_get_mode(wifi_mode_t* mode) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  if (mode == nullptr) return ESP_ERR_INVALID_ARG;
  *mode = wifi().mode;
  return ESP_OK;
}

esp_err_t esp_wifi_set_config(wifi_interface_t interface_, wifi_config_t* conf) {
  const esp_err_t checked = check_interface(interface_);
  if (checked != ESP_OK) return checked;
  if (conf == nullptr) return ESP_ERR_INVALID_ARG;
  const bool fits = interface_ == WIFI_IF_STA ? wifi().has_station() : wifi().has_access_point();
  if (!fits) return ESP_ERR_WIFI_MODE;
  wifi().configs[interface_] = *conf;
  return ESP_OK;
}

esp_err_t esp_wifi_get_config(wifi_interface_t interface_, wifi_config_t* conf) {
  const esp_err_t checked = check_interface(interface_);
  if (checked != ESP_OK) return checked;
  if (conf == nullptr) return ESP_ERR_INVALID_ARG;
  *conf = wifi().configs[interface_];
  return ESP_OK;
}

esp_err_t esp_wifi_start(void) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  if (wifi().is_started) return ESP_OK;
  wifi().is_started = true;
  if (wifi().has_access_point()) {
    esp_netif_t* netif = runtime().network().find_by_key(rota::idf::kAccessPointKey);
    if (netif != nullptr) netif->is_up = true;
    post(WIFI_EVENT_AP_START);
    let_guest_in(netif);
  }
  if (wifi().has_station()) post(WIFI_EVENT_STA_START);
  return ESP_OK;
}

esp_err_t esp_wifi_stop(void) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  if (!wifi().is_started) return ESP_OK;
  disconnect_station();
  show_guest_out();
  wifi().is_started = false;
  if (wifi().has_station()) post(WIFI_EVENT_STA_STOP);
  if (wifi().has_access_point()) post(WIFI_EVENT_AP_STOP);
  return ESP_OK;
}

esp_err_t esp_wifi_connect(void) {
  const esp_err_t checked = check_started();
  if (checked != ESP_OK) return checked;
  if (!wifi().has_station()) return ESP_ERR_WIFI_MODE;
  if (ssid_length() == 0) {
    ESP_LOGE(kTag, "No SSID to connect to; set one with esp_wifi_set_config() (any name will do).");
    return ESP_ERR_WIFI_SSID;
  }
  if (wifi().is_connected) return ESP_OK;
  wifi().is_connected = true;
  wifi_event_sta_connected_t event{};
  std::ranges::copy(station_config().ssid, event.ssid);
  event.ssid_len = ssid_length();
  std::ranges::copy(kAccessPointMac, event.bssid);
  event.channel = kChannel;
  event.authmode = station_config().threshold.authmode;
  event.aid = 1;
  post_network_event(WIFI_EVENT, WIFI_EVENT_STA_CONNECTED, &event, sizeof(event));
  if (esp_netif_t* netif = station()) Network::bring_up(*netif, IP_EVENT_STA_GOT_IP);
  return ESP_OK;
}

esp_err_t esp_wifi_disconnect(void) {
  const esp_err_t checked = check_started();
  if (checked == ESP_OK) disconnect_station();
  return checked;
}

esp_err_t esp_wifi_restore(void) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  wifi().configs = {};
  return ESP_OK;
}

esp_err_t esp_wifi_set_ps(wifi_ps_type_t type) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  wifi().power_saving = type;
  return ESP_OK;
}

esp_err_t esp_wifi_get_ps(wifi_ps_type_t* type) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  if (type == nullptr) return ESP_ERR_INVALID_ARG;
  *type = wifi().power_saving;
  return ESP_OK;
}

esp_err_t esp_wifi_set_storage(wifi_storage_t) {
  return wifi().is_initialized ? ESP_OK : ESP_ERR_WIFI_NOT_INIT;
}

esp_err_t esp_wifi_set_max_tx_power(int8_t power) {
  const esp_err_t checked = check_started();
  if (checked == ESP_OK) wifi().max_power = power;
  return checked;
}

esp_err_t esp_wifi_get_max_tx_power(int8_t* power) {
  const esp_err_t checked = check_started();
  if (checked != ESP_OK) return checked;
  if (power == nullptr) return ESP_ERR_INVALID_ARG;
  *power = wifi().max_power;
  return ESP_OK;
}

// The address is the board's own (`rota board new`), so another one is refused.
esp_err_t esp_wifi_set_mac(wifi_interface_t ifx, const uint8_t[6]) {
  const esp_err_t checked = check_interface(ifx);
  if (checked != ESP_OK) return checked;
  ESP_LOGW(kTag, "The address of a virtual board can not be changed by its app.");
  return ESP_ERR_NOT_SUPPORTED;
}

esp_err_t esp_wifi_set_country_code(const char* country, bool) {
  if (!wifi().is_initialized) return ESP_ERR_WIFI_NOT_INIT;
  return country == nullptr ? ESP_ERR_INVALID_ARG : ESP_OK;
}

// The guest does not come back by itself. 0: everybody.
esp_err_t esp_wifi_deauth_sta(uint16_t aid) {
  const esp_err_t checked = check_started();
  if (checked != ESP_OK) return checked;
  if (!wifi().has_access_point()) return ESP_ERR_WIFI_MODE;
  if (aid == 0 || aid == kGuestNumber) show_guest_out();
  return ESP_OK;
}

esp_err_t esp_wifi_scan_start(const wifi_scan_config_t*, bool) {
  const esp_err_t checked = check_started();
  if (checked != ESP_OK) return checked;
  if (!wifi().has_station()) return ESP_ERR_WIFI_MODE;
  wifi().has_scanned = true;
  const wifi_event_sta_scan_done_t event{0, 1, 0};
  post_network_event(WIFI_EVENT, WIFI_EVENT_SCAN_DONE, &event, sizeof(event));
  return ESP_OK;
}

esp_err_t esp_wifi_scan_stop(void) { return check_started(); }

esp_err_t esp_wifi_scan_get_ap_num(uint16_t* number) {
  const esp_err_t checked = check_started();
  if (checked != ESP_OK) return checked;
  if (number == nullptr) return ESP_ERR_INVALID_ARG;
  *number = wifi().has_scanned ? 1 : 0;
  return ESP_OK;
}

esp_err_t esp_wifi_scan_get_ap_records(uint16_t* number, wifi_ap_record_t* ap_records) {
  const esp_err_t checked = check_started();
  if (checked != ESP_OK) return checked;
  if (number == nullptr || ap_records == nullptr) return ESP_ERR_INVALID_ARG;
  const bool gives_one = wifi().has_scanned && *number > 0;
  wifi().has_scanned = false;
  *number = gives_one ? 1 : 0;
  if (gives_one) *ap_records = access_point();
  return ESP_OK;
}

esp_err_t esp_wifi_clear_ap_list(void) {
  const esp_err_t checked = check_started();
  if (checked == ESP_OK) wifi().has_scanned = false;
  return checked;
}

esp_err_t esp_wifi_set_country(const wifi_country_t* country) {
  return country == nullptr ? ESP_ERR_INVALID_ARG : check_started();
}

esp_err_t esp_wifi_set_protocol(wifi_interface_t ifx, uint8_t) { return check_interface(ifx); }

esp_err_t esp_wifi_set_bandwidth(wifi_interface_t ifx, wifi_bandwidth_t) {
  return check_interface(ifx);
}

esp_err_t esp_wifi_set_channel(uint8_t, wifi_second_chan_t) { return check_started(); }

esp_err_t esp_wifi_set_inactive_time(wifi_interface_t ifx, uint16_t) {
  return check_interface(ifx);
}

esp_err_t esp_wifi_get_channel(uint8_t* primary, wifi_second_chan_t* second) {
  if (primary == nullptr || second == nullptr) return ESP_ERR_INVALID_ARG;
  *primary = kChannel;
  *second = WIFI_SECOND_CHAN_NONE;
  return check_started();
}

esp_err_t esp_wifi_ap_get_sta_list(wifi_sta_list_t* sta) {
  if (sta == nullptr) return ESP_ERR_INVALID_ARG;
  *sta = {};
  const esp_err_t checked = check_started();
  if (checked != ESP_OK || !wifi().has_guest) return checked;
  sta->num = 1;
  std::ranges::copy(kGuestMac, sta->sta[0].mac);
  sta->sta[0].rssi = kSignalStrength;
  return ESP_OK;
}

esp_err_t esp_wifi_sta_get_rssi(int* rssi) {
  if (rssi == nullptr) return ESP_ERR_INVALID_ARG;
  if (!wifi().is_connected) return ESP_FAIL;
  *rssi = kSignalStrength;
  return ESP_OK;
}

esp_err_t esp_wifi_get_mac(wifi_interface_t ifx, uint8_t mac[6]) {
  const esp_err_t checked = check_interface(ifx);
  if (checked != ESP_OK) return checked;
  if (mac == nullptr) return ESP_ERR_INVALID_ARG;
  std::ranges::copy(
      rota::idf::mac_address_of(ifx == WIFI_IF_STA ? ESP_MAC_WIFI_STA : ESP_MAC_WIFI_SOFTAP), mac);
  return ESP_OK;
}

esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t* ap_info) {
  if (ap_info == nullptr) return ESP_ERR_INVALID_ARG;
  if (!wifi().is_connected) return ESP_ERR_WIFI_NOT_CONNECT;
  *ap_info = access_point();
  return ESP_OK;
}

}  // extern "C"
