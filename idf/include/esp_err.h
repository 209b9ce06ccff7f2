// ESP-IDF's error codes (spec 0.1). Each header of the face adds the codes of its own component.
#pragma once

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#if __has_include("sdkconfig.h")
#include "sdkconfig.h"
#endif

#include "esp_compiler.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int esp_err_t;

#define ESP_OK 0
#define ESP_FAIL -1

#define ESP_ERR_NO_MEM 0x101
#define ESP_ERR_INVALID_ARG 0x102
#define ESP_ERR_INVALID_STATE 0x103
#define ESP_ERR_INVALID_SIZE 0x104
#define ESP_ERR_NOT_FOUND 0x105
#define ESP_ERR_NOT_SUPPORTED 0x106
#define ESP_ERR_TIMEOUT 0x107
#define ESP_ERR_INVALID_RESPONSE 0x108
#define ESP_ERR_INVALID_CRC 0x109
#define ESP_ERR_INVALID_VERSION 0x10A
#define ESP_ERR_INVALID_MAC 0x10B
#define ESP_ERR_NOT_FINISHED 0x10C
#define ESP_ERR_NOT_ALLOWED 0x10D

#define ESP_ERR_WIFI_BASE 0x3000
#define ESP_ERR_MESH_BASE 0x4000
#define ESP_ERR_FLASH_BASE 0x6000
#define ESP_ERR_HW_CRYPTO_BASE 0xc000
#define ESP_ERR_MEMPROT_BASE 0xd000

#define ESP_ERR_FLASH_OP_FAIL (ESP_ERR_FLASH_BASE + 1)
#define ESP_ERR_FLASH_OP_TIMEOUT (ESP_ERR_FLASH_BASE + 2)
#define ESP_ERR_FLASH_NOT_INITIALISED (ESP_ERR_FLASH_BASE + 3)
#define ESP_ERR_FLASH_UNSUPPORTED_HOST (ESP_ERR_FLASH_BASE + 4)
#define ESP_ERR_FLASH_UNSUPPORTED_CHIP (ESP_ERR_FLASH_BASE + 5)
#define ESP_ERR_FLASH_PROTECTED (ESP_ERR_FLASH_BASE + 6)

// The symbol of a code as text; "ERROR" for a number that has none. Lives for ever.
const char* esp_err_to_name(esp_err_t code);
// As esp_err_to_name, and for numbers of the C library its text. Returns buf.
const char* esp_err_to_name_r(esp_err_t code, char* buf, size_t buflen);

void _esp_error_check_failed(esp_err_t rc,
                             const char* file,
                             int line,
                             const char* function,
                             const char* expression) __attribute__((__noreturn__));
void _esp_error_check_failed_without_abort(
    esp_err_t rc, const char* file, int line, const char* function, const char* expression);

#ifndef __ASSERT_FUNC
#define __ASSERT_FUNC __func__
#endif

// Prints the code, its name and the place to the console and ends the boot as a panic.
#ifdef NDEBUG
#define ESP_ERROR_CHECK(x)   \
  do {                       \
    esp_err_t err_rc_ = (x); \
    (void)sizeof(err_rc_);   \
  } while (0)
#else
#define ESP_ERROR_CHECK(x)                                                     \
  do {                                                                         \
    esp_err_t err_rc_ = (x);                                                   \
    if (unlikely(err_rc_ != ESP_OK)) {                                         \
      _esp_error_check_failed(err_rc_, __FILE__, __LINE__, __ASSERT_FUNC, #x); \
    }                                                                          \
  } while (0)
#endif

// Prints the same, goes on, and has the value of the expression.
#define ESP_ERROR_CHECK_WITHOUT_ABORT(x)                                                     \
  ({                                                                                         \
    esp_err_t err_rc_ = (x);                                                                 \
    if (unlikely(err_rc_ != ESP_OK)) {                                                       \
      _esp_error_check_failed_without_abort(err_rc_, __FILE__, __LINE__, __ASSERT_FUNC, #x); \
    }                                                                                        \
    err_rc_;                                                                                 \
  })

#ifdef __cplusplus
}
#endif
