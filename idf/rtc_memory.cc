#include "idf/rtc_memory.h"

#include <algorithm>

#include "esp_log.h"

// The linker marks the two sections; a program without such data has none.
extern "C" {
extern std::byte __start_rota_rtc_noinit[] __attribute__((weak));
extern std::byte __stop_rota_rtc_noinit[] __attribute__((weak));
extern std::byte __start_rota_rtc_data[] __attribute__((weak));
extern std::byte __stop_rota_rtc_data[] __attribute__((weak));
}

namespace rota::idf {

namespace {

constexpr std::uint32_t kMagic = 0x31435452;  // "RTC1"

std::span<std::byte> noinit_of_program() {
  return {__start_rota_rtc_noinit, __stop_rota_rtc_noinit};
}
std::span<std::byte> data_of_program() { return {__start_rota_rtc_data, __stop_rota_rtc_data}; }

void copy(std::span<const std::byte> from, std::span<std::byte> into) {
  std::copy_n(from.begin(), std::min(from.size(), into.size()), into.begin());
}

}  // namespace

RtcMemory::Header& RtcMemory::header() const {
  return *reinterpret_cast<Header*>(platform_.retained_memory().data() + kOffset);
}

std::span<std::byte> RtcMemory::room() const {
  return platform_.retained_memory().subspan(kOffset + sizeof(Header));
}

void RtcMemory::restore() {
  const std::size_t wanted = noinit_of_program().size() + data_of_program().size();
  if (wanted > room().size()) {
    ESP_LOGW("rtc_memory", "Only %zu of %zu bytes of RTC memory are kept over a reset.",
             room().size(), wanted);
  }
  const ResetReason reason = platform_.reset_reason();
  const Header& saved = header();
  if (saved.magic != kMagic || reason == ResetReason::kPowerOn ||
      std::size_t{saved.noinit_bytes} + saved.data_bytes > room().size()) {
    return;
  }
  copy(room().first(saved.noinit_bytes), noinit_of_program());
  if (reason == ResetReason::kDeepSleep) {
    copy(room().subspan(saved.noinit_bytes, saved.data_bytes), data_of_program());
  }
}

void RtcMemory::save() {
  const std::size_t noinit_bytes = std::min(noinit_of_program().size(), room().size());
  const std::size_t data_bytes = std::min(data_of_program().size(), room().size() - noinit_bytes);
  header() = {kMagic, static_cast<std::uint32_t>(noinit_bytes),
              static_cast<std::uint32_t>(data_bytes), 0};
  copy(noinit_of_program(), room().first(noinit_bytes));
  copy(data_of_program(), room().subspan(noinit_bytes, data_bytes));
}

}  // namespace rota::idf
