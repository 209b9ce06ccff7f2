#include "vectors.h"

#include <zlib.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace rota::conformance {

namespace fs = std::filesystem;

std::string read_unpacked(const fs::path& path) {
  gzFile in = gzopen(path.c_str(), "rb");
  if (in == nullptr) throw std::runtime_error("can not open " + path.string());
  std::string text;
  std::vector<char> chunk(1U << 16U);
  int count = 0;
  while ((count = gzread(in, chunk.data(), static_cast<unsigned>(chunk.size()))) > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  gzclose(in);
  if (count < 0) throw std::runtime_error(path.string() + " is damaged: it can not be unpacked");
  return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

nlohmann::json read_json(const fs::path& path) {
  return nlohmann::json::parse(read_unpacked(path));
}

std::vector<std::byte> from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::vector<std::byte> bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
  }
  return bytes;
}

std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    hex += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    hex += kDigits[std::to_integer<unsigned>(byte) & 15U];
  }
  return hex;
}

fs::path usual_vectors_folder() {
  const fs::path source(ROTA_SOURCE_DIR);
  const char* chosen = std::getenv("ROTA_SHARED");
  const fs::path shared = chosen != nullptr ? fs::path(chosen) : source.parent_path() / "shared";
  if (fs::is_directory(shared / "vectors")) return shared / "vectors";
  return source / "tests" / "vectors";
}

}  // namespace rota::conformance
