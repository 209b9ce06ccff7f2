#include "server/local_names.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <memory>

namespace rota::server {
namespace {

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '.' || name.back() == '.') return false;
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; });
}

std::array<unsigned, 2> first_octets(std::string_view ipv4) {
  in_addr parsed{};
  if (inet_pton(AF_INET, std::string(ipv4).c_str(), &parsed) != 1) return {0, 0};
  std::array<unsigned char, 4> octets{};
  std::memcpy(octets.data(), &parsed, octets.size());
  return {octets[0], octets[1]};
}

bool is_ipv6(std::string_view address) { return address.find(':') != std::string_view::npos; }

std::string text_of_address(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* raw = nullptr;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (address.sa_family == AF_INET) {
    std::memcpy(&v4, &address, sizeof v4);
    raw = &v4.sin_addr;
  } else if (address.sa_family == AF_INET6) {
    std::memcpy(&v6, &address, sizeof v6);
    raw = &v6.sin6_addr;
  }
  if (raw == nullptr) return {};
  if (inet_ntop(address.sa_family, raw, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

}  // namespace

LocalNames local_names() {
  LocalNames names;
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0 && is_host_name(host.data())) {
    names.host_name = host.data();
    std::transform(names.host_name.begin(), names.host_name.end(), names.host_name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) == 0) {
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
    for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
      if (at->ifa_addr == nullptr) continue;
      if (std::string text = text_of_address(*at->ifa_addr); !text.empty()) {
        names.addresses.push_back(std::move(text));
      }
    }
  }
  std::sort(names.addresses.begin(), names.addresses.end());
  names.addresses.erase(std::unique(names.addresses.begin(), names.addresses.end()),
                        names.addresses.end());
  return names;
}

bool is_loopback_address(std::string_view address) {
  return is_ipv6(address) ? address == "::1" : first_octets(address)[0] == 127;
}

bool is_private_address(std::string_view address) {
  if (is_ipv6(address)) {
    in6_addr parsed{};
    if (inet_pton(AF_INET6, std::string(address).c_str(), &parsed) != 1) return false;
    const unsigned first = parsed.s6_addr[0];
    const unsigned second = parsed.s6_addr[1];
    return IN6_IS_ADDR_LOOPBACK(&parsed) || (first & 0xFEU) == 0xFC ||
           (first == 0xFE && (second & 0xC0U) == 0x80);
  }
  const auto [first, second] = first_octets(address);
  return first == 127 || first == 10 || (first == 172 && second >= 16 && second < 32) ||
         (first == 192 && second == 168) || (first == 169 && second == 254);
}

std::vector<std::string> addresses_for_devices(const LocalNames& names) {
  std::vector<std::string> v4, v6;
  for (const std::string& address : names.addresses) {
    if (is_loopback_address(address)) continue;
    if (!is_ipv6(address)) {
      v4.push_back(address);
    } else if (!address.starts_with("fe8") && !address.starts_with("fe9") &&
               !address.starts_with("fea") && !address.starts_with("feb")) {
      v6.push_back(address);  // link-local ones need a scope that a URL on a device does not have
    }
  }
  v4.insert(v4.end(), v6.begin(), v6.end());
  if (v4.empty()) v4.emplace_back("127.0.0.1");
  return v4;
}

std::string address_in_url(std::string_view address) {
  return is_ipv6(address) ? "[" + std::string(address) + "]" : std::string(address);
}

}  // namespace rota::server
