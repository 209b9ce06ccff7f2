// A web server in a task of its own: the program registers a function for each URI, and receives a
// request's body and sends the response in it, piece by piece.
//
// The server listens on 127.0.0.1, at server_port if this machine lets it; its first log line says
// where. ROTA_LISTEN=ADDRESS or ADDRESS:PORT in the environment of the board chooses otherwise.
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "esp_err.h"
#include "esp_event.h"
#include "esp_event_base.h"
#include "esp_heap_caps.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "http_parser.h"
#if __has_include("sdkconfig.h")
#include "sdkconfig.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifdef CONFIG_HTTPD_MAX_REQ_HDR_LEN
#define HTTPD_MAX_REQ_HDR_LEN CONFIG_HTTPD_MAX_REQ_HDR_LEN
#else
#define HTTPD_MAX_REQ_HDR_LEN 1024
#endif
#ifdef CONFIG_HTTPD_MAX_URI_LEN
#define HTTPD_MAX_URI_LEN CONFIG_HTTPD_MAX_URI_LEN
#else
#define HTTPD_MAX_URI_LEN 512
#endif
#define ESP_HTTPD_DEF_CTRL_PORT 32768

#define ESP_ERR_HTTPD_BASE 0xb000
#define ESP_ERR_HTTPD_HANDLERS_FULL (ESP_ERR_HTTPD_BASE + 1)
#define ESP_ERR_HTTPD_HANDLER_EXISTS (ESP_ERR_HTTPD_BASE + 2)
#define ESP_ERR_HTTPD_INVALID_REQ (ESP_ERR_HTTPD_BASE + 3)
#define ESP_ERR_HTTPD_RESULT_TRUNC (ESP_ERR_HTTPD_BASE + 4)
#define ESP_ERR_HTTPD_RESP_HDR (ESP_ERR_HTTPD_BASE + 5)
#define ESP_ERR_HTTPD_RESP_SEND (ESP_ERR_HTTPD_BASE + 6)
#define ESP_ERR_HTTPD_ALLOC_MEM (ESP_ERR_HTTPD_BASE + 7)
#define ESP_ERR_HTTPD_TASK (ESP_ERR_HTTPD_BASE + 8)

// As a length: the text's own.
#define HTTPD_RESP_USE_STRLEN -1

#define HTTPD_SOCK_ERR_FAIL -1
#define HTTPD_SOCK_ERR_INVALID -2
#define HTTPD_SOCK_ERR_TIMEOUT -3

#define HTTPD_200 "200 OK"
#define HTTPD_204 "204 No Content"
#define HTTPD_207 "207 Multi-Status"
#define HTTPD_400 "400 Bad Request"
#define HTTPD_404 "404 Not Found"
#define HTTPD_408 "408 Request Timeout"
#define HTTPD_500 "500 Internal Server Error"

#define HTTPD_TYPE_JSON "application/json"
#define HTTPD_TYPE_TEXT "text/html"
#define HTTPD_TYPE_OCTET "application/octet-stream"

// As the method of a handler: every method.
#define HTTP_ANY INT_MAX

typedef void* httpd_handle_t;
typedef enum http_method httpd_method_t;
typedef void (*httpd_free_ctx_fn_t)(void* ctx);
// A result other than ESP_OK closes the connection at once.
typedef esp_err_t (*httpd_open_func_t)(httpd_handle_t hd, int sockfd);
// Has to close the socket.
typedef void (*httpd_close_func_t)(httpd_handle_t hd, int sockfd);
typedef bool (*httpd_uri_match_func_t)(const char* reference_uri,
                                       const char* uri_to_match,
                                       size_t match_upto);

// ---- Events, posted to the default loop if there is one ----

ESP_EVENT_DECLARE_BASE(ESP_HTTP_SERVER_EVENT);

