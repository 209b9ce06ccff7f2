// Names in the local network: what is set is accepted and seen by nobody; nobody is found.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_netif.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const char* key;
  const char* value;
} mdns_txt_item_t;
typedef enum { MDNS_IP_PROTOCOL_V4, MDNS_IP_PROTOCOL_V6, MDNS_IP_PROTOCOL_MAX } mdns_ip_protocol_t;
typedef struct mdns_ip_addr_s {
  esp_ip_addr_t addr;
  struct mdns_ip_addr_s* next;
} mdns_ip_addr_t;
typedef struct mdns_result_s {
  struct mdns_result_s* next;
  esp_netif_t* esp_netif;
  uint32_t ttl;
  mdns_ip_protocol_t ip_protocol;
  char* instance_name;
  char* service_type;
  char* proto;
  char* hostname;
  uint16_t port;
  mdns_txt_item_t* txt;
  uint8_t* txt_value_len;
  size_t txt_count;
  mdns_ip_addr_t* addr;
} mdns_result_t;

static inline esp_err_t mdns_init(void) { return ESP_OK; }
static inline void mdns_free(void) {}
static inline esp_err_t mdns_hostname_set(const char* hostname) { return ESP_OK; }
static inline esp_err_t mdns_instance_name_set(const char* instance_name) { return ESP_OK; }
static inline esp_err_t mdns_service_add(const char* instance_name,
                                         const char* service_type,
                                         const char* proto,
                                         uint16_t port,
                                         mdns_txt_item_t txt[],
                                         size_t num_items) {
  return ESP_OK;
}
static inline esp_err_t mdns_service_remove(const char* service_type, const char* proto) {
  return ESP_OK;
}
static inline esp_err_t mdns_service_remove_all(void) { return ESP_OK; }
static inline esp_err_t mdns_service_txt_set(const char* service_type,
                                             const char* proto,
                                             mdns_txt_item_t txt[],
                                             uint8_t num_items) {
  return ESP_OK;
}
static inline esp_err_t mdns_service_txt_item_set(const char* service_type,
                                                  const char* proto,
                                                  const char* key,
                                                  const char* value) {
  return ESP_OK;
}
static inline esp_err_t mdns_service_instance_name_set(const char* service_type,
                                                       const char* proto,
                                                       const char* instance_name) {
  return ESP_OK;
}
static inline esp_err_t mdns_query_a(const char* host_name,
                                     uint32_t timeout,
                                     esp_ip4_addr_t* addr) {
  ROTA_ANSWER_NOT_OFFERED(ESP_ERR_NOT_FOUND);
}
static inline esp_err_t mdns_query_ptr(const char* service_type,
                                       const char* proto,
                                       uint32_t timeout,
                                       size_t max_results,
                                       mdns_result_t** results) {
  *results = NULL;
  ROTA_ANSWER_NOT_OFFERED(ESP_OK);
}
static inline esp_err_t mdns_query_srv(const char* instance_name,
                                       const char* service_type,
                                       const char* proto,
                                       uint32_t timeout,
                                       mdns_result_t** result) {
  *result = NULL;
  ROTA_ANSWER_NOT_OFFERED(ESP_OK);
}
static inline void mdns_query_results_free(mdns_result_t* results) {}

#ifdef __cplusplus
}
#endif
