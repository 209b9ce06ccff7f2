// The log: `I (312) tag: text`, one console write a line, plain text (the board's supervisor
// colours it on a terminal). Levels can be set per tag; what lies above LOG_LOCAL_LEVEL is compiled
// but dead.
//
// The format has no `printf` attribute: on the chips uint32_t is a long, and correct projects print
// it with %lu.
#pragma once

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#if __has_include("sdkconfig.h")
#include "sdkconfig.h"
#endif

#include "esp_rom_sys.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ESP_LOG_NONE = 0,
  ESP_LOG_ERROR = 1,
  ESP_LOG_WARN = 2,
  ESP_LOG_INFO = 3,
  ESP_LOG_DEBUG = 4,
  ESP_LOG_VERBOSE = 5,
  ESP_LOG_MAX = 6,
} esp_log_level_t;

typedef int (*vprintf_like_t)(const char*, va_list);

// "*" sets the level of every tag, also of those set before.
void esp_log_level_set(const char* tag, esp_log_level_t level);
esp_log_level_t esp_log_level_get(const char* tag);
void esp_log_set_default_level(esp_log_level_t level);
esp_log_level_t esp_log_get_default_level(void);

// Every line goes through this function, prefix and text in one call. Returns the one before.
vprintf_like_t esp_log_set_vprintf(vprintf_like_t func);

// Milliseconds since this boot began, in steps of a tick.
uint32_t esp_log_timestamp(void);
uint32_t esp_log_early_timestamp(void);
// "HH:MM:SS.mmm" local time. Valid until the next call.
char* esp_log_system_timestamp(void);

// Writes the text as given when the tag's level allows it.
void esp_log_write(esp_log_level_t level, const char* tag, const char* format, ...);
void esp_log_writev(esp_log_level_t level, const char* tag, const char* format, va_list args);

void esp_log_buffer_hex_internal(const char* tag,
                                 const void* buffer,
                                 uint16_t buff_len,
                                 esp_log_level_t level);
void esp_log_buffer_char_internal(const char* tag,
                                  const void* buffer,
                                  uint16_t buff_len,
                                  esp_log_level_t level);
void esp_log_buffer_hexdump_internal(const char* tag,
                                     const void* buffer,
                                     uint16_t buff_len,
                                     esp_log_level_t log_level);

#ifdef __cplusplus
}
#endif

#ifndef LOG_LOCAL_LEVEL
#ifdef BOOTLOADER_BUILD
#define LOG_LOCAL_LEVEL CONFIG_BOOTLOADER_LOG_LEVEL
#elif defined(CONFIG_LOG_MAXIMUM_LEVEL)
#define LOG_LOCAL_LEVEL CONFIG_LOG_MAXIMUM_LEVEL
#else
#define LOG_LOCAL_LEVEL ESP_LOG_VERBOSE
#endif
#endif

#define LOG_COLOR_E
#define LOG_COLOR_W
#define LOG_COLOR_I
#define LOG_COLOR_D
#define LOG_COLOR_V
#define LOG_RESET_COLOR
#define LOG_FORMAT(letter, format) #letter " (%" PRIu32 ") %s: " format "\n"

#if defined(__cplusplus) && (__cplusplus >= 202002L)
#define ROTA_LOG_LINE(level, letter, tag, format, ...)                       \
  esp_log_write(level, tag, LOG_FORMAT(letter, format), esp_log_timestamp(), \
                tag __VA_OPT__(, ) __VA_ARGS__)
