#include "idf/runtime.h"

#include <atomic>
#include <cstdlib>
#include <string>

#include "base/assert.h"
#include "client/waiting.h"
#include "core/flash.h"
#include "esp_app_format.h"
#include "idf/black_box.h"
#include "idf/command_line.h"
#include "idf/console_streams.h"
#include "idf/event_loops.h"
#include "idf/http_clients.h"
#include "idf/log.h"
#include "idf/mounted_files.h"
#include "idf/network.h"
#include "idf/nvs_service.h"
#include "idf/pins.h"
#include "idf/program_threads.h"
#include "idf/rtc_memory.h"
#include "idf/task_watchdog.h"
#include "idf/timer_service.h"
#include "idf/update_service.h"

namespace rota::idf {

namespace {

// The one pointer. Signal handlers read it, too.
std::atomic<Runtime*> the_runtime{nullptr};

constexpr unsigned kSoftwareTimerPriority = 1;
constexpr unsigned kPreciseTimerPriority = 22;
constexpr std::uint32_t kDescriptionOffset =
    sizeof(esp_image_header_t) + sizeof(esp_image_segment_header_t);

}  // namespace

Runtime::Runtime(Platform& platform)
    : platform_(platform),
      scheduler_(std::make_unique<Scheduler>(platform, config())),
      log_(std::make_unique<Log>(config())),
      pins_(std::make_unique<Pins>(platform)),
      files_(std::make_unique<MountedFiles>()),
      command_line_(std::make_unique<CommandLine>()),
      program_threads_(std::make_unique<ProgramThreads>()),
      event_loops_(std::make_unique<EventLoops>()),
      software_timers_(std::make_unique<TimerService>("Tmr Svc", kSoftwareTimerPriority)),
      precise_timers_(std::make_unique<TimerService>("esp_timer", kPreciseTimerPriority)),
      black_box_(std::make_unique<BlackBox>(platform)),
      rtc_memory_(std::make_unique<RtcMemory>(platform)),
      task_watchdog_(std::make_unique<TaskWatchdog>(config())),
      network_(std::make_unique<Network>()),
      boot_end_(std::make_unique<client::Cancellation>()),
      http_clients_(std::make_unique<HttpClients>()),
      update_(std::make_unique<UpdateService>(platform, config())),
      nvs_(std::make_unique<NvsService>(update_->access())) {
  ROTA_ASSERT(the_runtime.load() == nullptr);
  the_runtime = this;
  scheduler_->on_end([this] {
    boot_end_->set();
    http_clients_->cancel_all();
    if (console_) console_->cancel_reads();
  });
  scheduler_->on_watchdog([this](const Task& task) {
    task_watchdog_->bark("for " + std::to_string(task_watchdog_->timeout_us() / 1000) +
                         " ms the task '" + task.name +
                         "' gave no other task a turn; let it wait (vTaskDelay) in its loop");
  });
}

Runtime::~Runtime() {
  scheduler_->request_end(0);
  scheduler_->end_tasks();
  http_clients_.reset();
  objects_.clear();
  console_.reset();
  the_runtime = nullptr;
}

const esp_app_desc_t& Runtime::app_description() {
  if (!app_description_) {
    auto description = std::make_unique<esp_app_desc_t>();
    const core::FlashAddress at = platform_.running_image() + kDescriptionOffset;
    const Status read =
        platform_.flash().read(at, std::as_writable_bytes(std::span(description.get(), 1)));
    if (!read.ok() || description->magic_word != ESP_APP_DESC_MAGIC_WORD) {
      *description = esp_app_desc_t{};
    }
    app_description_ = std::move(description);
  }
  return *app_description_;
}

void Runtime::attach_console() {
  if (!console_) console_ = std::make_unique<ConsoleStreams>(*this);
}

void Runtime::write_console(std::string_view text) {
  const std::lock_guard<std::mutex> lock(console_mutex_);
  platform_.write_console(text);
}

void Runtime::restart() {
  while (!shutdown_handlers_.empty()) {
    const shutdown_handler_t handle = shutdown_handlers_.back();
    shutdown_handlers_.pop_back();
    handle();
  }
  reset(ResetReason::kSoftware);
}

void Runtime::panic(std::string_view report) {
  platform_.write_console(report);
  platform_.write_console("Rebooting...\n");
  reset(ResetReason::kPanic, 0, report);
}

void Runtime::reset(ResetReason reason, std::uint64_t sleep_us, std::string_view last_words) {
  black_box_->end(reason, last_words);
  rtc_memory_->save();
  platform_.restart(reason, sleep_us);
  std::abort();  // Never: the compiler does not see that a virtual function never returns.
}

Runtime& runtime() {
  Runtime* boot = the_runtime.load();
  ROTA_ASSERT(boot != nullptr);
  return *boot;
}

Runtime* runtime_if_any() { return the_runtime.load(); }

NvsService& nvs_service() { return runtime().nvs(); }
UpdateService& update_service() { return runtime().update(); }

}  // namespace rota::idf
