// esp_netif.h over the board's network (surface 2.14).
#include "esp_netif.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "esp_event.h"
#include "idf/network.h"

using rota::idf::Network;
using rota::idf::runtime;

namespace {

Network& network() { return runtime().network(); }

bool is_unknown(const esp_netif_t* netif) { return !network().holds(netif); }

// Starting and stopping the DHCP client or server of an interface: each once.
esp_err_t start(bool& runs) {
  if (runs) return ESP_ERR_ESP_NETIF_DHCP_ALREADY_STARTED;
  runs = true;
  return ESP_OK;
}

esp_err_t stop(bool& runs) {
  if (!runs) return ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED;
  runs = false;
  return ESP_OK;
}

}  // namespace

extern "C" {

ESP_EVENT_DEFINE_BASE(IP_EVENT);

esp_err_t esp_netif_init(void) { return ESP_OK; }
esp_err_t esp_netif_deinit(void) { return ESP_ERR_NOT_SUPPORTED; }

void esp_netif_destroy(esp_netif_t* esp_netif) { network().destroy(esp_netif); }
void esp_netif_destroy_default_wifi(void* esp_netif) {
  network().destroy(static_cast<esp_netif_t*>(esp_netif));
}

esp_netif_t* esp_netif_create_default_wifi_sta(void) {
  return network().create(rota::idf::kStationKey, "sta", ESP_MAC_WIFI_STA);
}

esp_netif_t* esp_netif_create_default_wifi_ap(void) {
  return network().create(rota::idf::kAccessPointKey, "ap", ESP_MAC_WIFI_SOFTAP);
}

esp_netif_t* esp_netif_get_handle_from_ifkey(const char* if_key) {
  return if_key == nullptr ? nullptr : network().find_by_key(if_key);
}

esp_netif_t* esp_netif_get_default_netif(void) { return network().default_netif(); }

esp_err_t esp_netif_set_default_netif(esp_netif_t* esp_netif) {
  if (is_unknown(esp_netif)) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  network().set_default(esp_netif);
  return ESP_OK;
}

const char* esp_netif_get_desc(esp_netif_t* esp_netif) {
  return is_unknown(esp_netif) ? nullptr : esp_netif->desc.c_str();
}

const char* esp_netif_get_ifkey(esp_netif_t* esp_netif) {
  return is_unknown(esp_netif) ? nullptr : esp_netif->key.c_str();
}

esp_err_t esp_netif_get_netif_impl_name(esp_netif_t* esp_netif, char* name) {
  if (is_unknown(esp_netif) || name == nullptr) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  std::strcpy(name, "lo");
  return ESP_OK;
}

bool esp_netif_is_netif_up(esp_netif_t* esp_netif) {
  return !is_unknown(esp_netif) && esp_netif->is_up;
}

esp_err_t esp_netif_get_mac(esp_netif_t* esp_netif, uint8_t mac[]) {
  if (is_unknown(esp_netif) || mac == nullptr) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  std::ranges::copy(rota::idf::mac_address_of(esp_netif->mac_type), mac);
  return ESP_OK;
}

esp_err_t esp_netif_set_hostname(esp_netif_t* esp_netif, const char* hostname) {
  constexpr std::size_t kLongestHostname = 32;
  if (is_unknown(esp_netif) || hostname == nullptr ||
      ::strnlen(hostname, kLongestHostname + 1) > kLongestHostname) {
    return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  }
  esp_netif->hostname = hostname;
  return ESP_OK;
}

esp_err_t esp_netif_get_hostname(esp_netif_t* esp_netif, const char** hostname) {
  if (is_unknown(esp_netif) || hostname == nullptr) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  *hostname = esp_netif->hostname.c_str();
  return ESP_OK;
}

esp_err_t esp_netif_get_ip_info(esp_netif_t* esp_netif, esp_netif_ip_info_t* ip_info) {
  if (is_unknown(esp_netif) || ip_info == nullptr) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  *ip_info = esp_netif->is_up ? esp_netif->ip : esp_netif_ip_info_t{};
  return ESP_OK;
}

// Kept and reported; the host's address stays what it is.
esp_err_t esp_netif_set_ip_info(esp_netif_t* esp_netif, const esp_netif_ip_info_t* ip_info) {
  if (is_unknown(esp_netif) || ip_info == nullptr) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  const bool is_access_point = esp_netif->key == rota::idf::kAccessPointKey;
  if (is_access_point ? esp_netif->dhcp_server_runs : esp_netif->dhcp_client_runs) {
    return ESP_ERR_ESP_NETIF_DHCP_NOT_STOPPED;
  }
  esp_netif->ip = *ip_info;
  return ESP_OK;
}

esp_err_t esp_netif_dhcpc_start(esp_netif_t* esp_netif) {
  if (is_unknown(esp_netif)) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  return start(esp_netif->dhcp_client_runs);
}

esp_err_t esp_netif_dhcpc_stop(esp_netif_t* esp_netif) {
  if (is_unknown(esp_netif)) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  return stop(esp_netif->dhcp_client_runs);
}

esp_err_t esp_netif_dhcps_start(esp_netif_t* esp_netif) {
  if (is_unknown(esp_netif)) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  return start(esp_netif->dhcp_server_runs);
}

esp_err_t esp_netif_dhcps_stop(esp_netif_t* esp_netif) {
  if (is_unknown(esp_netif)) return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  return stop(esp_netif->dhcp_server_runs);
}

esp_err_t esp_netif_set_dns_info(esp_netif_t* esp_netif,
                                 esp_netif_dns_type_t type,
                                 esp_netif_dns_info_t* dns) {
  if (is_unknown(esp_netif) || dns == nullptr || type < 0 || type >= ESP_NETIF_DNS_MAX) {
    return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  }
  esp_netif->dns[type] = *dns;
  return ESP_OK;
}

esp_err_t esp_netif_get_dns_info(esp_netif_t* esp_netif,
                                 esp_netif_dns_type_t type,
                                 esp_netif_dns_info_t* dns) {
  if (is_unknown(esp_netif) || dns == nullptr || type < 0 || type >= ESP_NETIF_DNS_MAX) {
    return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  }
  *dns = esp_netif->dns[type];
  return ESP_OK;
}

char* esp_ip4addr_ntoa(const esp_ip4_addr_t* addr, char* buf, int buflen) {
  if (addr == nullptr || buf == nullptr || buflen <= 0) return nullptr;
  const int needed = std::snprintf(buf, static_cast<std::size_t>(buflen), IPSTR, IP2STR(addr));
  return needed < buflen ? buf : nullptr;
}

esp_err_t esp_netif_str_to_ip4(const char* src, esp_ip4_addr_t* dst) {
  if (src == nullptr || dst == nullptr) return ESP_ERR_INVALID_ARG;
  return ::inet_pton(AF_INET, src, &dst->addr) == 1 ? ESP_OK : ESP_FAIL;
}

uint32_t esp_ip4addr_aton(const char* addr) {
  return addr == nullptr ? INADDR_NONE : ::inet_addr(addr);
}

void esp_netif_set_ip4_addr(esp_ip4_addr_t* addr, uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  addr->addr = ESP_IP4TOADDR(a, b, c, d);
}

}  // extern "C"
