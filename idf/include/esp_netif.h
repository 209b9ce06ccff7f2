// Network interfaces. A virtual board uses the host's network; its interfaces report 127.0.0.1 and
// accept settings without effect.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_netif_ip_addr.h"
#include "esp_netif_types.h"
#include "esp_wifi_types.h"

#ifdef __cplusplus
extern "C" {
#endif

esp_err_t esp_netif_init(void);
// NOT_SUPPORTED, as in the reference.
esp_err_t esp_netif_deinit(void);
void esp_netif_destroy(esp_netif_t* esp_netif);
void esp_netif_destroy_default_wifi(void* esp_netif);
esp_netif_t* esp_netif_create_default_wifi_sta(void);
esp_netif_t* esp_netif_create_default_wifi_ap(void);
// "WIFI_STA_DEF", "WIFI_AP_DEF", "ETH_DEF"; NULL when it was not created.
esp_netif_t* esp_netif_get_handle_from_ifkey(const char* if_key);
esp_netif_t* esp_netif_get_default_netif(void);
esp_err_t esp_netif_set_default_netif(esp_netif_t* esp_netif);
const char* esp_netif_get_desc(esp_netif_t* esp_netif);
const char* esp_netif_get_ifkey(esp_netif_t* esp_netif);
// "lo": the name that binds a socket on the host.
esp_err_t esp_netif_get_netif_impl_name(esp_netif_t* esp_netif, char* name);
bool esp_netif_is_netif_up(esp_netif_t* esp_netif);
esp_err_t esp_netif_get_mac(esp_netif_t* esp_netif, uint8_t mac[]);
esp_err_t esp_netif_set_hostname(esp_netif_t* esp_netif, const char* hostname);
esp_err_t esp_netif_get_hostname(esp_netif_t* esp_netif, const char** hostname);
esp_err_t esp_netif_get_ip_info(esp_netif_t* esp_netif, esp_netif_ip_info_t* ip_info);
esp_err_t esp_netif_set_ip_info(esp_netif_t* esp_netif, const esp_netif_ip_info_t* ip_info);
esp_err_t esp_netif_dhcpc_start(esp_netif_t* esp_netif);
esp_err_t esp_netif_dhcpc_stop(esp_netif_t* esp_netif);
esp_err_t esp_netif_dhcps_start(esp_netif_t* esp_netif);
esp_err_t esp_netif_dhcps_stop(esp_netif_t* esp_netif);
esp_err_t esp_netif_set_dns_info(esp_netif_t* esp_netif,
                                 esp_netif_dns_type_t type,
                                 esp_netif_dns_info_t* dns);
esp_err_t esp_netif_get_dns_info(esp_netif_t* esp_netif,
                                 esp_netif_dns_type_t type,
                                 esp_netif_dns_info_t* dns);
uint32_t esp_ip4addr_aton(const char* addr);
// The text in `buf`; NULL when it is too small.
char* esp_ip4addr_ntoa(const esp_ip4_addr_t* addr, char* buf, int buflen);
// ESP_FAIL: no address.
esp_err_t esp_netif_str_to_ip4(const char* src, esp_ip4_addr_t* dst);

// Interfaces by their configuration: key and description count, the rest is accepted.
typedef struct {
  uint32_t flags;
  uint8_t mac[6];
  const esp_netif_ip_info_t* ip_info;
  uint32_t get_ip_event;
  uint32_t lost_ip_event;
  const char* if_key;
  const char* if_desc;
  int route_prio;
} esp_netif_inherent_config_t;
typedef struct {
  const esp_netif_inherent_config_t* base;
  const void* driver;
  const void* stack;
} esp_netif_config_t;
typedef void* esp_netif_iodriver_handle;
extern const esp_netif_inherent_config_t rota_default_ethernet;
#define ESP_NETIF_DEFAULT_ETH() \
  { .base = &rota_default_ethernet, .driver = NULL, .stack = NULL }

esp_netif_t* esp_netif_new(const esp_netif_config_t* esp_netif_config);
esp_err_t esp_netif_attach(esp_netif_t* esp_netif, esp_netif_iodriver_handle driver_handle);

typedef enum {
  ESP_NETIF_OP_START = 0,
  ESP_NETIF_OP_SET,
  ESP_NETIF_OP_GET,
  ESP_NETIF_OP_MAX,
} esp_netif_dhcp_option_mode_t;
typedef enum {
  ESP_NETIF_SUBNET_MASK = 1,
  ESP_NETIF_DOMAIN_NAME_SERVER = 6,
  ESP_NETIF_ROUTER_SOLICITATION_ADDRESS = 32,
  ESP_NETIF_VENDOR_SPECIFIC_INFO = 43,
  ESP_NETIF_REQUESTED_IP_ADDRESS = 50,
  ESP_NETIF_IP_ADDRESS_LEASE_TIME = 51,
  ESP_NETIF_IP_REQUEST_RETRY_TIME = 52,
  ESP_NETIF_CAPTIVEPORTAL_URI = 114,
} esp_netif_dhcp_option_id_t;
// Accepted without effect.
esp_err_t esp_netif_dhcps_option(esp_netif_t* esp_netif,
                                 esp_netif_dhcp_option_mode_t opt_op,
                                 esp_netif_dhcp_option_id_t opt_id,
                                 void* opt_val,
                                 uint32_t opt_len);
// NOT_SUPPORTED: the host's network has neither.
esp_err_t esp_netif_napt_enable(esp_netif_t* esp_netif);
esp_err_t esp_netif_napt_disable(esp_netif_t* esp_netif);
esp_err_t esp_netif_create_ip6_linklocal(esp_netif_t* esp_netif);
void esp_netif_set_ip4_addr(esp_ip4_addr_t* addr, uint8_t a, uint8_t b, uint8_t c, uint8_t d);

#ifdef __cplusplus
}
#endif

#include "tcpip_adapter.h"  // the names of before ESP-IDF v5, on top of these
