#include "rota_not_offered.h"

#include "esp_log.h"
#include "esp_smartconfig.h"
#include "host/ble_hs.h"
#include "wifi_provisioning/scheme_ble.h"
#include "wifi_provisioning/scheme_console.h"
#include "wifi_provisioning/scheme_softap.h"

extern "C" {

ESP_EVENT_DEFINE_BASE(SC_EVENT);
ESP_EVENT_DEFINE_BASE(WIFI_PROV_EVENT);
struct ble_hs_cfg ble_hs_cfg;
const wifi_prov_scheme_t wifi_prov_scheme_softap = {"softap"};
const wifi_prov_scheme_t wifi_prov_scheme_ble = {"ble"};
const wifi_prov_scheme_t wifi_prov_scheme_console = {"console"};

}  // extern "C"

void rota_tell_not_offered(const char* call) {
  ESP_LOGW("rota",
           "%s() does nothing on a virtual board: it has no such part. It answers "
           "ESP_ERR_NOT_SUPPORTED from here on.",
           call);
}
