// Provisioning of a board: a virtual one is connected already, and says so.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include "esp_err.h"
#include "esp_event.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

ESP_EVENT_DECLARE_BASE(WIFI_PROV_EVENT);
typedef enum {
  WIFI_PROV_INIT,
  WIFI_PROV_START,
  WIFI_PROV_CRED_RECV,
  WIFI_PROV_CRED_FAIL,
  WIFI_PROV_CRED_SUCCESS,
  WIFI_PROV_END,
  WIFI_PROV_DEINIT,
} wifi_prov_cb_event_t;
typedef enum {
  WIFI_PROV_SECURITY_0 = 0,
  WIFI_PROV_SECURITY_1,
  WIFI_PROV_SECURITY_2
} wifi_prov_security_t;
typedef enum { WIFI_PROV_STA_AUTH_ERROR, WIFI_PROV_STA_AP_NOT_FOUND } wifi_prov_sta_fail_reason_t;
typedef void (*wifi_prov_cb_func_t)(void* user_data, wifi_prov_cb_event_t event, void* event_data);
typedef struct {
  wifi_prov_cb_func_t event_cb;
  void* user_data;
} wifi_prov_event_handler_t;
#define WIFI_PROV_EVENT_HANDLER_NONE \
  { .event_cb = NULL, .user_data = NULL }
typedef struct wifi_prov_scheme {
  const char* name;
} wifi_prov_scheme_t;
typedef struct {
  wifi_prov_scheme_t scheme;
  wifi_prov_event_handler_t scheme_event_handler;
  wifi_prov_event_handler_t app_event_handler;
} wifi_prov_mgr_config_t;
typedef const char wifi_prov_security1_params_t;
typedef esp_err_t (*protocomm_req_handler_t)(uint32_t session_id,
                                             const uint8_t* inbuf,
                                             ssize_t inlen,
                                             uint8_t** outbuf,
                                             ssize_t* outlen,
                                             void* priv_data);

// True: there is nothing to provision.
static inline esp_err_t wifi_prov_mgr_is_provisioned(bool* provisioned) {
  if (provisioned == NULL) return ESP_ERR_INVALID_ARG;
  *provisioned = true;
  return ESP_OK;
}
static inline esp_err_t wifi_prov_mgr_init(wifi_prov_mgr_config_t config) {
  (void)config;
  return ESP_OK;
}
static inline void wifi_prov_mgr_deinit(void) {}
static inline void wifi_prov_mgr_wait(void) {}
static inline void wifi_prov_mgr_stop_provisioning(void) {}
ROTA_NOT_OFFERED(wifi_prov_mgr_start_provisioning,
                 wifi_prov_security_t security,
                 const void* wifi_prov_sec_params,
                 const char* service_name,
                 const char* service_key)
ROTA_NOT_OFFERED(wifi_prov_mgr_reset_provisioning, void)
ROTA_NOT_OFFERED(wifi_prov_mgr_reset_sm_state_on_failure, void)
ROTA_NOT_OFFERED(wifi_prov_mgr_endpoint_create, const char* ep_name)
ROTA_NOT_OFFERED(wifi_prov_mgr_endpoint_register,
                 const char* ep_name,
                 protocomm_req_handler_t handler,
                 void* user_ctx)
ROTA_NOT_OFFERED(wifi_prov_mgr_set_app_info,
                 const char* label,
                 const char* version,
                 const char** capabilities,
                 size_t total_capabilities)

#ifdef __cplusplus
}
#endif
