// esp_app_desc.h: what the image says about its version.
#include "esp_app_desc.h"

#include <algorithm>
#include <cstdio>

#include "idf/runtime.h"

using rota::idf::config;
using rota::idf::runtime;

namespace {

constexpr std::size_t kMostDigits = 64;

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

}  // extern "C"