#else
#define ROTA_LOG_LINE(level, letter, tag, format, ...) \
  esp_log_write(level, tag, LOG_FORMAT(letter, format), esp_log_timestamp(), tag, ##__VA_ARGS__)
#endif

#if defined(__cplusplus) && (__cplusplus >= 202002L)
#define ESP_LOG_LEVEL(level, tag, format, ...)                                     \
  do {                                                                             \
    switch ((int)(level)) {                                                        \
      case ESP_LOG_ERROR:                                                          \
        ROTA_LOG_LINE(ESP_LOG_ERROR, E, tag, format __VA_OPT__(, ) __VA_ARGS__);   \
        break;                                                                     \
      case ESP_LOG_WARN:                                                           \
        ROTA_LOG_LINE(ESP_LOG_WARN, W, tag, format __VA_OPT__(, ) __VA_ARGS__);    \
        break;                                                                     \
      case ESP_LOG_DEBUG:                                                          \
        ROTA_LOG_LINE(ESP_LOG_DEBUG, D, tag, format __VA_OPT__(, ) __VA_ARGS__);   \
        break;                                                                     \
      case ESP_LOG_VERBOSE:                                                        \
        ROTA_LOG_LINE(ESP_LOG_VERBOSE, V, tag, format __VA_OPT__(, ) __VA_ARGS__); \
        break;                                                                     \
      default:                                                                     \
        ROTA_LOG_LINE(ESP_LOG_INFO, I, tag, format __VA_OPT__(, ) __VA_ARGS__);    \
        break;                                                                     \
    }                                                                              \
  } while (0)
#define ESP_LOG_LEVEL_LOCAL(level, tag, format, ...)                \
  do {                                                              \
    if ((int)LOG_LOCAL_LEVEL >= (int)(level)) {                     \
      ESP_LOG_LEVEL(level, tag, format __VA_OPT__(, ) __VA_ARGS__); \
    }                                                               \
  } while (0)
#define ESP_LOGE(tag, format, ...) \
  ESP_LOG_LEVEL_LOCAL(ESP_LOG_ERROR, tag, format __VA_OPT__(, ) __VA_ARGS__)
#define ESP_LOGW(tag, format, ...) \
  ESP_LOG_LEVEL_LOCAL(ESP_LOG_WARN, tag, format __VA_OPT__(, ) __VA_ARGS__)
#define ESP_LOGI(tag, format, ...) \
  ESP_LOG_LEVEL_LOCAL(ESP_LOG_INFO, tag, format __VA_OPT__(, ) __VA_ARGS__)
#define ESP_LOGD(tag, format, ...) \
  ESP_LOG_LEVEL_LOCAL(ESP_LOG_DEBUG, tag, format __VA_OPT__(, ) __VA_ARGS__)
#define ESP_LOGV(tag, format, ...) \
  ESP_LOG_LEVEL_LOCAL(ESP_LOG_VERBOSE, tag, format __VA_OPT__(, ) __VA_ARGS__)
#else
#define ESP_LOG_LEVEL(level, tag, format, ...)                         \
  do {                                                                 \
    switch ((int)(level)) {                                            \
      case ESP_LOG_ERROR:                                              \
        ROTA_LOG_LINE(ESP_LOG_ERROR, E, tag, format, ##__VA_ARGS__);   \
        break;                                                         \
      case ESP_LOG_WARN:                                               \
        ROTA_LOG_LINE(ESP_LOG_WARN, W, tag, format, ##__VA_ARGS__);    \
        break;                                                         \
      case ESP_LOG_DEBUG:                                              \
        ROTA_LOG_LINE(ESP_LOG_DEBUG, D, tag, format, ##__VA_ARGS__);   \
        break;                                                         \
      case ESP_LOG_VERBOSE:                                            \
        ROTA_LOG_LINE(ESP_LOG_VERBOSE, V, tag, format, ##__VA_ARGS__); \
        break;                                                         \
      default:                                                         \
        ROTA_LOG_LINE(ESP_LOG_INFO, I, tag, format, ##__VA_ARGS__);    \
        break;                                                         \
    }                                                                  \
  } while (0)
#define ESP_LOG_LEVEL_LOCAL(level, tag, format, ...)    \
  do {                                                  \
    if ((int)LOG_LOCAL_LEVEL >= (int)(level)) {         \
      ESP_LOG_LEVEL(level, tag, format, ##__VA_ARGS__); \
    }                                                   \
  } while (0)
#define ESP_LOGE(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_ERROR, tag, format, ##__VA_ARGS__)
#define ESP_LOGW(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_WARN, tag, format, ##__VA_ARGS__)
#define ESP_LOGI(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_INFO, tag, format, ##__VA_ARGS__)
#define ESP_LOGD(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_DEBUG, tag, format, ##__VA_ARGS__)
#define ESP_LOGV(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_VERBOSE, tag, format, ##__VA_ARGS__)
#endif

#define ESP_EARLY_LOGE ESP_LOGE
#define ESP_EARLY_LOGW ESP_LOGW
#define ESP_EARLY_LOGI ESP_LOGI
#define ESP_EARLY_LOGD ESP_LOGD
#define ESP_EARLY_LOGV ESP_LOGV
#define ESP_DRAM_LOGE ESP_LOGE
#define ESP_DRAM_LOGW ESP_LOGW
#define ESP_DRAM_LOGI ESP_LOGI
#define ESP_DRAM_LOGD ESP_LOGD
#define ESP_DRAM_LOGV ESP_LOGV

#define ESP_LOG_BUFFER_HEX_LEVEL(tag, buffer, buff_len, level)   \
  do {                                                           \
    if ((int)LOG_LOCAL_LEVEL >= (int)(level)) {                  \
      esp_log_buffer_hex_internal(tag, buffer, buff_len, level); \
    }                                                            \
  } while (0)
#define ESP_LOG_BUFFER_CHAR_LEVEL(tag, buffer, buff_len, level)   \
  do {                                                            \
    if ((int)LOG_LOCAL_LEVEL >= (int)(level)) {                   \
      esp_log_buffer_char_internal(tag, buffer, buff_len, level); \
    }                                                             \
  } while (0)
#define ESP_LOG_BUFFER_HEXDUMP(tag, buffer, buff_len, level)         \
  do {                                                               \
    if ((int)LOG_LOCAL_LEVEL >= (int)(level)) {                      \
      esp_log_buffer_hexdump_internal(tag, buffer, buff_len, level); \
    }                                                                \
  } while (0)
#define ESP_LOG_BUFFER_HEX(tag, buffer, buff_len) \
  ESP_LOG_BUFFER_HEX_LEVEL(tag, buffer, buff_len, ESP_LOG_INFO)
#define ESP_LOG_BUFFER_CHAR(tag, buffer, buff_len) \
  ESP_LOG_BUFFER_CHAR_LEVEL(tag, buffer, buff_len, ESP_LOG_INFO)
