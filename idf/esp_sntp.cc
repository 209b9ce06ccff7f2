// esp_sntp.h and esp_netif_sntp.h: the board's clock is the host's.
#include "esp_sntp.h"

#include <algorithm>

#include "esp_netif_sntp.h"
#include "idf/network.h"

using rota::idf::Network;
using rota::idf::runtime;

namespace {

Network::TimeClient& client() { return runtime().network().time_client(); }

}  // namespace

extern "C" {

void esp_sntp_init(void) {
  client().runs = true;
  timeval now{};
  ::gettimeofday(&now, nullptr);
  if (client().tell != nullptr) client().tell(&now);
}
void esp_sntp_stop(void) { client().runs = false; }
bool esp_sntp_enabled(void) { return client().runs; }
void esp_sntp_setoperatingmode(esp_sntp_operatingmode_t) {}

void esp_sntp_setservername(uint8_t idx, const char* server) {
  if (idx < client().servers.size()) client().servers[idx] = server == nullptr ? "" : server;
}
const char* esp_sntp_getservername(uint8_t idx) {
  const bool is_set = idx < client().servers.size() && !client().servers[idx].empty();
  return is_set ? client().servers[idx].c_str() : nullptr;
}

void sntp_set_time_sync_notification_cb(sntp_sync_time_cb_t callback) { client().tell = callback; }
void sntp_set_sync_mode(sntp_sync_mode_t) {}
sntp_sync_status_t sntp_get_sync_status(void) {
  return client().runs ? SNTP_SYNC_STATUS_COMPLETED : SNTP_SYNC_STATUS_RESET;
}
void sntp_set_sync_interval(uint32_t) {}
bool sntp_restart(void) { return client().runs; }

esp_err_t esp_netif_sntp_init(const esp_sntp_config_t* config) {
  if (config == nullptr) return ESP_ERR_INVALID_ARG;
  if (client().runs) return ESP_ERR_INVALID_STATE;
  client().tell = config->sync_cb;
  const std::size_t count = std::min<std::size_t>(config->num_of_servers, ROTA_SNTP_SERVERS);
  for (std::size_t i = 0; i < count; ++i) {
    esp_sntp_setservername(static_cast<std::uint8_t>(i), config->servers[i]);
  }
  return config->start ? esp_netif_sntp_start() : ESP_OK;
}
esp_err_t esp_netif_sntp_start(void) {
  esp_sntp_init();
  return ESP_OK;
}
void esp_netif_sntp_deinit(void) { client() = {}; }
esp_err_t esp_netif_sntp_sync_wait(TickType_t) {
  return client().runs ? ESP_OK : ESP_ERR_INVALID_STATE;
}

}  // extern "C"