typedef enum {
  HTTP_SERVER_EVENT_ERROR = 0,     // data: httpd_err_code_t
  HTTP_SERVER_EVENT_START,         // no data
  HTTP_SERVER_EVENT_ON_CONNECTED,  // data: int, the socket; so where nothing else is said
  HTTP_SERVER_EVENT_ON_HEADER,
  HTTP_SERVER_EVENT_HEADERS_SENT,
  HTTP_SERVER_EVENT_ON_DATA,    // data: esp_http_server_event_data
  HTTP_SERVER_EVENT_SENT_DATA,  // data: esp_http_server_event_data
  HTTP_SERVER_EVENT_DISCONNECTED,
  HTTP_SERVER_EVENT_STOP,  // no data
} esp_http_server_event_id_t;

typedef struct {
  int fd;
  int data_len;
} esp_http_server_event_data;

// ---- Start and stop ----

typedef struct httpd_config {
  unsigned task_priority;
  size_t stack_size;
  BaseType_t core_id;  // no effect on a virtual board, as task_caps and ctrl_port
  uint32_t task_caps;
  size_t max_req_hdr_len;  // of all header lines of a request together; 0: the default
  size_t max_uri_len;      // 0: the default
  uint16_t server_port;
  uint16_t ctrl_port;
  uint16_t max_open_sockets;  // at most CONFIG_LWIP_MAX_SOCKETS - 3
  uint16_t max_uri_handlers;
  uint16_t max_resp_headers;
  uint16_t backlog_conn;
  bool lru_purge_enable;       // one connection too many closes the one that is unused the longest
  uint16_t recv_wait_timeout;  // seconds
  uint16_t send_wait_timeout;  // seconds
  void* global_user_ctx;       // freed at the end: by the function, else by free()
  httpd_free_ctx_fn_t global_user_ctx_free_fn;
  void* global_transport_ctx;
  httpd_free_ctx_fn_t global_transport_ctx_free_fn;
  bool enable_so_linger;
  int linger_timeout;  // seconds
  bool keep_alive_enable;
  int keep_alive_idle;      // seconds; 0: 5
  int keep_alive_interval;  // seconds; 0: 5
  int keep_alive_count;     // 0: 3
  httpd_open_func_t open_fn;
  httpd_close_func_t close_fn;
  httpd_uri_match_func_t uri_match_fn;  // NULL: equal texts match
} httpd_config_t;

#define HTTPD_DEFAULT_CONFIG()                                                                    \
  {                                                                                               \
    .task_priority = tskIDLE_PRIORITY + 5, .stack_size = 4096, .core_id = tskNO_AFFINITY,         \
    .task_caps = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT, .max_req_hdr_len = HTTPD_MAX_REQ_HDR_LEN, \
    .max_uri_len = HTTPD_MAX_URI_LEN, .server_port = 80, .ctrl_port = ESP_HTTPD_DEF_CTRL_PORT,    \
    .max_open_sockets = 7, .max_uri_handlers = 8, .max_resp_headers = 8, .backlog_conn = 5,       \
    .lru_purge_enable = false, .recv_wait_timeout = 5, .send_wait_timeout = 5,                    \
    .global_user_ctx = NULL, .global_user_ctx_free_fn = NULL, .global_transport_ctx = NULL,       \
    .global_transport_ctx_free_fn = NULL, .enable_so_linger = false, .linger_timeout = 0,         \
    .keep_alive_enable = false, .keep_alive_idle = 0, .keep_alive_interval = 0,                   \
    .keep_alive_count = 0, .open_fn = NULL, .close_fn = NULL, .uri_match_fn = NULL                \
  }

// ESP_ERR_INVALID_ARG (also: too many sockets), ESP_ERR_HTTPD_TASK, ESP_FAIL: no port to listen at.
esp_err_t httpd_start(httpd_handle_t* handle, const httpd_config_t* config);
// Waits until the handler that runs has returned. A handler must not call it.
esp_err_t httpd_stop(httpd_handle_t handle);

// ---- Handlers ----

