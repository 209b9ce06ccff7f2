// The events that programs wait for before they use the network, and what interfaces answer.
#include "idf/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "esp_event.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_wifi.h"
#include "idf/platform_for_test.h"
#include "protocol_examples_common.h"

namespace rota::idf {
namespace {

using testing::ElementsAre;

std::vector<std::string>& heard() {
  static std::vector<std::string> list;
  return list;
}

// Does what programs do: connects as soon as the station has started.
void station(void*, esp_event_base_t base, std::int32_t id, void* data) {
  heard().push_back(base + std::to_string(id));
  if (base == WIFI_EVENT && id == WIFI_EVENT_STA_START) esp_wifi_connect();
  if (base == IP_EVENT) {
    const auto* event = static_cast<ip_event_got_ip_t*>(data);
    EXPECT_EQ(event->ip_info.ip.addr, ESP_IP4TOADDR(127, 0, 0, 1));
  }
}

// What a program with an access point hears.
void hear(void*, esp_event_base_t base, std::int32_t id, void* data) {
  if (base == IP_EVENT) {
    ASSERT_EQ(id, IP_EVENT_AP_STAIPASSIGNED);
    EXPECT_EQ(static_cast<ip_event_ap_staipassigned_t*>(data)->ip.addr,
              ESP_IP4TOADDR(127, 0, 0, 1));
    heard().push_back("has its address");
  } else if (id == WIFI_EVENT_AP_STACONNECTED) {
    EXPECT_EQ(static_cast<wifi_event_ap_staconnected_t*>(data)->aid, 1);
    heard().push_back("joins");
  } else if (id == WIFI_EVENT_AP_STADISCONNECTED) {
    EXPECT_EQ(static_cast<wifi_event_ap_stadisconnected_t*>(data)->aid, 1);
    heard().push_back("leaves");
  } else {
    heard().push_back(id == WIFI_EVENT_AP_START ? "start" : "stop");
  }
}

class NetworkTest : public testing::Test {
 protected:
  NetworkTest() { heard().clear(); }

  static void start_wifi(const char* ssid) {
    EXPECT_EQ(esp_netif_init(), ESP_OK);
    EXPECT_EQ(esp_event_loop_create_default(), ESP_OK);
    esp_netif_create_default_wifi_sta();
    const wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    EXPECT_EQ(esp_wifi_init(&init), ESP_OK);
    esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, station, nullptr);
    esp_event_handler_register(IP_EVENT, IP_EVENT_STA_GOT_IP, station, nullptr);
    wifi_config_t config{};
    std::memcpy(config.sta.ssid, ssid, std::strlen(ssid));
    EXPECT_EQ(esp_wifi_set_mode(WIFI_MODE_STA), ESP_OK);
    EXPECT_EQ(esp_wifi_set_config(WIFI_IF_STA, &config), ESP_OK);
    EXPECT_EQ(esp_wifi_start(), ESP_OK);
  }

  PlatformForTest board;
};

TEST_F(NetworkTest, AStationStartsConnectsAndGetsItsAddress) {
  board.run([] {
    start_wifi("home");
    vTaskDelay(1);
    wifi_ap_record_t record{};
    EXPECT_EQ(esp_wifi_sta_get_ap_info(&record), ESP_OK);
    EXPECT_STREQ(reinterpret_cast<char*>(record.ssid), "home");
    EXPECT_EQ(esp_wifi_stop(), ESP_OK);
    EXPECT_EQ(esp_wifi_sta_get_ap_info(&record), ESP_ERR_WIFI_NOT_CONNECT);
  });
  EXPECT_THAT(heard(),
              ElementsAre("WIFI_EVENT2", "WIFI_EVENT4", "IP_EVENT0", "WIFI_EVENT5", "WIFI_EVENT3"));
}

TEST_F(NetworkTest, AScanFindsTheAccessPointThatTheStationIsSetTo) {
  board.run([] {
    start_wifi("home");
    std::uint16_t count = 0;
    EXPECT_EQ(esp_wifi_scan_get_ap_num(&count), ESP_OK);
    EXPECT_EQ(count, 0);
    EXPECT_EQ(esp_wifi_scan_start(nullptr, true), ESP_OK);
    EXPECT_EQ(esp_wifi_scan_get_ap_num(&count), ESP_OK);
    EXPECT_EQ(count, 1);
    std::array<wifi_ap_record_t, 4> records{};
    count = records.size();
    EXPECT_EQ(esp_wifi_scan_get_ap_records(&count, records.data()), ESP_OK);
    EXPECT_EQ(count, 1);
    EXPECT_STREQ(reinterpret_cast<char*>(records[0].ssid), "home");
  });
  EXPECT_THAT(heard(), testing::Contains("WIFI_EVENT1"));
}

// Programs with an upload page of their own wait for somebody to open it.
TEST_F(NetworkTest, TheComputerJoinsTheAccessPointAndLeavesWithIt) {
  board.run([] {
    EXPECT_EQ(esp_netif_init(), ESP_OK);
    EXPECT_EQ(esp_event_loop_create_default(), ESP_OK);
    esp_netif_t* netif = esp_netif_create_default_wifi_ap();
    const wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    EXPECT_EQ(esp_wifi_init(&init), ESP_OK);
    esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, hear, nullptr);
    esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, hear, nullptr);
    EXPECT_EQ(esp_wifi_set_mode(WIFI_MODE_AP), ESP_OK);
    wifi_sta_list_t guests{};
    EXPECT_EQ(esp_wifi_ap_get_sta_list(&guests), ESP_ERR_WIFI_NOT_STARTED);
    EXPECT_EQ(esp_wifi_start(), ESP_OK);
    vTaskDelay(1);
    EXPECT_TRUE(esp_netif_is_netif_up(netif));
    EXPECT_EQ(esp_wifi_ap_get_sta_list(&guests), ESP_OK);
    EXPECT_EQ(guests.num, 1);
    EXPECT_EQ(esp_wifi_deauth_sta(7), ESP_OK) << "nobody has that number";
    EXPECT_EQ(esp_wifi_deauth_sta(1), ESP_OK);
    EXPECT_EQ(esp_wifi_ap_get_sta_list(&guests), ESP_OK);
    EXPECT_EQ(guests.num, 0);
    EXPECT_EQ(esp_wifi_stop(), ESP_OK);
    EXPECT_EQ(esp_wifi_start(), ESP_OK);
    EXPECT_EQ(esp_wifi_stop(), ESP_OK);
    vTaskDelay(1);
  });
  EXPECT_THAT(heard(), ElementsAre("start", "joins", "has its address", "leaves", "stop", "start",
                                   "joins", "has its address", "leaves", "stop"));
}

