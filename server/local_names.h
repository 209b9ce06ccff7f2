// How devices may call this computer: its host name and the addresses of its interfaces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rota::server {

// Addresses in their usual text form, sorted, without scope. A list made by a test is as good.
struct LocalNames {
  std::string host_name;               // empty when it can not stand in a certificate
  std::vector<std::string> addresses;  // IPv4 and IPv6, loopback included
};

// What getifaddrs and gethostname say now.
LocalNames local_names();

// 127/8, 10/8, 172.16/12, 192.168/16, 169.254/16, ::1, fe80::/10, fc00::/7: the ranges that the
// certificate authority may vouch for.
bool is_private_address(std::string_view address);
bool is_loopback_address(std::string_view address);
// The addresses worth printing for a device: IPv4 that is not loopback first, then IPv6 that needs
// no scope; loopback alone when there is nothing else.
std::vector<std::string> addresses_for_devices(const LocalNames& names);
// "[fd00::1]" for IPv6, unchanged otherwise: the form in a URL.
std::string address_in_url(std::string_view address);

}  // namespace rota::server