typedef struct httpd_req {
  httpd_handle_t handle;
  int method;  // of enum http_method
  const char* uri;
  size_t content_len;
  void* aux;
  void* user_ctx;  // of the handler's registration
  // Kept for the connection from request to request; freed with it: by free_ctx, else by free().
  void* sess_ctx;
  httpd_free_ctx_fn_t free_ctx;
  bool ignore_sess_ctx_changes;
} httpd_req_t;

typedef struct httpd_uri {
  const char* uri;
  httpd_method_t method;
  esp_err_t (*handler)(httpd_req_t* r);  // a result other than ESP_OK closes the connection
  void* user_ctx;
  // With CONFIG_HTTPD_WS_SUPPORT, else ESP_ERR_NOT_SUPPORTED: a GET of the URI is a handshake, and
  // the handler is called for each frame of the connection. Programs for ESP-IDF 5
  // (IDF_VERSION=5.5) see it called once before, with method HTTP_GET, when the handshake is done.
  bool is_websocket;
  bool handle_ws_control_frames;      // ping, pong and close, too; else the server answers them
  const char* supported_subprotocol;  // told to clients that ask for it
  // Before and after the handshake is answered. A result other than ESP_OK closes the connection;
  // the one before may send a response of its own.
  esp_err_t (*ws_pre_handshake_cb)(httpd_req_t* req);
  esp_err_t (*ws_post_handshake_cb)(httpd_req_t* req);
} httpd_uri_t;

// ESP_ERR_HTTPD_HANDLERS_FULL; ESP_ERR_HTTPD_HANDLER_EXISTS: one before it takes these requests.
esp_err_t httpd_register_uri_handler(httpd_handle_t handle, const httpd_uri_t* uri_handler);
esp_err_t httpd_unregister_uri_handler(httpd_handle_t handle,
                                       const char* uri,
                                       httpd_method_t method);
// All methods.
esp_err_t httpd_unregister_uri(httpd_handle_t handle, const char* uri);

// A template may end with '*' (anything may follow), with '?' (the character before may be absent),
// or with both.
bool httpd_uri_match_wildcard(const char* uri_template,
                              const char* uri_to_match,
                              size_t match_upto);

typedef enum {
  HTTPD_500_INTERNAL_SERVER_ERROR = 0,
  HTTPD_501_METHOD_NOT_IMPLEMENTED,
  HTTPD_505_VERSION_NOT_SUPPORTED,
  HTTPD_400_BAD_REQUEST,
  HTTPD_401_UNAUTHORIZED,
  HTTPD_403_FORBIDDEN,
  HTTPD_404_NOT_FOUND,
  HTTPD_405_METHOD_NOT_ALLOWED,
  HTTPD_408_REQ_TIMEOUT,
  HTTPD_411_LENGTH_REQUIRED,
  HTTPD_413_CONTENT_TOO_LARGE,
  HTTPD_414_URI_TOO_LONG,
  HTTPD_431_REQ_HDR_FIELDS_TOO_LARGE,
  HTTPD_ERR_CODE_MAX
} httpd_err_code_t;

// Answers instead of the server. The connection stays open when it returns ESP_OK.
typedef esp_err_t (*httpd_err_handler_func_t)(httpd_req_t* req, httpd_err_code_t error);
esp_err_t httpd_register_err_handler(httpd_handle_t handle,
                                     httpd_err_code_t error,
                                     httpd_err_handler_func_t handler_fn);

// ---- The request ----

// Bytes of the body, at most buf_len; 0: its end, or the connection is closed; below 0:
// HTTPD_SOCK_ERR_*. After HTTPD_SOCK_ERR_TIMEOUT the call may be repeated.
int httpd_req_recv(httpd_req_t* r, char* buf, size_t buf_len);
int httpd_req_to_sockfd(httpd_req_t* r);
// 0 for a header that did not come.
size_t httpd_req_get_hdr_value_len(httpd_req_t* r, const char* field);
// These: ESP_ERR_NOT_FOUND; ESP_ERR_HTTPD_RESULT_TRUNC when the buffer held only the begin.
esp_err_t httpd_req_get_hdr_value_str(httpd_req_t* r,
                                      const char* field,
                                      char* val,
                                      size_t val_size);