TEST_F(NetworkTest, WithoutANameThereIsNothingToConnectTo) {
  board.run([] {
    start_wifi("");
    vTaskDelay(1);
    EXPECT_EQ(esp_wifi_connect(), ESP_ERR_WIFI_SSID);
  });
  EXPECT_TRUE(board.console_has("set one with esp_wifi_set_config()"));
}

TEST_F(NetworkTest, TheAddressStaysTheBoards) {
  board.run([] {
    start_wifi("home");
    const std::array<std::uint8_t, 6> mac{2, 0, 0, 0, 0, 9};
    EXPECT_EQ(esp_wifi_set_mac(WIFI_IF_STA, mac.data()), ESP_ERR_NOT_SUPPORTED);
  });
}

TEST_F(NetworkTest, WifiIsUsedInItsOrder) {
  board.run([] {
    EXPECT_EQ(esp_wifi_start(), ESP_ERR_WIFI_NOT_INIT);
    const wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
    EXPECT_EQ(esp_wifi_init(&init), ESP_OK);
    EXPECT_EQ(esp_wifi_connect(), ESP_ERR_WIFI_NOT_STARTED);
    wifi_config_t config{};
    EXPECT_EQ(esp_wifi_set_config(WIFI_IF_AP, &config), ESP_ERR_WIFI_MODE);
    EXPECT_EQ(esp_wifi_set_mode(WIFI_MODE_MAX), ESP_ERR_INVALID_ARG);
  });
}

TEST_F(NetworkTest, TheExamplesConnectOnceAndFindTheirInterface) {
  board.run([] {
    EXPECT_EQ(example_connect(), ESP_ERR_INVALID_STATE);
    esp_event_loop_create_default();
    EXPECT_EQ(example_connect(), ESP_OK);
    EXPECT_EQ(example_connect(), ESP_ERR_INVALID_STATE);
    esp_netif_t* netif = get_example_netif_from_desc(EXAMPLE_NETIF_DESC_STA);
    ASSERT_NE(netif, nullptr);
    EXPECT_TRUE(esp_netif_is_netif_up(netif));
    EXPECT_EQ(esp_netif_get_default_netif(), netif);
    EXPECT_EQ(example_disconnect(), ESP_OK);
    EXPECT_FALSE(esp_netif_is_netif_up(netif));
  });
}

TEST_F(NetworkTest, AFixedAddressNeedsTheClientForAddressesStopped) {
  board.run([] {
    esp_netif_t* netif = esp_netif_create_default_wifi_sta();
    const esp_netif_ip_info_t fixed{{1}, {2}, {3}};
    EXPECT_EQ(esp_netif_set_ip_info(netif, &fixed), ESP_ERR_ESP_NETIF_DHCP_NOT_STOPPED);
    EXPECT_EQ(esp_netif_dhcpc_stop(netif), ESP_OK);
    EXPECT_EQ(esp_netif_dhcpc_stop(netif), ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED);
    EXPECT_EQ(esp_netif_set_ip_info(netif, &fixed), ESP_OK);
    EXPECT_EQ(esp_netif_get_hostname(nullptr, nullptr), ESP_ERR_ESP_NETIF_INVALID_PARAMS);
  });
}

TEST(NetworkAddresses, AreReadAndWrittenAsText) {
  esp_ip4_addr_t address{};
  EXPECT_EQ(esp_netif_str_to_ip4("192.168.4.1", &address), ESP_OK);
  char text[16];
  EXPECT_STREQ(esp_ip4addr_ntoa(&address, text, sizeof(text)), "192.168.4.1");
  EXPECT_EQ(esp_ip4addr_ntoa(&address, text, 11), nullptr);
  EXPECT_EQ(esp_ip4addr_aton("192.168.4.1"), address.addr);
  EXPECT_EQ(esp_netif_str_to_ip4("192.168.4", &address), ESP_FAIL);
}

TEST_F(NetworkTest, TheAddressesOfTheRadiosFollowFromTheBoards) {
  board.run([] {
    std::array<std::uint8_t, 6> base{};
    std::array<std::uint8_t, 6> ethernet{};
    EXPECT_EQ(esp_read_mac(base.data(), ESP_MAC_WIFI_STA), ESP_OK);
    EXPECT_EQ(esp_read_mac(ethernet.data(), ESP_MAC_ETH), ESP_OK);
    EXPECT_EQ(ethernet[5], base[5] + 3);
    EXPECT_EQ(esp_read_mac(base.data(), ESP_MAC_IEEE802154), ESP_ERR_NOT_SUPPORTED);
    EXPECT_EQ(esp_read_mac(nullptr, ESP_MAC_BASE), ESP_ERR_INVALID_ARG);
  });
}

}  // namespace
}  // namespace rota::idf
