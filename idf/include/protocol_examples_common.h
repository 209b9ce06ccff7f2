// The connection that ESP-IDF's examples share. A virtual board has the host's network, shown as a
// connected Ethernet interface.
#pragma once

#include "esp_err.h"
#include "esp_netif.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXAMPLE_NETIF_DESC_STA "example_netif_sta"
#define EXAMPLE_NETIF_DESC_ETH "example_netif_eth"

// Errors: INVALID_STATE when connected already.
esp_err_t example_connect(void);
esp_err_t example_disconnect(void);
// fgets(stdin) waits for the console from the start; this is accepted.
esp_err_t example_configure_stdin_stdout(void);
esp_netif_t* get_example_netif_from_desc(const char* desc);

#ifdef __cplusplus
}
#endif