size_t httpd_req_get_url_query_len(httpd_req_t* r);
esp_err_t httpd_req_get_url_query_str(httpd_req_t* r, char* buf, size_t buf_len);
esp_err_t httpd_query_key_value(const char* qry, const char* key, char* val, size_t val_size);
esp_err_t httpd_req_get_cookie_val(httpd_req_t* req,
                                   const char* cookie_name,
                                   char* val,
                                   size_t* val_size);
// The request stays open when the handler returns: another task answers to `out` and completes it.
esp_err_t httpd_req_async_handler_begin(httpd_req_t* r, httpd_req_t** out);
esp_err_t httpd_req_async_handler_complete(httpd_req_t* r);

// ---- The response ----

// A whole body. ESP_ERR_HTTPD_RESP_SEND: the client is gone or too slow.
esp_err_t httpd_resp_send(httpd_req_t* r, const char* buf, ssize_t buf_len);
// A piece of a body whose length is not known before; an empty piece is the end.
esp_err_t httpd_resp_send_chunk(httpd_req_t* r, const char* buf, ssize_t buf_len);
static inline esp_err_t httpd_resp_sendstr(httpd_req_t* r, const char* str) {
  return httpd_resp_send(r, str, (str == NULL) ? 0 : HTTPD_RESP_USE_STRLEN);
}
static inline esp_err_t httpd_resp_sendstr_chunk(httpd_req_t* r, const char* str) {
  return httpd_resp_send_chunk(r, str, (str == NULL) ? 0 : HTTPD_RESP_USE_STRLEN);
}
esp_err_t httpd_resp_set_status(httpd_req_t* r, const char* status);
esp_err_t httpd_resp_set_type(httpd_req_t* r, const char* type);
esp_err_t httpd_resp_set_hdr(httpd_req_t* r, const char* field, const char* value);
// `msg` NULL: what the server says itself.
esp_err_t httpd_resp_send_err(httpd_req_t* req, httpd_err_code_t error, const char* msg);
esp_err_t httpd_resp_send_custom_err(httpd_req_t* req, const char* status, const char* msg);
static inline esp_err_t httpd_resp_send_404(httpd_req_t* r) {
  return httpd_resp_send_err(r, HTTPD_404_NOT_FOUND, NULL);
}
static inline esp_err_t httpd_resp_send_408(httpd_req_t* r) {
  return httpd_resp_send_err(r, HTTPD_408_REQ_TIMEOUT, NULL);
}
static inline esp_err_t httpd_resp_send_500(httpd_req_t* r) {
  return httpd_resp_send_err(r, HTTPD_500_INTERNAL_SERVER_ERROR, NULL);
}
// Bytes as they are, head and body by the program. Returns the count, or HTTPD_SOCK_ERR_*.
int httpd_send(httpd_req_t* r, const char* buf, size_t buf_len);
int httpd_socket_send(httpd_handle_t hd, int sockfd, const char* buf, size_t buf_len, int flags);
int httpd_socket_recv(httpd_handle_t hd, int sockfd, char* buf, size_t buf_len, int flags);

// ---- Connections ----

typedef int (*httpd_send_func_t)(
    httpd_handle_t hd, int sockfd, const char* buf, size_t buf_len, int flags);
typedef int (*httpd_recv_func_t)(
    httpd_handle_t hd, int sockfd, char* buf, size_t buf_len, int flags);
typedef int (*httpd_pending_func_t)(httpd_handle_t hd, int sockfd);
esp_err_t httpd_sess_set_recv_override(httpd_handle_t hd, int sockfd, httpd_recv_func_t recv_func);
esp_err_t httpd_sess_set_send_override(httpd_handle_t hd, int sockfd, httpd_send_func_t send_func);
esp_err_t httpd_sess_set_pending_override(httpd_handle_t hd,
                                          int sockfd,
                                          httpd_pending_func_t pending_func);
