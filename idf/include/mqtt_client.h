// MQTT: not on a virtual board.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "esp_err.h"
#include "esp_event.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

ESP_EVENT_DECLARE_BASE(MQTT_EVENTS);

typedef struct esp_mqtt_client* esp_mqtt_client_handle_t;

typedef enum esp_mqtt_event_id_t {
  MQTT_EVENT_ANY = -1,
  MQTT_EVENT_ERROR = 0,
  MQTT_EVENT_CONNECTED,
  MQTT_EVENT_DISCONNECTED,
  MQTT_EVENT_SUBSCRIBED,
  MQTT_EVENT_UNSUBSCRIBED,
  MQTT_EVENT_PUBLISHED,
  MQTT_EVENT_DATA,
  MQTT_EVENT_BEFORE_CONNECT,
  MQTT_EVENT_DELETED,
  MQTT_USER_EVENT,
} esp_mqtt_event_id_t;

typedef enum esp_mqtt_error_type_t {
  MQTT_ERROR_TYPE_NONE = 0,
  MQTT_ERROR_TYPE_TCP_TRANSPORT,
  MQTT_ERROR_TYPE_CONNECTION_REFUSED,
  MQTT_ERROR_TYPE_SUBSCRIBE_FAILED,
} esp_mqtt_error_type_t;

typedef enum esp_mqtt_transport_t {
  MQTT_TRANSPORT_UNKNOWN = 0,
  MQTT_TRANSPORT_OVER_TCP,
  MQTT_TRANSPORT_OVER_SSL,
  MQTT_TRANSPORT_OVER_WS,
  MQTT_TRANSPORT_OVER_WSS,
} esp_mqtt_transport_t;

typedef struct esp_mqtt_error_codes {
  esp_err_t esp_tls_last_esp_err;
  int esp_tls_stack_err;
  int esp_tls_cert_verify_flags;
  esp_mqtt_error_type_t error_type;
  int connect_return_code;
  int esp_transport_sock_errno;
} esp_mqtt_error_codes_t;

typedef struct esp_mqtt_event_t {
  esp_mqtt_event_id_t event_id;
  esp_mqtt_client_handle_t client;
  char* data;
  int data_len;
  int total_data_len;
  int current_data_offset;
  char* topic;
  int topic_len;
  int msg_id;
  int session_present;
  esp_mqtt_error_codes_t* error_handle;
  bool retain;
  int qos;
  bool dup;
} esp_mqtt_event_t;
typedef esp_mqtt_event_t* esp_mqtt_event_handle_t;

typedef struct esp_mqtt_client_config_t {
  struct {
    struct {
      const char* uri;
      const char* hostname;
      esp_mqtt_transport_t transport;
      const char* path;
      uint32_t port;
    } address;
    struct {
      bool use_global_ca_store;
      esp_err_t (*crt_bundle_attach)(void* conf);
      const char* certificate;
      size_t certificate_len;
      bool skip_cert_common_name_check;
      const char** alpn_protos;
      const char* common_name;
    } verification;
  } broker;
  struct {
    const char* username;
    const char* client_id;
    bool set_null_client_id;
    struct {
      const char* password;
      const char* certificate;
      size_t certificate_len;
      const char* key;
      size_t key_len;
    } authentication;
  } credentials;
  struct {
    struct {
      const char* topic;
      const char* msg;
      int msg_len;
      int qos;
      int retain;
    } last_will;
    bool disable_clean_session;
    int keepalive;
    bool disable_keepalive;
    int message_retransmit_timeout;
  } session;
  struct {
    int reconnect_timeout_ms;
    int timeout_ms;
    int refresh_connection_after_ms;
    bool disable_auto_reconnect;
  } network;
  struct {
    int priority;
    int stack_size;
  } task;
  struct {
    int size;
    int out_size;
  } buffer;
  struct {
    uint64_t limit;
  } outbox;
} esp_mqtt_client_config_t;

static inline esp_mqtt_client_handle_t esp_mqtt_client_init(
    const esp_mqtt_client_config_t* config) {
  ROTA_ANSWER_NOT_OFFERED(NULL);
}
ROTA_NOT_OFFERED(esp_mqtt_client_start, esp_mqtt_client_handle_t client)
ROTA_NOT_OFFERED(esp_mqtt_client_stop, esp_mqtt_client_handle_t client)
ROTA_NOT_OFFERED(esp_mqtt_client_reconnect, esp_mqtt_client_handle_t client)
ROTA_NOT_OFFERED(esp_mqtt_client_disconnect, esp_mqtt_client_handle_t client)
ROTA_NOT_OFFERED(esp_mqtt_client_destroy, esp_mqtt_client_handle_t client)
ROTA_NOT_OFFERED(esp_mqtt_client_set_uri, esp_mqtt_client_handle_t client, const char* uri)
ROTA_NOT_OFFERED(esp_mqtt_set_config,
                 esp_mqtt_client_handle_t client,
                 const esp_mqtt_client_config_t* config)
ROTA_NOT_OFFERED(esp_mqtt_client_register_event,
                 esp_mqtt_client_handle_t client,
                 esp_mqtt_event_id_t event,
                 esp_event_handler_t event_handler,
                 void* event_handler_arg)
static inline int esp_mqtt_client_subscribe(esp_mqtt_client_handle_t client,
                                            const char* topic,
                                            int qos) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_mqtt_client_unsubscribe(esp_mqtt_client_handle_t client, const char* topic) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_mqtt_client_publish(esp_mqtt_client_handle_t client,
                                          const char* topic,
                                          const char* data,
                                          int len,
                                          int qos,
                                          int retain) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}
static inline int esp_mqtt_client_enqueue(esp_mqtt_client_handle_t client,
                                          const char* topic,
                                          const char* data,
                                          int len,
                                          int qos,
                                          int retain,
                                          bool store) {
  ROTA_ANSWER_NOT_OFFERED(-1);
}

#ifdef __cplusplus
}
#endif
