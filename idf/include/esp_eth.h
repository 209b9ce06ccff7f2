// Ethernet: a virtual board has a port that is connected as soon as it is started.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_event.h"

#ifdef __cplusplus
extern "C" {
#endif

ESP_EVENT_DECLARE_BASE(ETH_EVENT);

typedef enum {
  ETHERNET_EVENT_START,
  ETHERNET_EVENT_STOP,
  ETHERNET_EVENT_CONNECTED,
  ETHERNET_EVENT_DISCONNECTED,
} eth_event_t;

typedef void* esp_eth_handle_t;
typedef struct esp_eth_netif_glue_t* esp_eth_netif_glue_handle_t;
// The parts of a port. What they are set to has no effect here.
typedef struct esp_eth_mac_s esp_eth_mac_t;
typedef struct esp_eth_phy_s esp_eth_phy_t;

typedef struct {
  uint32_t sw_reset_timeout_ms;
  uint32_t rx_task_stack_size;
  uint32_t rx_task_prio;
  uint32_t flags;
} eth_mac_config_t;
#define ETH_MAC_DEFAULT_CONFIG() \
  { .sw_reset_timeout_ms = 100, .rx_task_stack_size = 4096, .rx_task_prio = 15, .flags = 0 }

typedef struct {
  int32_t phy_addr;
  uint32_t reset_timeout_ms;
  uint32_t autonego_timeout_ms;
  int reset_gpio_num;
  int32_t hw_reset_assert_time_us;
  int32_t post_hw_reset_delay_ms;
} eth_phy_config_t;
#define ESP_ETH_PHY_ADDR_AUTO (-1)
#define ETH_PHY_DEFAULT_CONFIG()                                                             \
  {                                                                                          \
    .phy_addr = ESP_ETH_PHY_ADDR_AUTO, .reset_timeout_ms = 100, .autonego_timeout_ms = 4000, \
    .reset_gpio_num = 5, .hw_reset_assert_time_us = 0, .post_hw_reset_delay_ms = 0           \
  }

typedef struct {
  struct {
    int mdc_num;
    int mdio_num;
  } smi_gpio;
  int interface;
} eth_esp32_emac_config_t;
#define ETH_ESP32_EMAC_DEFAULT_CONFIG() \
  { .smi_gpio = {.mdc_num = 23, .mdio_num = 18}, .interface = 0 }

typedef struct {
  esp_eth_mac_t* mac;
  esp_eth_phy_t* phy;
  uint32_t check_link_period_ms;
} esp_eth_config_t;
#define ETH_DEFAULT_CONFIG(emac, ephy) \
  { .mac = emac, .phy = ephy, .check_link_period_ms = 2000 }

esp_eth_mac_t* esp_eth_mac_new_esp32(const eth_esp32_emac_config_t* esp32_config,
                                     const eth_mac_config_t* config);
esp_eth_phy_t* esp_eth_phy_new_generic(const eth_phy_config_t* config);
esp_eth_phy_t* esp_eth_phy_new_ip101(const eth_phy_config_t* config);
esp_eth_phy_t* esp_eth_phy_new_rtl8201(const eth_phy_config_t* config);
esp_eth_phy_t* esp_eth_phy_new_lan87xx(const eth_phy_config_t* config);
esp_eth_phy_t* esp_eth_phy_new_dp83848(const eth_phy_config_t* config);
esp_eth_phy_t* esp_eth_phy_new_ksz80xx(const eth_phy_config_t* config);

esp_err_t esp_eth_driver_install(const esp_eth_config_t* config, esp_eth_handle_t* out_hdl);
esp_err_t esp_eth_driver_uninstall(esp_eth_handle_t hdl);
// Posts START and CONNECTED, and IP_EVENT_ETH_GOT_IP for the interface that is attached.
esp_err_t esp_eth_start(esp_eth_handle_t hdl);
esp_err_t esp_eth_stop(esp_eth_handle_t hdl);
// To attach with esp_netif_attach().
esp_eth_netif_glue_handle_t esp_eth_new_netif_glue(esp_eth_handle_t eth_hdl);
esp_err_t esp_eth_del_netif_glue(esp_eth_netif_glue_handle_t eth_netif_glue);

#ifdef __cplusplus
}
#endif