void* httpd_sess_get_ctx(httpd_handle_t handle, int sockfd);
void httpd_sess_set_ctx(httpd_handle_t handle, int sockfd, void* ctx, httpd_free_ctx_fn_t free_fn);
void* httpd_sess_get_transport_ctx(httpd_handle_t handle, int sockfd);
void httpd_sess_set_transport_ctx(httpd_handle_t handle,
                                  int sockfd,
                                  void* ctx,
                                  httpd_free_ctx_fn_t free_fn);
void* httpd_get_global_user_ctx(httpd_handle_t handle);
void* httpd_get_global_transport_ctx(httpd_handle_t handle);
// Closes a connection from outside its handlers.
esp_err_t httpd_sess_trigger_close(httpd_handle_t handle, int sockfd);
esp_err_t httpd_sess_update_lru_counter(httpd_handle_t handle, int sockfd);
// In: the room in `client_fds`, at least max_open_sockets. Out: the count.
esp_err_t httpd_get_client_list(httpd_handle_t handle, size_t* fds, int* client_fds);

// Runs in the server's task, in order.
typedef void (*httpd_work_fn_t)(void* arg);
esp_err_t httpd_queue_work(httpd_handle_t handle, httpd_work_fn_t work, void* arg);

// ---- WebSockets (RFC 6455) ----

typedef enum {
  HTTPD_WS_TYPE_CONTINUE = 0x0,
  HTTPD_WS_TYPE_TEXT = 0x1,
  HTTPD_WS_TYPE_BINARY = 0x2,
  HTTPD_WS_TYPE_CLOSE = 0x8,
  HTTPD_WS_TYPE_PING = 0x9,
  HTTPD_WS_TYPE_PONG = 0xA
} httpd_ws_type_t;

typedef enum {
  HTTPD_WS_CLIENT_INVALID = 0x0,
  HTTPD_WS_CLIENT_HTTP = 0x1,
  HTTPD_WS_CLIENT_WEBSOCKET = 0x2,
} httpd_ws_client_info_t;

typedef struct httpd_ws_frame {
  bool final;       // received: the last one of its message. To send: only used when `fragmented`
  bool fragmented;  // to send: a piece of a message; the first has its type, the rest CONTINUE
  httpd_ws_type_t type;
  uint8_t* payload;
  size_t len;
} httpd_ws_frame_t;

typedef void (*transfer_complete_cb)(esp_err_t err, int socket, void* arg);

// In a handler. With max_len 0: type, final and len of the frame. Else its payload, too:
// ESP_ERR_INVALID_SIZE when it is larger than max_len. What the handler leaves is skipped.
// ESP_ERR_INVALID_STATE: no frame of a WebSocket; ESP_FAIL: the client is gone or too slow.
esp_err_t httpd_ws_recv_frame(httpd_req_t* req, httpd_ws_frame_t* pkt, size_t max_len);
// These may be called by any task; frames of several tasks do not mix. ESP_ERR_INVALID_STATE: no
// WebSocket, or a close was sent; ESP_ERR_INVALID_ARG: no such connection, or a frame that RFC 6455
// does not know; ESP_FAIL: the client is gone or too slow.
esp_err_t httpd_ws_send_frame(httpd_req_t* req, httpd_ws_frame_t* pkt);
esp_err_t httpd_ws_send_frame_async(httpd_handle_t hd, int fd, httpd_ws_frame_t* frame);
httpd_ws_client_info_t httpd_ws_get_fd_info(httpd_handle_t hd, int fd);
esp_err_t httpd_ws_send_data(httpd_handle_t handle, int socket, httpd_ws_frame_t* frame);
// In the server's task, later; the payload must stay until the callback, which is always called.
esp_err_t httpd_ws_send_data_async(httpd_handle_t handle,
                                   int socket,
                                   httpd_ws_frame_t* frame,
                                   transfer_complete_cb callback,
                                   void* arg);

#ifdef __cplusplus
}
#endif
