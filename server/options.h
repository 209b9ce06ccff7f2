// What a person typed after rota-server (or `rota serve`, which hands its words on unchanged).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/refusal.h"

namespace rota::server {

inline constexpr std::uint16_t kDefaultPort = 8070;

struct Options {
  std::string folder;  // what is served; empty with make_ca
  std::uint16_t port = kDefaultPort;
  bool http = false;
  std::string bind;   // empty: all addresses
  std::string state;  // empty: the user's state folder
  std::optional<int> ready_fd;
  bool quiet = false;
  bool make_ca = false;
  bool help = false;
  bool version = false;
};

// Refuses with a sentence that names the word that makes no sense.
Result<Options, Refusal> parse_options(std::span<const std::string_view> words);

std::string_view help_text();

}  // namespace rota::server
