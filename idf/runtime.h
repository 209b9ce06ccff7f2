// All state of one boot of the ESP-IDF face. A boot creates the Runtime, a reset destroys it: what
// is not in flash, in Platform::retained_memory() or in the program's own variables is gone then,
// as on a chip. There are no other mutable globals in this folder.
//
// Thread use: as the Scheduler. runtime() is valid in every task and callback of a boot.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "esp_app_desc.h"
#include "esp_system.h"
#include "idf/config.h"
#include "idf/platform.h"
#include "idf/scheduler.h"

namespace rota::client {
class Cancellation;
}

namespace rota::idf {

class BlackBox;
class CommandLine;
class ConsoleStreams;
class EventLoops;
class HttpClients;
class Log;
class MountedFiles;
class Network;
class NvsService;
class Pins;
class ProgramThreads;
class RtcMemory;
class TaskWatchdog;
class TimerService;
class UpdateService;

// A queue, timer, event group, ...: created by the program, ended by it or with the boot.
class KernelObject {
 public:
  virtual ~KernelObject() = default;
};

class Runtime {
 public:
  // One at a time; runtime() is it until it is destroyed.
  explicit Runtime(Platform& platform);
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime();

  Platform& platform() { return platform_; }
  Scheduler& scheduler() { return *scheduler_; }
  Log& log() { return *log_; }
  EventLoops& event_loops() { return *event_loops_; }
  HttpClients& http_clients() { return *http_clients_; }
  Network& network() { return *network_; }
  // Set when the boot ends: ends waits outside.
  client::Cancellation& boot_end() { return *boot_end_; }
  Pins& pins() { return *pins_; }
  MountedFiles& files() { return *files_; }
  CommandLine& command_line() { return *command_line_; }
  ProgramThreads& program_threads() { return *program_threads_; }
  BlackBox& black_box() { return *black_box_; }
  RtcMemory& rtc_memory() { return *rtc_memory_; }
  TaskWatchdog& task_watchdog() { return *task_watchdog_; }
  TimerService& software_timers() { return *software_timers_; }
  TimerService& precise_timers() { return *precise_timers_; }

  UpdateService& update() { return *update_; }  // partitions and updates
  NvsService& nvs() { return *nvs_; }           // named values in flash
  // The description of the image that runs, read from flash at the first use; zeros without one.
  const esp_app_desc_t& app_description();

  // stdin, stdout and stderr of the program become the board's console until the boot ends.
  void attach_console();
  void write_console(std::string_view text);

  // Runs the shutdown handlers, last one first, and ends the boot.
  [[noreturn]] void restart();
  std::vector<shutdown_handler_t>& shutdown_handlers() { return shutdown_handlers_; }
  // Prints what happened and ends the boot as a panic.
  [[noreturn]] void panic(std::string_view report);
  // Ends the boot. `sleep_us` only for kDeepSleep: 0 = until woken from outside. The black box
  // keeps the reason, and the first line of `last_words`.
  [[noreturn]] void reset(ResetReason reason,
                          std::uint64_t sleep_us = 0,
                          std::string_view last_words = {});

  // nullptr when the heap is full.
  template <class T, class... Args>
  T* create(Args&&... args) try {
    auto object = std::make_unique<T>(std::forward<Args>(args)...);
    T* created = object.get();
    objects_.emplace(created, std::move(object));
    return created;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  bool holds(const KernelObject* object) const {
    return objects_.contains(const_cast<KernelObject*>(object));
  }
  // What `look` finds in the first object of this class in which it finds something; or nullptr.
  template <class T, class Look>
  auto find_in_each(Look look) const -> decltype(look(std::declval<T&>())) {
    for (const auto& [key, object] : objects_) {
      auto* of_class = dynamic_cast<T*>(object.get());
      if (of_class == nullptr) continue;
      if (auto found = look(*of_class)) return found;
    }
    return nullptr;
  }
  // False for an object that does not exist (any more).
  bool destroy(KernelObject* object) { return objects_.erase(object) > 0; }

  std::uint64_t next_sleep_us = 0;         // set for the next deep sleep
  std::array<char, 65> elf_sha256_text{};  // what esp_app_get_elf_sha256_str() last returned

 private:
  Platform& platform_;
  std::mutex console_mutex_;
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<ConsoleStreams> console_;
  std::unique_ptr<Pins> pins_;
  std::unique_ptr<MountedFiles> files_;
  std::unique_ptr<CommandLine> command_line_;
  std::unique_ptr<ProgramThreads> program_threads_;
  std::unique_ptr<EventLoops> event_loops_;
  std::unique_ptr<TimerService> software_timers_;
  std::unique_ptr<TimerService> precise_timers_;
  std::unique_ptr<BlackBox> black_box_;
  std::unique_ptr<RtcMemory> rtc_memory_;
  std::unique_ptr<TaskWatchdog> task_watchdog_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<client::Cancellation> boot_end_;
  std::unique_ptr<HttpClients> http_clients_;
  std::unique_ptr<UpdateService> update_;
  std::unique_ptr<NvsService> nvs_;
  std::unique_ptr<esp_app_desc_t> app_description_;
  std::unordered_map<KernelObject*, std::unique_ptr<KernelObject>> objects_;
  std::vector<shutdown_handler_t> shutdown_handlers_;
};

// The runtime of this boot; asserts that there is one.
Runtime& runtime();
// nullptr between boots.
Runtime* runtime_if_any();

}  // namespace rota::idf
