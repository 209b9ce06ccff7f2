// The recorded vectors: gzip files with one JSON object per line, in the reference material beside
// the repository. Used by the conformance programs only.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rota::conformance {

// The folder with the ESP-IDF vectors; it need not exist.
inline std::filesystem::path vectors_folder() {
  const char* chosen = std::getenv("ROTA_SHARED");
  const std::filesystem::path shared =
      chosen != nullptr ? std::filesystem::path(chosen)
                        : std::filesystem::path(ROTA_SOURCE_DIR).parent_path() / "shared";
  return shared / "vectors" / "esp-ota";
}

// Calls `each(object)` for every line; returns how many there were. -1: the file is absent.
template <class Each>
int for_each_vector(std::string_view file, Each&& each) {
  const std::filesystem::path path = vectors_folder() / file;
  gzFile in = gzopen(path.c_str(), "rb");
  if (in == nullptr) return -1;
  int count = 0;
  std::string line;
  std::vector<char> chunk(1U << 16U);
  while (gzgets(in, chunk.data(), static_cast<int>(chunk.size())) != nullptr) {
    line += chunk.data();
    if (line.back() != '\n' && gzeof(in) == 0) continue;
    each(nlohmann::json::parse(line));
    line.clear();
    ++count;
  }
  gzclose(in);
  return count;
}

inline std::vector<std::byte> from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::vector<std::byte> bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
  }
  return bytes;
}

}  // namespace rota::conformance

// The only reason to skip: the recordings are not on this machine.
#define ROTA_SKIP_WITHOUT_VECTORS(count) \
  if ((count) < 0) GTEST_SKIP() << "vectors are absent: " << ::rota::conformance::vectors_folder()
