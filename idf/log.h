// The levels and the output of the log (surface 2.8). Lines are formatted by the macros of
// esp_log.h.
#pragma once

#include <array>
#include <cstdarg>
#include <map>
#include <string>
#include <string_view>

#include "esp_log.h"
#include "idf/config.h"

namespace rota::idf {

class Log {
 public:
  explicit Log(const Config& config);

  // "*" sets the default and forgets what was set per tag.
  void set_level(std::string_view tag, esp_log_level_t level);
  esp_log_level_t level(std::string_view tag) const;
  bool shows(esp_log_level_t line, std::string_view tag) const { return line <= level(tag); }

  vprintf_like_t set_output(vprintf_like_t output);
  void write(const char* format, va_list arguments);

  // "HH:MM:SS.mmm" of the host; valid until the next call.
  char* system_time();

 private:
  esp_log_level_t default_level_;
  std::map<std::string, esp_log_level_t, std::less<>> levels_;
  vprintf_like_t output_;
  std::array<char, 20> system_time_{};
};

// Formats into one string; used for everything that goes to the console.
std::string format_text(const char* format, va_list arguments);

}  // namespace rota::idf
