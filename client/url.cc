#include <charconv>

#include "client/characters.h"
#include "client/failures.h"
#include "net/printable.h"

namespace rota::client {
namespace {

constexpr std::uint16_t kHttpPort = 80, kHttpsPort = 443;
constexpr std::size_t kMaxHostBytes = 253;  // of a DNS name

Failed<Failure> refuse(std::string_view text, const std::string& why) {
  return fail(Reason::kUrl, "'" + net::printable(text, 120) + "' is not a usable URL: " + why);
}

// Takes "http://" or "https://" off; false when neither is there.
bool take_scheme(std::string_view& rest, bool& tls) {
  const std::size_t colon = rest.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = rest.substr(0, colon);
  tls = same_word(scheme, "https");
  if (!tls && !same_word(scheme, "http")) return false;
  rest.remove_prefix(colon + 3);
  return true;
}

// Nothing when an escape is broken or hides a control character.
std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      c = static_cast<char>(*high * 16U + *low);
      i += 2;
    }
    if (is_control(c)) return std::nullopt;
    plain += c;
  }
  return plain;
}

bool is_host_character(char c) {
  return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_';
}
bool is_v6_character(char c) { return hex_digit(c).has_value() || c == ':' || c == '.'; }

bool is_v6_host(std::string_view host) {
  const std::size_t percent = std::min(host.find('%'), host.size());
  const std::string_view address = host.substr(0, percent);
  const std::string_view zone = host.substr(percent);
  return address.find(':') != std::string_view::npos &&
         std::all_of(address.begin(), address.end(), is_v6_character) &&
         (zone.empty() || is_token(zone.substr(1)));
}

// Takes user, password, host and port from between the scheme and the path.
Done take_authority(Url& url, std::string_view authority, std::string_view text) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = authority.substr(0, at);
    const std::size_t colon = std::min(who.find(':'), who.size());
    const auto user = decoded(who.substr(0, colon));
    const auto password = decoded(who.substr(std::min(colon + 1, who.size())));
    if (!user || !password) {
      return refuse(text, "user or password hold a broken %-escape; write '%' as %25.");
    }
    url.user = *user;
    url.password = *password;
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return refuse(text, "the ']' after the address is missing.");
    // A zone is written [fe80::1%25eth0]; people also write the percent sign alone.
    url.host = authority.substr(1, end - 1);
    if (const std::size_t zone = url.host.find("%25"); zone != std::string::npos) {
      url.host.erase(zone + 1, 2);
    }
    if (!is_v6_host(url.host)) return refuse(text, "there is no IPv6 address between [ and ].");
    port = authority.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) {
      return refuse(text, "only :PORT may stand between ']' and the path.");
    }
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    port = authority.substr(colon);
    if (port.find(':', 1) != std::string_view::npos) {
      return refuse(text, "write an IPv6 address in brackets, as in http://[fd00::1]:8070/.");
    }
    if (url.host.empty()) return refuse(text, "the name or address of the server is missing.");
    if (!std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
      return refuse(text,
                    "a server's name holds letters, digits, '-' and '.' only (write others "
                    "in their xn-- form).");
    }
  }
  if (url.host.size() > kMaxHostBytes) return refuse(text, "the name of the server is too long.");
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (port.size() <= 1) return {};
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data() + 1, end, url.port);
  if (error != std::errc() || stop != end || url.port == 0) {
    return refuse(text, "a port is a number from 1 to 65535.");
  }
  return {};
}

std::string escaped(std::string_view target) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += '%';
      text += kHex[byte >> 4U];
      text += kHex[byte & 0xFU];
    }
  }
  return text;
}

}  // namespace

Outcome<Url> Url::parse(std::string_view text) {
  if (text.size() > kMaxUrlBytes) {
    return refuse(text, "it is longer than " + std::to_string(kMaxUrlBytes) + " characters.");
  }
  if (text.empty())
    return fail(Reason::kUrl, "The URL is empty: give one like https://host/app.bin.");
  for (const char c : text) {
    if (c == ' ') return refuse(text, "it holds a space; write it as %20.");
    if (is_control(c)) return refuse(text, "it holds a control character or a line end.");
    // Readers differ on where the host ends then.
    if (c == '\\') return refuse(text, "it holds a backslash; write '/', or %5C for a real one.");
  }
  Url url;
  std::string_view rest = text;
  if (!take_scheme(rest, url.tls)) {
    return refuse(text, "it must start with https:// or http://.");
  }
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  ROTA_TRY(take_authority(url, rest.substr(0, end), text));
  std::string_view target = rest.substr(end);
  target = target.substr(0, target.find('#'));
  url.target = (target.starts_with('/') ? "" : "/") + escaped(target);
  return url;
}

std::string Url::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  const std::string name = host.substr(0, host.find('%'));
  const std::string shown = is_v6 ? "[" + name + "]" : name;
  const bool is_usual = port == (tls ? kHttpsPort : kHttpPort);
  return is_usual ? shown : shown + ":" + std::to_string(port);
}

}  // namespace rota::client
