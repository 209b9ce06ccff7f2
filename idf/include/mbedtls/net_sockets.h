// Sockets by Mbed TLS's names: error codes only; programs use lwip/sockets.h.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

#define MBEDTLS_ERR_NET_SOCKET_FAILED -0x0042
#define MBEDTLS_ERR_NET_CONNECT_FAILED -0x0044
#define MBEDTLS_ERR_NET_RECV_FAILED -0x004C
#define MBEDTLS_ERR_NET_SEND_FAILED -0x004E
#define MBEDTLS_ERR_NET_CONN_RESET -0x0050
#define MBEDTLS_NET_PROTO_TCP 0
typedef struct mbedtls_net_context {
  int fd;
} mbedtls_net_context;

#ifdef __cplusplus
}
#endif
