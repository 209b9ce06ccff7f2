// A way of provisioning: a virtual board needs none.
#pragma once

#include "rota_not_offered.h"
#include "wifi_provisioning/manager.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const wifi_prov_scheme_t wifi_prov_scheme_ble;
#define WIFI_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BTDM WIFI_PROV_EVENT_HANDLER_NONE
#define WIFI_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BT WIFI_PROV_EVENT_HANDLER_NONE
#define WIFI_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BLE WIFI_PROV_EVENT_HANDLER_NONE
ROTA_NOT_OFFERED(wifi_prov_scheme_ble_set_service_uuid, uint8_t* uuid128)

#ifdef __cplusplus
}
#endif
