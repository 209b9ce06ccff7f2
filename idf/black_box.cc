#include "idf/black_box.h"

#include <algorithm>
#include <cinttypes>

#include "base/assert.h"
#include "esp_log.h"
#include "esp_system.h"
#include "idf/runtime.h"
#include "rota_black_box.h"

namespace rota::idf {

namespace {

constexpr const char* kTag = "black_box";
constexpr std::array<char, 8> kMagic{'R', 'O', 'T', 'A', 'B', 'O', 'X', '1'};

template <std::size_t kSize>
void copy_text(std::string_view from, std::array<char, kSize>& into) {
  into.fill('\0');
  std::copy_n(from.begin(), std::min(from.size(), kSize - 1), into.begin());
}

// The first line that says something, for one line of a log.
std::string_view first_line(std::string_view text) {
  const std::size_t start = text.find_first_not_of('\n');
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  return text.substr(0, text.find('\n'));
}

const char* end_of(ResetReason reason) {
  switch (reason) {
    case ResetReason::kPanic:
      return "a panic";
    case ResetReason::kInterruptWatchdog:
      return "the interrupt watchdog";
    case ResetReason::kTaskWatchdog:
      return "the task watchdog";
    case ResetReason::kOtherWatchdog:
      return "the start-up watchdog";
    case ResetReason::kExternal:
      return "a reset from outside";
    case ResetReason::kBrownout:
      return "too low a supply voltage";
    default:
      return "an unknown reset";
  }
}

}  // namespace

BlackBox::BlackBox(Platform& platform)
    : platform_(platform), memory_(*reinterpret_cast<Memory*>(platform.retained_memory().data())) {
  ROTA_ASSERT(platform.retained_memory().size() >= kBytes);
  if (memory_.magic != kMagic || platform.reset_reason() == ResetReason::kPowerOn) {
    memory_ = Memory{};
    memory_.magic = kMagic;
  }
}

void BlackBox::begin(std::string_view version) {
  ++memory_.count;
  Entry& entry = current();
  entry = Entry{};
  entry.boot = memory_.count;
  entry.image_address = platform_.running_image().value;
  copy_text(version, entry.version);
}

void BlackBox::end(ResetReason reason, std::string_view text) {
  Entry& entry = current();
  if (entry.ended_by != 0) return;  // The first word is the cause.
  entry.uptime_us = platform_.time_us();
  copy_text(first_line(text), entry.text);
  entry.ended_by = static_cast<std::int32_t>(reason);
}

const BlackBox::Entry* BlackBox::before(std::uint32_t boots_ago) const {
  if (boots_ago == 0 || boots_ago >= kBoots || boots_ago >= memory_.count) return nullptr;
  const std::uint32_t boot = memory_.count - boots_ago;
  const Entry& entry = memory_.entries[boot % kBoots];
  const bool is_whole =
      entry.boot == boot && entry.version.back() == '\0' && entry.text.back() == '\0';
  return is_whole ? &entry : nullptr;
}

void log_end_of_boot_before(const BlackBox& box, ResetReason reason) {
  const BlackBox::Entry* before = box.before(1);
  if (before == nullptr) return;
  const bool said_how = before->ended_by != 0;
  const auto ended_by = said_how ? static_cast<ResetReason>(before->ended_by) : reason;
  if (ended_by == ResetReason::kSoftware || ended_by == ResetReason::kDeepSleep) return;
  if (!said_how) {
    ESP_LOGW(kTag, "The boot before (version %s at 0x%" PRIx32 ") ended by %s, without a word.",
             before->version.data(), before->image_address, end_of(ended_by));
    return;
  }
  ESP_LOGW(kTag,
           "The boot before (version %s at 0x%" PRIx32 ") ended by %s after %" PRIu64 " ms: %s",
           before->version.data(), before->image_address, end_of(ended_by),
           before->uptime_us / 1000, before->text.data());
}

}  // namespace rota::idf

extern "C" esp_err_t rota_black_box_read(uint32_t boots_ago, rota_black_box_entry_t* entry) {
  if (entry == nullptr || boots_ago == 0) return ESP_ERR_INVALID_ARG;
  const rota::idf::BlackBox::Entry* found = rota::idf::runtime().black_box().before(boots_ago);
  if (found == nullptr) return ESP_ERR_NOT_FOUND;
  entry->boot = found->boot;
  entry->ended_by = static_cast<esp_reset_reason_t>(found->ended_by);
  entry->uptime_us = found->uptime_us;
  entry->app_address = found->image_address;
  std::copy(found->version.begin(), found->version.end(), entry->version);
  std::copy(found->text.begin(), found->text.end(), entry->text);
  return ESP_OK;
}
