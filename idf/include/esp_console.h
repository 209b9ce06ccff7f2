// The command line of a program, on the board's console: commands are registered, and a REPL task
// reads lines from stdin and runs them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  size_t max_cmdline_length;  // at least 1
  size_t max_cmdline_args;    // at least 1
  uint32_t heap_alloc_caps;   // these: no effect
  int hint_color;
  int hint_bold;
} esp_console_config_t;
#define ESP_CONSOLE_CONFIG_DEFAULT()                                                           \
  {                                                                                            \
    .max_cmdline_length = 256, .max_cmdline_args = 32, .heap_alloc_caps = 0, .hint_color = 39, \
    .hint_bold = 0                                                                             \
  }

typedef int (*esp_console_cmd_func_t)(int argc, char** argv);
typedef int (*esp_console_cmd_func_with_context_t)(void* context, int argc, char** argv);

typedef struct {
  const char* command;  // without spaces
  const char* help;     // NULL: not listed
  const char* hint;     // NULL with an argtable: made of it
  esp_console_cmd_func_t func;
  void* argtable;
  esp_console_cmd_func_with_context_t func_w_context;  // instead of func
  void* context;
} esp_console_cmd_t;

typedef struct {
  uint32_t max_history_len;  // these two: no effect
  const char* history_save_path;
  uint32_t task_stack_size;
  uint32_t task_priority;
  int task_core_id;
  const char* prompt;         // NULL: the chip's name
  size_t max_cmdline_length;  // 0: 256
} esp_console_repl_config_t;
#define ESP_CONSOLE_REPL_CONFIG_DEFAULT()                                                          \
  {                                                                                                \
    .max_history_len = 32, .history_save_path = NULL, .task_stack_size = 4096, .task_priority = 2, \
    .task_core_id = 0, .prompt = NULL, .max_cmdline_length = 0                                     \
  }

// Which port has no effect: the board has one console.
typedef struct {
  int channel;
  int baud_rate;
  int tx_gpio_num;
  int rx_gpio_num;
} esp_console_dev_uart_config_t;
#define ESP_CONSOLE_DEV_UART_CONFIG_DEFAULT() \
  { .channel = 0, .baud_rate = 115200, .tx_gpio_num = -1, .rx_gpio_num = -1 }
typedef struct {
  int rota_unused;
} esp_console_dev_usb_cdc_config_t;
#define ESP_CONSOLE_DEV_CDC_CONFIG_DEFAULT() \
  { 0 }
typedef struct {
  int rota_unused;
} esp_console_dev_usb_serial_jtag_config_t;
#define ESP_CONSOLE_DEV_USB_SERIAL_JTAG_CONFIG_DEFAULT() \
  { 0 }

typedef struct esp_console_repl_s esp_console_repl_t;
struct esp_console_repl_s {
  esp_err_t (*del)(esp_console_repl_t* repl);
};

// ESP_ERR_INVALID_STATE: done already.
esp_err_t esp_console_init(const esp_console_config_t* config);
esp_err_t esp_console_deinit(void);
// Replaces one of the same name. ESP_ERR_INVALID_ARG: no name, a name with a space, no function.
esp_err_t esp_console_cmd_register(const esp_console_cmd_t* cmd);
esp_err_t esp_console_cmd_deregister(const char* cmd_name);
// ESP_ERR_INVALID_ARG: an empty line; ESP_ERR_NOT_FOUND: no such command. `cmd_ret`: what the
// command returned.
esp_err_t esp_console_run(const char* cmdline, int* cmd_ret);
// Cuts a line into words in place: spaces, double quotes, backslashes. At most argv_size - 1 words.
size_t esp_console_split_argv(char* line, char** argv, size_t argv_size);
// "help": lists the commands.
esp_err_t esp_console_register_help_command(void);
const char* esp_console_get_hint(const char* buf, int* color, int* bold);

esp_err_t esp_console_new_repl_uart(const esp_console_dev_uart_config_t* dev_config,
                                    const esp_console_repl_config_t* repl_config,
                                    esp_console_repl_t** ret_repl);
esp_err_t esp_console_new_repl_usb_cdc(const esp_console_dev_usb_cdc_config_t* dev_config,
                                       const esp_console_repl_config_t* repl_config,
                                       esp_console_repl_t** ret_repl);
esp_err_t esp_console_new_repl_usb_serial_jtag(
    const esp_console_dev_usb_serial_jtag_config_t* dev_config,
    const esp_console_repl_config_t* repl_config,
    esp_console_repl_t** ret_repl);
// A task that prints the prompt, reads a line and runs it, until the console ends.
esp_err_t esp_console_start_repl(esp_console_repl_t* repl);
esp_err_t esp_console_stop_repl(esp_console_repl_t* repl);

#ifdef __cplusplus
}
#endif
