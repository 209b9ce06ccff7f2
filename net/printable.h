// What a peer sent, in a sentence for a person.
#pragma once

#include <string>
#include <string_view>

namespace rota::net {

// The first line of `bytes`, at most `most` characters of it; dots for what is not printable ASCII.
inline std::string printable(std::string_view bytes, std::size_t most = 60) {
  bytes = bytes.substr(0, bytes.find_first_of("\r\n"));
  std::string text;
  for (const char c : bytes.substr(0, most)) text += c >= ' ' && c <= '~' ? c : '.';
  if (bytes.size() > most) text += "...";
  return text;
}

}  // namespace rota::net
