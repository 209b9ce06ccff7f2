// esp_app_desc.h and esp_efuse.h: what the image and the chip say about their versions.
#include "esp_app_desc.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

#include "esp_efuse.h"
#include "idf/runtime.h"

using rota::idf::config;
using rota::idf::runtime;

namespace {

constexpr std::size_t kMostDigits = 64;

// The burned bits within the width of the field, which the project's configuration gives.
std::uint32_t burned_secure_version() {
  const std::uint32_t width = std::min<std::uint32_t>(config().secure_version_width, 32);
  const std::uint32_t field = width == 32 ? ~0U : (1U << width) - 1U;
  const std::uint32_t bits = runtime().platform().efuses().secure_version_bits();
  return static_cast<std::uint32_t>(std::popcount(bits & field));
}

}  // namespace

extern "C" {

const esp_app_desc_t* esp_app_get_description(void) { return &runtime().app_description(); }

int esp_app_get_elf_sha256(char* dst, size_t size) {
  if (dst == nullptr || size == 0) return 0;
  const esp_app_desc_t& app = runtime().app_description();
  const std::size_t digits =
      std::min({size - 1, std::size_t{config().elf_sha_digits}, kMostDigits});
  for (std::size_t i = 0; i < digits; ++i) {
    const unsigned byte = app.app_elf_sha256[i / 2];
    dst[i] = "0123456789abcdef"[i % 2 == 0 ? byte >> 4U : byte & 0xFU];
  }
  dst[digits] = '\0';
  return static_cast<int>(digits + 1);
}

char* esp_app_get_elf_sha256_str(void) {
  auto& text = runtime().elf_sha256_text;
  esp_app_get_elf_sha256(text.data(), text.size());
  return text.data();
}

uint32_t esp_efuse_read_secure_version(void) { return burned_secure_version(); }

bool esp_efuse_check_secure_version(uint32_t secure_version) {
  return secure_version >= burned_secure_version();
}

}  // extern "C"
