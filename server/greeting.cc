#include "server/greeting.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace rota::server {
namespace {

constexpr std::size_t kMaxUrlLines = 20;
// Devices often hold a URL in a small buffer (esp_ghota: 128 characters).
constexpr std::size_t kLongUrl = 128;

std::string base_url(const Greeting& greeting, const std::string& host) {
  return fmt::format("{}://{}:{}/", greeting.identity ? "https" : "http", address_in_url(host),
                     greeting.port);
}

std::string url_lines(const Greeting& greeting, const Entries& entries) {
  const std::vector<std::string> hosts = device_hosts(greeting);
  const std::string base = base_url(greeting, hosts.front());
  std::string out = "\nURLs for devices:\n";
  std::size_t apps = 0;
  for (const auto& [path, entry] : entries) {
    if (!entry.is_app() || entry.is_damaged || ++apps > kMaxUrlLines) continue;
    const std::string url = base + path_in_url(path);
    out += "  " + url + "\n";
    if (url.size() > kLongUrl) {
      out += fmt::format(
          "    {} characters: too long for the buffers of some devices; use shorter "
          "names.\n",
          url.size());
    }
  }
  if (apps > kMaxUrlLines)
    out += fmt::format("  and {} more, see the page below\n", apps - kMaxUrlLines);
  if (apps == 0) out += fmt::format("  {}NAME.bin\n", base);
  out += fmt::format("All files: {}", base);
  for (std::size_t i = 1; i < hosts.size(); ++i) {
    out += (i == 1 ? "\nAlso at:   " : "  ") + base_url(greeting, hosts[i]);
  }
  out += "\n";
  if (is_loopback_address(hosts.front())) {
    out += "Only programs on this computer reach these addresses.\n";
  }
  return out;
}

std::string trust_lines(const ServerIdentity& identity) {
  const AuthorityFacts& authority = identity.authority;
  std::string out = fmt::format(
      "\nDevices trust this server by its certificate authority{} (valid until {:%Y-%m-%d}), "
      "SHA-256:\n  {}\nEmbed it into a project, then build and flash that once:\n"
      "  cp {} <project>/server_certs/ca_cert.pem\n",
      authority.is_new ? ", made just now" : "", fmt::gmtime(authority.not_after),
      authority.fingerprint, shell_word(authority.certificate_path));
  if (!identity.left_out.empty()) {
    out +=
        fmt::format("Not in the certificate, since the authority is older than these names: {}\n",
                    fmt::join(identity.left_out, ", "));
  }
  return out;
}

}  // namespace

std::string shell_word(const std::string& word) {
  const bool is_plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._-+:@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain && !word.empty()) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::vector<std::string> device_hosts(const Greeting& greeting) {
  if (greeting.bind == "localhost") return {"127.0.0.1"};
  const bool is_any = greeting.bind.empty() || greeting.bind == "0.0.0.0" || greeting.bind == "::";
  if (!is_any) return {greeting.bind};
  std::vector<std::string> hosts = addresses_for_devices(greeting.names);
  if (!greeting.identity) return hosts;
  const std::vector<std::string>& left_out = greeting.identity->left_out;
  std::vector<std::string> vouched;
  std::copy_if(hosts.begin(), hosts.end(), std::back_inserter(vouched), [&](const auto& host) {
    return std::find(left_out.begin(), left_out.end(), host) == left_out.end();
  });
  if (vouched.empty()) vouched.emplace_back("127.0.0.1");
  return vouched;
}

std::string greeting_text(const Greeting& greeting,
                          const Entries& entries,
                          const std::vector<std::string>& complaints) {
  std::string out = fmt::format("Serving {} ({} {})\n\n", clean_text(greeting.folder),
                                entries.size(), entries.size() == 1 ? "file" : "files");
  if (entries.empty()) {
    out += "The folder is empty. The server waits: put an image (.bin) into it at any time.\n";
  } else {
    out += listing_as_table(entries, greeting.is_pretty);
  }
  for (const std::string& complaint : complaints) out += "! " + clean_text(complaint) + "\n";
  out += url_lines(greeting, entries);
  if (greeting.identity) {
    out += trust_lines(*greeting.identity);
  } else {
    out +=
        "\nPlain HTTP: anybody on the way can read and change the firmware. For tests only; "
        "leave out --http for HTTPS.\n";
  }
  return out + "\nCtrl-C stops.\n";
}

}  // namespace rota::server
