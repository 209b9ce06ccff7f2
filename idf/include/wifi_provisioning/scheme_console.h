// A way of provisioning: a virtual board needs none.
#pragma once

#include "wifi_provisioning/manager.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const wifi_prov_scheme_t wifi_prov_scheme_console;

#ifdef __cplusplus
}
#endif
