// protocol_examples_common.h: the board is connected at once, by what looks like Ethernet.
#include "protocol_examples_common.h"

#include "esp_event.h"
#include "esp_log.h"
#include "idf/event_loops.h"
#include "idf/network.h"

using rota::idf::kEthernetKey;
using rota::idf::Network;
using rota::idf::runtime;

namespace {
constexpr const char* kTag = "example_connect";
}

extern "C" {

esp_err_t example_connect(void) {
  Network& network = runtime().network();
  if (network.find_by_key(kEthernetKey) != nullptr) return ESP_ERR_INVALID_STATE;
  if (runtime().event_loops().default_loop() == nullptr) {
    ESP_LOGE(kTag, "Call esp_event_loop_create_default() before example_connect().");
    return ESP_ERR_INVALID_STATE;
  }
  esp_netif_t* netif = network.create(kEthernetKey, EXAMPLE_NETIF_DESC_ETH, ESP_MAC_ETH);
  if (netif == nullptr) return ESP_ERR_NO_MEM;
  Network::bring_up(*netif, IP_EVENT_ETH_GOT_IP);
  ESP_LOGI(kTag, "Connected to %s", netif->desc.c_str());
  ESP_LOGI(kTag, "- IPv4 address: " IPSTR, IP2STR(&netif->ip.ip));
  return ESP_OK;
}

esp_err_t example_disconnect(void) {
  Network& network = runtime().network();
  esp_netif_t* netif = network.find_by_key(kEthernetKey);
  if (netif == nullptr) return ESP_ERR_INVALID_STATE;
  network.destroy(netif);
  return ESP_OK;
}

esp_err_t example_configure_stdin_stdout(void) { return ESP_OK; }

// The one interface answers to both names, so that a project configured for Wi-Fi finds it, too.
esp_netif_t* get_example_netif_from_desc(const char* desc) {
  if (desc == nullptr) return nullptr;
  Network& network = runtime().network();
  const std::string_view name = desc;
  if (name == EXAMPLE_NETIF_DESC_STA || name == EXAMPLE_NETIF_DESC_ETH) {
    return network.find_by_key(kEthernetKey);
  }
  return network.find_by_description(name);
}

}  // extern "C"
