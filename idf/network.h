// The board's network as programs see it: interfaces that are connected as soon as they are asked
// to be. The packets go through the host's own network; addresses, names and Wi-Fi settings are
// kept and reported, without effect on the host (surface 2.14).
#pragma once

#include <sys/time.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_wifi_types.h"
#include "idf/runtime.h"
#include "lwip/dns.h"

// One interface; its address is ESP-IDF's esp_netif_t*.
struct esp_netif_obj final : rota::idf::KernelObject {
  esp_netif_obj(std::string_view if_key, std::string_view description, esp_mac_type_t mac);
  ~esp_netif_obj() override = default;

  std::string key;  // "WIFI_STA_DEF"
  std::string desc;
  std::string hostname = "espressif";
  esp_mac_type_t mac_type;
  bool is_up = false;
  bool dhcp_client_runs = true;
  bool dhcp_server_runs = true;
  esp_netif_ip_info_t ip{};
  std::array<esp_netif_dns_info_t, ESP_NETIF_DNS_MAX> dns{};
};

namespace rota::idf {

// The name of an interface that example_connect() makes.
inline constexpr const char* kEthernetKey = "ETH_DEF";
inline constexpr const char* kStationKey = "WIFI_STA_DEF";
inline constexpr const char* kAccessPointKey = "WIFI_AP_DEF";

class Network {
 public:
  // Wi-Fi as far as it was set up.
  struct Wifi {
    bool is_initialized = false;
    bool is_started = false;
    bool is_connected = false;
    bool has_guest = false;      // somebody joined the access point
    bool has_scanned = false;    // and its result was not fetched yet
    std::int8_t max_power = 80;  // 0.25 dBm
    wifi_mode_t mode = WIFI_MODE_STA;
    wifi_ps_type_t power_saving = WIFI_PS_MIN_MODEM;
    std::array<wifi_config_t, WIFI_IF_MAX> configs{};

    bool has_station() const { return mode == WIFI_MODE_STA || mode == WIFI_MODE_APSTA; }
    bool has_access_point() const { return mode == WIFI_MODE_AP || mode == WIFI_MODE_APSTA; }
  };

  // nullptr when the heap is full.
  esp_netif_t* create(std::string_view key, std::string_view description, esp_mac_type_t mac);
  void destroy(esp_netif_t* netif);
  bool holds(const esp_netif_t* netif) const;
  // nullptr when there is none.
  esp_netif_t* find_by_key(std::string_view key) const;
  esp_netif_t* find_by_description(std::string_view description) const;
  esp_netif_t* default_netif() const;
  void set_default(esp_netif_t* netif) { default_ = netif; }

  // The interface is up and has its address; posts the event that tells so.
  static void bring_up(esp_netif_t& netif, ip_event_t got_address);

  Wifi& wifi() { return wifi_; }
  // Ports of the board that its servers have.
  std::set<std::uint16_t>& served_ports() { return served_ports_; }

  // SNTP as far as it was set up.
  struct TimeClient {
    bool runs = false;
    void (*tell)(timeval*) = nullptr;
    std::array<std::string, 4> servers;
  };
  TimeClient& time_client() { return time_client_; }
  // What the program set with lwIP's own function.
  std::array<ip_addr_t, DNS_MAX_SERVERS>& dns_servers() { return dns_servers_; }

 private:
  std::vector<esp_netif_t*> netifs_;  // owned by the runtime, as all kernel objects
  esp_netif_t* default_ = nullptr;
  Wifi wifi_;
  std::set<std::uint16_t> served_ports_;
  TimeClient time_client_;
  std::array<ip_addr_t, DNS_MAX_SERVERS> dns_servers_{};
};

// The board's address of that kind (surface 2.11): its base address plus a fixed number.
std::array<std::uint8_t, 6> mac_address_of(esp_mac_type_t type);

// Posts to the default event loop, if the program has one, and says so in the log if it has not.
void post_network_event(esp_event_base_t base, std::int32_t id, const void* data, std::size_t size);

}  // namespace rota::idf
