// What programs start beside Wi-Fi: an Ethernet port, the time, serial ports, and what a virtual
// board does not have.
#include "esp_eth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "driver/ledc.h"
#include "driver/uart.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_netif_sntp.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

using testing::ElementsAre;

std::vector<std::string>& heard() {
  static std::vector<std::string> list;
  return list;
}

void hear(void*, esp_event_base_t base, std::int32_t id, void*) {
  heard().push_back(base + std::to_string(id));
}

TEST(EthernetTest, APortConnectsWhenItIsStarted) {
  heard().clear();
  PlatformForTest board;
  board.run([] {
    ASSERT_EQ(esp_event_loop_create_default(), ESP_OK);
    esp_event_handler_register(ETH_EVENT, ESP_EVENT_ANY_ID, hear, nullptr);
    esp_event_handler_register(IP_EVENT, IP_EVENT_ETH_GOT_IP, hear, nullptr);
    const esp_netif_config_t settings = ESP_NETIF_DEFAULT_ETH();
    esp_netif_t* netif = esp_netif_new(&settings);
    ASSERT_NE(netif, nullptr);
    EXPECT_EQ(esp_netif_new(&settings), nullptr);  // its key is taken
    const eth_mac_config_t mac_settings = ETH_MAC_DEFAULT_CONFIG();
    const eth_phy_config_t phy_settings = ETH_PHY_DEFAULT_CONFIG();
    const eth_esp32_emac_config_t emac_settings = ETH_ESP32_EMAC_DEFAULT_CONFIG();
    const esp_eth_config_t config = ETH_DEFAULT_CONFIG(
        esp_eth_mac_new_esp32(&emac_settings, &mac_settings), esp_eth_phy_new_ip101(&phy_settings));
    esp_eth_handle_t port = nullptr;
    ASSERT_EQ(esp_eth_driver_install(&config, &port), ESP_OK);
    EXPECT_EQ(esp_netif_attach(netif, esp_eth_new_netif_glue(port)), ESP_OK);
    EXPECT_FALSE(esp_netif_is_netif_up(netif));
    EXPECT_EQ(esp_eth_start(port), ESP_OK);
    EXPECT_EQ(esp_eth_start(port), ESP_ERR_INVALID_STATE);
    vTaskDelay(1);
    EXPECT_TRUE(esp_netif_is_netif_up(netif));
    EXPECT_EQ(esp_eth_driver_uninstall(port), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_eth_stop(port), ESP_OK);
    vTaskDelay(1);
    EXPECT_EQ(esp_eth_driver_uninstall(port), ESP_OK);
    EXPECT_EQ(esp_eth_start(port), ESP_ERR_INVALID_ARG);
  });
  EXPECT_THAT(heard(),
              ElementsAre("ETH_EVENT0", "ETH_EVENT2", "IP_EVENT4", "ETH_EVENT3", "ETH_EVENT1"));
}

TEST(SntpTest, TheTimeIsSetAsSoonAsItIsAskedFor) {
  static int told = 0;
  told = 0;
  PlatformForTest board;
  board.run([] {
    esp_sntp_config_t config = ESP_NETIF_SNTP_DEFAULT_CONFIG("pool.ntp.org");
    config.sync_cb = [](timeval* now) { told += now->tv_sec > 0 ? 1 : 0; };
    EXPECT_EQ(esp_netif_sntp_sync_wait(0), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_netif_sntp_init(&config), ESP_OK);
    EXPECT_EQ(esp_netif_sntp_init(&config), ESP_ERR_INVALID_STATE);
    EXPECT_EQ(esp_netif_sntp_sync_wait(0), ESP_OK);
    EXPECT_STREQ(esp_sntp_getservername(0), "pool.ntp.org");
    EXPECT_EQ(esp_sntp_getservername(1), nullptr);
  });
  EXPECT_EQ(told, 1);
}

TEST(UartTest, TheFirstPortIsTheConsoleAndTheOthersLeadNowhere) {
  PlatformForTest board;
  board.run([] {
    EXPECT_EQ(uart_write_bytes(UART_NUM_0, "to the console", 14), 14);
    EXPECT_EQ(uart_write_bytes(UART_NUM_1, "to nowhere", 10), 10);
    char byte = 0;
    EXPECT_EQ(uart_read_bytes(UART_NUM_1, &byte, 1, 5), 0);
    EXPECT_EQ(uart_write_bytes(UART_NUM_MAX, "x", 1), -1);
  });
  EXPECT_TRUE(board.console_has("to the console"));
  EXPECT_FALSE(board.console_has("to nowhere"));
}

TEST(NotOfferedTest, ACallSaysSoOnce) {
  PlatformForTest board;
  board.run([] {
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(ledc_stop(LEDC_LOW_SPEED_MODE, LEDC_CHANNEL_0, 0), ESP_ERR_NOT_SUPPORTED);
    }
  });
  const std::string line = "ledc_stop() does nothing on a virtual board";
  const std::size_t first = board.console.find(line);
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(board.console.find(line, first + 1), std::string::npos);
}

}  // namespace
}  // namespace rota::idf
