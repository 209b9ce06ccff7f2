// driver/uart.h: the first port is the board's console; the others lead nowhere.
#include "driver/uart.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/waiting.h"
#include "freertos/task.h"
#include "idf/runtime.h"

using rota::idf::BlockingSection;
using rota::idf::runtime;

namespace {

bool is_port(uart_port_t port) { return port >= UART_NUM_0 && port < UART_NUM_MAX; }
esp_err_t accept(uart_port_t port) { return is_port(port) ? ESP_OK : ESP_FAIL; }

rota::client::Clock::time_point after(TickType_t ticks) {
  if (ticks == portMAX_DELAY) return rota::client::Clock::time_point::max();
  return rota::client::Clock::now() + std::chrono::milliseconds(pdTICKS_TO_MS(ticks));
}

}  // namespace

extern "C" {

esp_err_t uart_driver_install(
    uart_port_t uart_num, int, int, int queue_size, QueueHandle_t* uart_queue, int) {
  if (!is_port(uart_num)) return ESP_FAIL;
  if (uart_queue != nullptr && queue_size > 0) {
    *uart_queue = xQueueCreate(static_cast<UBaseType_t>(queue_size), sizeof(uart_event_t));
  }
  return ESP_OK;
}

esp_err_t uart_driver_delete(uart_port_t uart_num) { return accept(uart_num); }
bool uart_is_driver_installed(uart_port_t uart_num) { return is_port(uart_num); }
esp_err_t uart_param_config(uart_port_t uart_num, const uart_config_t* uart_config) {
  return uart_config == nullptr ? ESP_FAIL : accept(uart_num);
}
esp_err_t uart_set_pin(uart_port_t uart_num, int, int, int, int) { return accept(uart_num); }
esp_err_t uart_set_baudrate(uart_port_t uart_num, uint32_t) { return accept(uart_num); }

int uart_write_bytes(uart_port_t uart_num, const void* src, size_t size) {
  if (!is_port(uart_num) || src == nullptr) return -1;
  if (uart_num == UART_NUM_0) runtime().write_console({static_cast<const char*>(src), size});
  return static_cast<int>(size);
}

int uart_read_bytes(uart_port_t uart_num, void* buf, uint32_t length, TickType_t ticks_to_wait) {
  if (!is_port(uart_num) || buf == nullptr) return -1;
  if (uart_num != UART_NUM_0) {
    vTaskDelay(ticks_to_wait);
    return 0;
  }
  const auto until = after(ticks_to_wait);
  auto* into = static_cast<char*>(buf);
  std::uint32_t have = 0;
  const BlockingSection others_run;
  while (have < length) {
    pollfd polled{STDIN_FILENO, POLLIN, 0};
    const auto woken = rota::client::wait_for({&polled, 1}, runtime().boot_end(), until);
    if (woken != rota::client::Woken::kReady) break;
    const ssize_t got = ::read(STDIN_FILENO, into + have, length - have);
    if (got <= 0) break;
    have += static_cast<std::uint32_t>(got);
  }
  return static_cast<int>(have);
}

esp_err_t uart_get_buffered_data_len(uart_port_t uart_num, size_t* size) {
  if (!is_port(uart_num) || size == nullptr) return ESP_FAIL;
  int waiting = 0;
  if (uart_num == UART_NUM_0) ::ioctl(STDIN_FILENO, FIONREAD, &waiting);
  *size = static_cast<std::size_t>(waiting);
  return ESP_OK;
}

esp_err_t uart_wait_tx_done(uart_port_t uart_num, TickType_t) { return accept(uart_num); }
esp_err_t uart_flush(uart_port_t uart_num) { return uart_flush_input(uart_num); }

esp_err_t uart_flush_input(uart_port_t uart_num) {
  std::size_t waiting = 0;
  char unwanted[64];
  while (uart_get_buffered_data_len(uart_num, &waiting) == ESP_OK && waiting > 0) {
    if (::read(STDIN_FILENO, unwanted, waiting < sizeof(unwanted) ? waiting : sizeof(unwanted)) <=
        0) {
      break;
    }
  }
  return accept(uart_num);
}

}  // extern "C"
