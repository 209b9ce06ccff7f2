// Addresses as text, by the names that lwIP adds to those of <arpa/inet.h>: a virtual board uses
// the host's sockets.
#pragma once

#include <arpa/inet.h>

#include "lwip/def.h"
#include "lwip/ip_addr.h"

// NULL when the buffer is too small.
#define inet_ntoa_r(addr, buf, buflen) \
  ((char*)inet_ntop(AF_INET, &(addr), (buf), (socklen_t)(buflen)))
#define inet6_ntoa_r(addr, buf, buflen) \
  ((char*)inet_ntop(AF_INET6, &(addr), (buf), (socklen_t)(buflen)))
#define inet_addr_from_ip4addr(target, source) ((target)->s_addr = ip4_addr_get_u32(source))
#define inet_addr_to_ip4addr(target, source) ((target)->addr = (source)->s_addr)
