// esp_eth.h, and the calls of esp_netif.h that make an interface of a port (surface 2.14).
#include "esp_eth.h"

#include "esp_netif.h"
#include "idf/network.h"

using rota::idf::KernelObject;
using rota::idf::Network;
using rota::idf::post_network_event;
using rota::idf::runtime;

struct esp_eth_mac_s {};
struct esp_eth_phy_s {};

// A port; its address is the driver's handle and that of its glue.
struct esp_eth_netif_glue_t final : KernelObject {
  esp_netif_t* netif = nullptr;
  bool runs = false;
};

namespace {

using Port = esp_eth_netif_glue_t;

// What a program hands on from call to call without looking into it.
constexpr esp_eth_mac_s kMac;
constexpr esp_eth_phy_s kPhy;
esp_eth_phy_t* the_phy() { return const_cast<esp_eth_phy_t*>(&kPhy); }

Port* port_of(void* handle) {
  auto* port = static_cast<Port*>(handle);
  return port != nullptr && runtime().holds(port) ? port : nullptr;
}

void post(eth_event_t event, Port* port) {
  void* handle = port;
  post_network_event(ETH_EVENT, event, &handle, sizeof(handle));
}

}  // namespace

extern "C" {

ESP_EVENT_DEFINE_BASE(ETH_EVENT);

esp_eth_mac_t* esp_eth_mac_new_esp32(const eth_esp32_emac_config_t*, const eth_mac_config_t*) {
  return const_cast<esp_eth_mac_t*>(&kMac);
}
esp_eth_phy_t* esp_eth_phy_new_generic(const eth_phy_config_t*) { return the_phy(); }
esp_eth_phy_t* esp_eth_phy_new_ip101(const eth_phy_config_t*) { return the_phy(); }
esp_eth_phy_t* esp_eth_phy_new_rtl8201(const eth_phy_config_t*) { return the_phy(); }
esp_eth_phy_t* esp_eth_phy_new_lan87xx(const eth_phy_config_t*) { return the_phy(); }
esp_eth_phy_t* esp_eth_phy_new_dp83848(const eth_phy_config_t*) { return the_phy(); }
esp_eth_phy_t* esp_eth_phy_new_ksz80xx(const eth_phy_config_t*) { return the_phy(); }

esp_err_t esp_eth_driver_install(const esp_eth_config_t* config, esp_eth_handle_t* out_hdl) {
  if (config == nullptr || out_hdl == nullptr || config->mac == nullptr || config->phy == nullptr) {
    return ESP_ERR_INVALID_ARG;
  }
  *out_hdl = runtime().create<Port>();
  return *out_hdl == nullptr ? ESP_ERR_NO_MEM : ESP_OK;
}

esp_err_t esp_eth_driver_uninstall(esp_eth_handle_t hdl) {
  Port* port = port_of(hdl);
  if (port == nullptr) return ESP_ERR_INVALID_ARG;
  if (port->runs) return ESP_ERR_INVALID_STATE;
  runtime().destroy(port);
  return ESP_OK;
}

esp_err_t esp_eth_start(esp_eth_handle_t hdl) {
  Port* port = port_of(hdl);
  if (port == nullptr) return ESP_ERR_INVALID_ARG;
  if (port->runs) return ESP_ERR_INVALID_STATE;
  port->runs = true;
  post(ETHERNET_EVENT_START, port);
  post(ETHERNET_EVENT_CONNECTED, port);
  if (runtime().network().holds(port->netif)) {
    Network::bring_up(*port->netif, IP_EVENT_ETH_GOT_IP);
  }
  return ESP_OK;
}

esp_err_t esp_eth_stop(esp_eth_handle_t hdl) {
  Port* port = port_of(hdl);
  if (port == nullptr) return ESP_ERR_INVALID_ARG;
  if (!port->runs) return ESP_ERR_INVALID_STATE;
  port->runs = false;
  if (runtime().network().holds(port->netif)) port->netif->is_up = false;
  post(ETHERNET_EVENT_DISCONNECTED, port);
  post(ETHERNET_EVENT_STOP, port);
  return ESP_OK;
}

esp_eth_netif_glue_handle_t esp_eth_new_netif_glue(esp_eth_handle_t eth_hdl) {
  return port_of(eth_hdl);
}
esp_err_t esp_eth_del_netif_glue(esp_eth_netif_glue_handle_t eth_netif_glue) {
  return port_of(eth_netif_glue) == nullptr ? ESP_ERR_INVALID_ARG : ESP_OK;
}

// ---- esp_netif.h ----

const esp_netif_inherent_config_t rota_default_ethernet = {
    0, {}, nullptr, IP_EVENT_ETH_GOT_IP, IP_EVENT_ETH_LOST_IP, rota::idf::kEthernetKey, "eth", 50};

esp_netif_t* esp_netif_new(const esp_netif_config_t* esp_netif_config) {
  if (esp_netif_config == nullptr || esp_netif_config->base == nullptr) return nullptr;
  const esp_netif_inherent_config_t& base = *esp_netif_config->base;
  if (base.if_key == nullptr) return nullptr;
  Network& network = runtime().network();
  if (network.find_by_key(base.if_key) != nullptr) return nullptr;
  return network.create(base.if_key, base.if_desc == nullptr ? base.if_key : base.if_desc,
                        ESP_MAC_ETH);
}

esp_err_t esp_netif_attach(esp_netif_t* esp_netif, esp_netif_iodriver_handle driver_handle) {
  Port* port = port_of(driver_handle);
  if (port == nullptr || !runtime().network().holds(esp_netif)) {
    return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
  }
  port->netif = esp_netif;
  return ESP_OK;
}

esp_err_t esp_netif_dhcps_option(esp_netif_t* esp_netif,
                                 esp_netif_dhcp_option_mode_t,
                                 esp_netif_dhcp_option_id_t,
                                 void* opt_val,
                                 uint32_t) {
  const bool is_known = runtime().network().holds(esp_netif) && opt_val != nullptr;
  return is_known ? ESP_OK : ESP_ERR_ESP_NETIF_INVALID_PARAMS;
}

esp_err_t esp_netif_napt_enable(esp_netif_t*) { return ESP_ERR_NOT_SUPPORTED; }
esp_err_t esp_netif_napt_disable(esp_netif_t*) { return ESP_ERR_NOT_SUPPORTED; }
esp_err_t esp_netif_create_ip6_linklocal(esp_netif_t*) { return ESP_ERR_NOT_SUPPORTED; }

}  // extern "C"
