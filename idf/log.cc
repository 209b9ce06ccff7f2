#include "idf/log.h"

#include <array>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <new>

#include "idf/runtime.h"

namespace rota::idf {

namespace {

constexpr std::size_t kBytesPerLine = 16;

constexpr std::size_t kUsualLineBytes = 512;

int to_console(std::string_view text) {
  if (Runtime* boot = runtime_if_any()) {
    boot->write_console(text);
  } else {
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  return static_cast<int>(text.size());
}

// One write to the console for each line. Without a boot (start of a tool or a test): stderr. What
// a full heap has to say must come through: usual lines need no heap, longer ones are cut then.
int console_vprintf(const char* format, va_list arguments) {
  std::array<char, kUsualLineBytes> usual{};
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(usual.data(), usual.size(), format, again);
  va_end(again);
  if (length <= 0) return 0;
  const auto bytes = static_cast<std::size_t>(length);
  if (bytes < usual.size()) return to_console({usual.data(), bytes});
  try {
    return to_console(format_text(format, arguments));
  } catch (const std::bad_alloc&) {
    usual[usual.size() - 2] = '\n';
    return to_console({usual.data(), usual.size() - 1});
  }
}

char letter_of(esp_log_level_t level) {
  constexpr std::string_view kLetters = "NEWIDV";
  const auto index = static_cast<std::size_t>(level);
  return index < kLetters.size() ? kLetters[index] : 'I';
}

void write_line(esp_log_level_t level, const char* tag, const std::string& text) {
  esp_log_write(level, tag, "%c (%" PRIu32 ") %s: %s\n", letter_of(level), esp_log_timestamp(), tag,
                text.c_str());
}

std::string hex_of(unsigned value) {
  std::array<char, 4> text{};
  std::snprintf(text.data(), text.size(), "%02x", value);
  return text.data();
}

}  // namespace

std::string format_text(const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length <= 0) return {};
  std::string text(static_cast<std::size_t>(length), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, arguments);
  return text;
}

Log::Log(const Config& config)
    : default_level_(static_cast<esp_log_level_t>(config.log_default_level)),
      output_(&console_vprintf) {}

void Log::set_level(std::string_view tag, esp_log_level_t level) {
  if (tag == "*") {
    default_level_ = level;
    levels_.clear();
  } else {
    levels_.insert_or_assign(std::string(tag), level);
  }
}

esp_log_level_t Log::level(std::string_view tag) const {
  const auto found = levels_.find(tag);
  return found == levels_.end() ? default_level_ : found->second;
}

vprintf_like_t Log::set_output(vprintf_like_t output) {
  const vprintf_like_t before = output_;
  output_ = output;
  return before;
}

void Log::write(const char* format, va_list arguments) { output_(format, arguments); }

char* Log::system_time() {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  std::tm local{};
  localtime_r(&now.tv_sec, &local);
  const int milliseconds = static_cast<int>(now.tv_nsec / 1'000'000) % 1000;
  std::snprintf(system_time_.data(), system_time_.size(), "%02d:%02d:%02d.%03d",
                local.tm_hour % 100, local.tm_min % 100, local.tm_sec % 100, milliseconds);
  return system_time_.data();
}

}  // namespace rota::idf

using rota::idf::runtime;
using rota::idf::runtime_if_any;

extern "C" {

void esp_log_level_set(const char* tag, esp_log_level_t level) {
  if (tag != nullptr) runtime().log().set_level(tag, level);
}

esp_log_level_t esp_log_level_get(const char* tag) {
  return runtime().log().level(tag == nullptr ? "" : tag);
}

void esp_log_set_default_level(esp_log_level_t level) { runtime().log().set_level("*", level); }

esp_log_level_t esp_log_get_default_level(void) { return runtime().log().level(""); }

vprintf_like_t esp_log_set_vprintf(vprintf_like_t func) { return runtime().log().set_output(func); }

uint32_t esp_log_timestamp(void) {
  rota::idf::Runtime* boot = runtime_if_any();
  if (boot == nullptr) return 0;
  rota::idf::Scheduler& scheduler = boot->scheduler();
  return static_cast<uint32_t>(scheduler.now_us() / scheduler.tick_us() * scheduler.tick_us() /
                               1000);
}

uint32_t esp_log_early_timestamp(void) { return esp_log_timestamp(); }

char* esp_log_system_timestamp(void) { return runtime().log().system_time(); }

void esp_log_writev(esp_log_level_t level, const char* tag, const char* format, va_list args) {
  rota::idf::Runtime* boot = runtime_if_any();
  if (boot == nullptr) {
    if (level <= ESP_LOG_WARN) rota::idf::console_vprintf(format, args);
    return;
  }
  if (boot->log().shows(level, tag)) boot->log().write(format, args);
}

void esp_log_write(esp_log_level_t level, const char* tag, const char* format, ...) {
  va_list args;
  va_start(args, format);
  esp_log_writev(level, tag, format, args);
  va_end(args);
}

void esp_log_buffer_hex_internal(const char* tag,
                                 const void* buffer,
                                 uint16_t buff_len,
                                 esp_log_level_t level) {
  const auto* bytes = static_cast<const unsigned char*>(buffer);
  for (std::size_t at = 0; at < buff_len; at += rota::idf::kBytesPerLine) {
    std::string line;
    for (std::size_t i = at; i < buff_len && i < at + rota::idf::kBytesPerLine; ++i) {
      line += (i == at ? "" : " ") + rota::idf::hex_of(bytes[i]);
    }
    rota::idf::write_line(level, tag, line);
  }
}

void esp_log_buffer_char_internal(const char* tag,
                                  const void* buffer,
                                  uint16_t buff_len,
                                  esp_log_level_t level) {
  const std::string_view text(static_cast<const char*>(buffer), buff_len);
  for (std::size_t at = 0; at < text.size(); at += rota::idf::kBytesPerLine) {
    rota::idf::write_line(level, tag, std::string(text.substr(at, rota::idf::kBytesPerLine)));
  }
}

void esp_log_buffer_hexdump_internal(const char* tag,
                                     const void* buffer,
                                     uint16_t buff_len,
                                     esp_log_level_t log_level) {
  const auto* bytes = static_cast<const unsigned char*>(buffer);
  for (std::size_t at = 0; at < buff_len; at += rota::idf::kBytesPerLine) {
    std::array<char, 24> address{};
    std::snprintf(address.data(), address.size(), "%p", static_cast<const void*>(bytes + at));
    std::string line = address.data();
    std::string shown;
    for (std::size_t i = at; i < at + rota::idf::kBytesPerLine; ++i) {
      if (i % 8 == at % 8) line += " ";
      line += i < buff_len ? " " + rota::idf::hex_of(bytes[i]) : "   ";
      if (i < buff_len) shown += std::isprint(bytes[i]) != 0 ? static_cast<char>(bytes[i]) : '.';
    }
    rota::idf::write_line(log_level, tag, line + "  |" + shown + "|");
  }
}

}  // extern "C"
