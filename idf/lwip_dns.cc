// lwip/dns.h on the host's resolver.
#include <netdb.h>

#include <cstring>

#include "idf/network.h"
#include "idf/scheduler.h"
#include "lwip/dns.h"

using rota::idf::BlockingSection;
using rota::idf::runtime;

extern "C" {

err_t dns_gethostbyname(const char* hostname,
                        ip_addr_t* addr,
                        dns_found_callback /*found*/,
                        void* /*callback_arg*/) {
  if (hostname == nullptr || addr == nullptr || hostname[0] == '\0') return ERR_ARG;
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int failed = 0;
  {
    const BlockingSection others_run;
    failed = ::getaddrinfo(hostname, nullptr, &hints, &found);
  }
  if (failed != 0 || found == nullptr) return ERR_VAL;
  sockaddr_in first{};
  std::memcpy(&first, found->ai_addr, sizeof(first));
  ::freeaddrinfo(found);
  ip_addr_set_zero(addr);
  ip_2_ip4(addr)->addr = first.sin_addr.s_addr;
  return ERR_OK;
}

void dns_setserver(u8_t numdns, const ip_addr_t* dnsserver) {
  auto& servers = runtime().network().dns_servers();
  if (numdns >= servers.size()) return;
  servers[numdns] = dnsserver != nullptr ? *dnsserver : ip_addr_t{};
}

const ip_addr_t* dns_getserver(u8_t numdns) {
  auto& servers = runtime().network().dns_servers();
  return numdns < servers.size() ? &servers[numdns] : IP_ADDR_ANY;
}
}
