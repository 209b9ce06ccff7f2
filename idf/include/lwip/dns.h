// lwIP's resolver. The host's resolver and its servers are used; what is set here is kept and asked
// for again, and has no other effect.
#pragma once

#include "lwip/err.h"
#include "lwip/ip_addr.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DNS_MAX_SERVERS 3

typedef void (*dns_found_callback)(const char* name, const ip_addr_t* ipaddr, void* callback_arg);

// Looks the name up while the caller waits: ERR_OK with the address, ERR_VAL when there is none.
// The callback is never used. ERR_ARG: no name or no place for the address.
err_t dns_gethostbyname(const char* hostname,
                        ip_addr_t* addr,
                        dns_found_callback found,
                        void* callback_arg);
void dns_setserver(u8_t numdns, const ip_addr_t* dnsserver);
// Zero for a server that nobody set.
const ip_addr_t* dns_getserver(u8_t numdns);

#ifdef __cplusplus
}
#endif
