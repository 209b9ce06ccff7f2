#include "idf/network.h"

#include <algorithm>
#include <utility>

#include "esp_event.h"
#include "esp_log.h"

namespace rota::idf {

namespace {

esp_ip4_addr_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return {a | b << 8U | c << 16U | d << 24U};
}

esp_netif_ip_info_t loopback_address() {
  return {ip4(127, 0, 0, 1), ip4(255, 0, 0, 0), ip4(127, 0, 0, 1)};
}

}  // namespace

esp_netif_t* Network::create(std::string_view key,
                             std::string_view description,
                             esp_mac_type_t mac) try {
  netifs_.reserve(netifs_.size() + 1);
  auto* netif = runtime().create<esp_netif_obj>(key, description, mac);
  if (netif != nullptr) netifs_.push_back(netif);
  return netif;
} catch (const std::bad_alloc&) {
  return nullptr;
}

void Network::destroy(esp_netif_t* netif) {
  if (!holds(netif)) return;
  std::erase(netifs_, netif);
  if (default_ == netif) default_ = nullptr;
  runtime().destroy(netif);
}

bool Network::holds(const esp_netif_t* netif) const {
  return std::find(netifs_.begin(), netifs_.end(), netif) != netifs_.end();
}

esp_netif_t* Network::find_by_key(std::string_view key) const {
  const auto found = std::find_if(netifs_.begin(), netifs_.end(),
                                  [&](const esp_netif_t* netif) { return netif->key == key; });
  return found == netifs_.end() ? nullptr : *found;
}

esp_netif_t* Network::find_by_description(std::string_view description) const {
  const auto found = std::find_if(netifs_.begin(), netifs_.end(), [&](const esp_netif_t* netif) {
    return netif->desc == description;
  });
  return found == netifs_.end() ? nullptr : *found;
}

esp_netif_t* Network::default_netif() const {
  if (default_ != nullptr) return default_;
  const auto up = std::find_if(netifs_.begin(), netifs_.end(),
                               [](const esp_netif_t* netif) { return netif->is_up; });
  return up == netifs_.end() ? nullptr : *up;
}

void Network::bring_up(esp_netif_t& netif, ip_event_t got_address) {
  netif.is_up = true;
  const ip_event_got_ip_t event{&netif, netif.ip, true};
  post_network_event(IP_EVENT, got_address, &event, sizeof(event));
}

std::array<std::uint8_t, 6> mac_address_of(esp_mac_type_t type) {
  std::array<std::uint8_t, 6> mac{};
  std::ranges::copy(runtime().platform().mac_address(), mac.begin());
  // The last byte counts the radios and ports, as on chips with four universal addresses.
  switch (type) {
    case ESP_MAC_WIFI_SOFTAP:
      mac[5] = static_cast<std::uint8_t>(mac[5] + 1);
      break;
    case ESP_MAC_BT:
      mac[5] = static_cast<std::uint8_t>(mac[5] + 2);
      break;
    case ESP_MAC_ETH:
      mac[5] = static_cast<std::uint8_t>(mac[5] + 3);
      break;
    default:
      break;
  }
  return mac;
}

void post_network_event(esp_event_base_t base,
                        std::int32_t id,
                        const void* data,
                        std::size_t size) {
  const esp_err_t posted = esp_event_post(base, id, data, size, portMAX_DELAY);
  if (posted == ESP_OK) return;
  if (posted == ESP_ERR_INVALID_STATE) {
    ESP_LOGW("network",
             "%s %d reaches nobody: there is no default event loop. Call "
             "esp_event_loop_create_default() before the network is started.",
             base, static_cast<int>(id));
    return;
  }
  ESP_LOGE("network", "%s %d is lost: the default event loop's queue is full (%s).", base,
           static_cast<int>(id), esp_err_to_name(posted));
}

}  // namespace rota::idf

esp_netif_obj::esp_netif_obj(std::string_view if_key,
                             std::string_view description,
                             esp_mac_type_t mac)
    : key(if_key), desc(description), mac_type(mac), ip(rota::idf::loopback_address()) {
  dns[ESP_NETIF_DNS_MAIN].ip.u_addr.ip4 = ip.gw;
}
