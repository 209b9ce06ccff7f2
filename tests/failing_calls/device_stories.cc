// What a program does through the ESP-IDF face, over a board, a network and a heap each call of
// which may fail.
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>

#include "esp_event.h"
#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_netif.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "esp_timer.h"
#include "esp_wifi_default.h"
#include "freertos/FreeRTOS.h"
#include "freertos/event_groups.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "freertos/timers.h"
#include "idf/config.h"
#include "idf/runtime.h"
#include "idf/update_service.h"
#include "nvs.h"
#include "nvs_flash.h"
#include "tests/failing_calls/board_judge.h"
#include "tests/failing_calls/failing_flash.h"
#include "tests/failing_calls/file_server.h"
#include "tests/failing_calls/host_calls.h"
#include "tests/failing_calls/story.h"

namespace rota::idf {

// The options of the program that the stories tell of.
const Config& config() {
  static const Config kProgram = [] {
    Config chosen;
    chosen.app_rollback_enable = true;
    chosen.https_ota_allow_http = true;
    chosen.https_ota_partial_download = true;
    return chosen;
  }();
  return kProgram;
}

}  // namespace rota::idf

namespace rota::failing {

namespace {

using sim::ImageId;

constexpr ImageId kNew = ImageId::kVersion3;
constexpr std::uint32_t kMostHandles = 64;

// The board as the face sees it. Its console and its clock can not fail: what they need is there
// from the beginning.
class FailingPlatform final : public idf::Platform {
 public:
  FailingPlatform(JudgedBoard& judged, Calls& calls)
      : judged_(judged),
        calls_(calls),
        flash_(judged.chip(), calls),
        fuses_(judged.chip(), calls) {}

  core::Flash& flash() override { return flash_; }
  core::EFuses& efuses() override { return fuses_; }
  const core::ChipIdentity& chip() const override { return judged_.board().chip(); }
  std::uint32_t table_offset() const override { return formats::kDefaultTableOffset; }
  core::FlashAddress running_image() const override { return {judged_.running().offset}; }
  std::span<const std::uint8_t, 6> mac_address() const override { return mac_; }
  idf::ResetReason reset_reason() const override { return idf::ResetReason::kPowerOn; }
  std::span<std::byte> retained_memory() override { return retained_; }
  int pin_level(int, bool pull_up) override { return pull_up ? 1 : 0; }
  void drive_pin(int, int) override {}
  void write_console(std::string_view text) override {
    const Calls::Pause ours(calls_);
    if (std::getenv("ROTA_SHOW_CONSOLE") != nullptr)
      std::fwrite(text.data(), 1, text.size(), stderr);
  }
  std::uint64_t time_us() override { return ++now_us_; }
  bool skip_idle_time(std::uint64_t time_us) override {
    if (time_us != kForever) now_us_ = std::max(now_us_, time_us);
    return time_us != kForever;
  }
  [[noreturn]] void restart(idf::ResetReason, std::uint64_t) override { throw idf::TaskEnd{}; }

 private:
  JudgedBoard& judged_;
  Calls& calls_;
  FailingFlash flash_;
  FailingFuses fuses_;
  std::array<std::byte, 4096> retained_{};
  std::array<std::uint8_t, 6> mac_{0x24, 0x6F, 0x28, 1, 2, 3};
  std::uint64_t now_us_ = 0;
};

// One boot. The story is told by the thread of the test, as by the one task of a program.
class DeviceStory : public Story {
 public:
  DeviceStory(Calls& calls, Seeded seeded)
      : calls_(calls),
        seeded_(seeded),
        server_(FileServer::the_one()),
        judged_(sim::Configuration{}, sim::StartState::kTwoConfirmed, ImageId::kNone),
        platform_(judged_, calls),
        host_(calls) {
    judged_.announce(kNew);
    descriptors_before_ = open_descriptors();
    threads_before_ = running_threads();
    boot_.emplace(platform_);
    forget_device_blocks();
    descriptors_ = open_descriptors();
    tasks_ = boot_->scheduler().tasks().size();
  }

  bool attempt() override {
    try {
      return act();
    } catch (const std::bad_alloc&) {
      has_escaped_ = true;
      return false;
    }
  }

  std::string leftovers() override {
    if (has_escaped_) return "std::bad_alloc left a function of the C interface";
    for (std::uint32_t handle = 1; handle < kMostHandles; ++handle) {
      if (idf::update_service().is_ready() && idf::update_service().update().is_open(handle)) {
        return "update handle " + std::to_string(handle) + " is open";
      }
    }
    const std::size_t descriptors = open_descriptors();
    if (descriptors > descriptors_) {
      return std::to_string(descriptors - descriptors_) + " descriptors are open";
    }
    const std::size_t tasks = boot_->scheduler().tasks().size();
    if (tasks > tasks_ + may_keep_tasks())
      return std::to_string(tasks - tasks_) + " tasks are left";
    if (device_blocks() > may_keep()) return describe_device_blocks() + " are kept";
    return {};
  }
  std::string judge(bool reached) override {
    return judged_.judge(reached ? goal() : ImageId::kNone);
  }
  std::string end() override {
    boot_.reset();
    if (open_descriptors() != descriptors_before_) return "descriptors outlive the boot";
    if (running_threads() != threads_before_) return "threads outlive the boot";
    if (device_blocks() != 0) return describe_device_blocks() + " outlive the boot";
    return {};
  }

 protected:
  virtual bool act() = 0;
  virtual ImageId goal() const { return kNew; }
  // Blocks of memory that the device makes at the first use, and holds on to until the boot ends.
  virtual std::size_t may_keep() { return 0; }
  virtual std::size_t may_keep_tasks() { return 0; }
  bool has(Seeded seeded) const { return seeded_ == seeded; }
  Bytes image() const { return judged_.board().image(kNew); }

  // What a careful program leaves behind when it is told to be careless.
  void leave_something() {
    const Calls::Pause ours(calls_);
    if (has(Seeded::kDescriptorIsLeft)) static_cast<void>(::eventfd(0, 0));
  }

  Calls& calls_;
  Seeded seeded_;
  const FileServer& server_;
  JudgedBoard judged_;
  FailingPlatform platform_;
  std::optional<idf::Runtime> boot_;

 private:
  HostCalls host_;
  std::size_t descriptors_before_ = 0;
  std::size_t descriptors_ = 0;
  std::size_t threads_before_ = 0;
  std::size_t tasks_ = 0;
  bool has_escaped_ = false;
};

// The list of open objects and that of open connections grow at the first one.
constexpr std::size_t kHttpTables = 2;
// How long a call waits for a network that fails for good. The server answers at once.
constexpr int kTimeoutMs = 2000;

// ---- esp_https_ota ------------------------------------------------------------------------------

enum class Transport : std::uint8_t { kHttp, kTls };
enum class Steps : std::uint8_t { kOneCall, kBulk, kRanges, kStepByStep };

class HttpsOta final : public DeviceStory {
 public:
  HttpsOta(Calls& calls, Seeded seeded, Transport transport, Steps steps)
      : DeviceStory(calls, seeded), steps_(steps) {
    url_ = transport == Transport::kTls ? server_.tls_url() : server_.url();
    http_.url = url_.c_str();
    if (transport == Transport::kTls) http_.cert_pem = server_.authority_pem().c_str();
    http_.keep_alive_enable = true;
    http_.timeout_ms = kTimeoutMs;
    ota_.http_config = &http_;
    ota_.bulk_flash_erase = steps == Steps::kBulk;
    ota_.partial_http_download = steps == Steps::kRanges;
    ota_.max_http_request_size = 5000;
  }

 private:
  bool act() override {
    if (steps_ != Steps::kStepByStep) return esp_https_ota(&ota_) == ESP_OK;
    esp_https_ota_handle_t handle = nullptr;
    if (esp_https_ota_begin(&ota_, &handle) != ESP_OK) return false;
    esp_app_desc_t description{};
    esp_err_t done = esp_https_ota_get_img_desc(handle, &description);
    if (done == ESP_OK) done = ESP_ERR_HTTPS_OTA_IN_PROGRESS;
    while (done == ESP_ERR_HTTPS_OTA_IN_PROGRESS) done = esp_https_ota_perform(handle);
    if (done == ESP_OK && esp_https_ota_is_complete_data_received(handle)) {
      return esp_https_ota_finish(handle) == ESP_OK;
    }
    if (!has(Seeded::kHandleIsLeft)) esp_https_ota_abort(handle);
    leave_something();
    return false;
  }

  std::size_t may_keep() override { return kHttpTables; }

  Steps steps_;
  std::string url_;
  esp_http_client_config_t http_{};
  esp_https_ota_config_t ota_{};
};

// ---- esp_ota_ops --------------------------------------------------------------------------------

class NativeOta final : public DeviceStory {
 public:
  using DeviceStory::DeviceStory;

 private:
  bool act() override {
    const esp_partition_t* target = esp_ota_get_next_update_partition(nullptr);
    esp_ota_handle_t handle = 0;
    if (target == nullptr || esp_ota_begin(target, OTA_WITH_SEQUENTIAL_WRITES, &handle) != ESP_OK) {
      return false;
    }
    for (Bytes rest = image(); !rest.empty();) {
      const Bytes piece = rest.first(std::min<std::size_t>(1000, rest.size()));
      if (esp_ota_write(handle, piece.data(), piece.size()) != ESP_OK) {
        if (!has(Seeded::kHandleIsLeft)) esp_ota_abort(handle);
        return false;
      }
      rest = rest.subspan(piece.size());
    }
    return esp_ota_end(handle) == ESP_OK && esp_ota_set_boot_partition(target) == ESP_OK;
  }
};

// ---- esp_http_client ----------------------------------------------------------------------------

class HttpClient final : public DeviceStory {
 public:
  HttpClient(Calls& calls, Seeded seeded, Transport transport)
      : DeviceStory(calls, seeded), is_tls_(transport == Transport::kTls) {}

 private:
  ImageId goal() const override { return ImageId::kVersion2; }
  std::size_t may_keep() override { return kHttpTables; }
  bool act() override {
    esp_http_client_config_t config{};
    config.url = is_tls_ ? server_.tls_url().c_str() : server_.url().c_str();
    if (is_tls_) config.cert_pem = server_.authority_pem().c_str();
    config.timeout_ms = kTimeoutMs;
    config.event_handler = &count_bytes;
    std::size_t bytes = 0;
    config.user_data = &bytes;
    esp_http_client_handle_t client = esp_http_client_init(&config);
    if (client == nullptr) return false;
    const bool is_set = esp_http_client_set_header(client, "X-Story",
                                                   "a header to remember, of some "
                                                   "length") == ESP_OK;
    const bool performed = is_set && esp_http_client_perform(client) == ESP_OK &&
                           esp_http_client_get_status_code(client) == 200 &&
                           bytes == image().size();
    if (performed || !has(Seeded::kMemoryIsLeft)) esp_http_client_cleanup(client);
    return performed;
  }
  static esp_err_t count_bytes(esp_http_client_event_t* event) {
    if (event->event_id == HTTP_EVENT_ON_DATA) {
      *static_cast<std::size_t*>(event->user_data) += static_cast<std::size_t>(event->data_len);
    }
    return ESP_OK;
  }

  bool is_tls_;
};

// ---- esp_partition ------------------------------------------------------------------------------

class Partitions final : public DeviceStory {
 public:
  using DeviceStory::DeviceStory;

 private:
  ImageId goal() const override { return ImageId::kVersion2; }
  bool act() override {
    std::size_t count = 0;
    esp_partition_iterator_t at =
        esp_partition_find(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, nullptr);
    while (at != nullptr) {
      ++count;
      at = esp_partition_next(at);
    }
    const esp_partition_t* running = esp_ota_get_running_partition();
    const esp_partition_t* next = esp_ota_get_next_update_partition(nullptr);
    if (count != judged_.board().rows().size() || running == nullptr || next == nullptr)
      return false;
    std::array<std::uint8_t, 32> digest{};
    return esp_partition_get_sha256(running, digest.data()) == ESP_OK && map(*running) &&
           esp_partition_erase_range(next, 0, next->size) == ESP_OK &&
           esp_partition_write(next, 0, "part of something", 17) == ESP_OK &&
           esp_partition_copy(next, 4096, next == running ? nullptr : running, 0, 4096) == ESP_OK;
  }
  bool map(const esp_partition_t& partition) {
    const void* mapped = nullptr;
    esp_partition_mmap_handle_t handle = 0;
    if (esp_partition_mmap(&partition, 0, 4096, ESP_PARTITION_MMAP_DATA, &mapped, &handle) !=
        ESP_OK) {
      return false;
    }
    esp_partition_munmap(handle);
    return true;
  }
};

// ---- nvs ----------------------------------------------------------------------------------------

class NamedValues final : public DeviceStory {
 public:
  using DeviceStory::DeviceStory;

 private:
  ImageId goal() const override { return ImageId::kVersion2; }
  bool act() override {
    if (nvs_flash_init() != ESP_OK) return false;
    nvs_handle_t handle = 0;
    bool done = nvs_open("story", NVS_READWRITE, &handle) == ESP_OK;
    if (done) {
      done = set_all(handle) && read_all(handle);
      nvs_close(handle);
    }
    const bool ended = nvs_flash_deinit() == ESP_OK;
    return done && ended;
  }
  static bool set_all(nvs_handle_t handle) {
    return nvs_set_u32(handle, "number", 77) == ESP_OK &&
           nvs_set_str(handle, "text",
                       "a text of some length, so that it takes three entries or so "
                       "of the thirty-two bytes each") == ESP_OK &&
           nvs_commit(handle) == ESP_OK;
  }
  static bool read_all(nvs_handle_t handle) {
    std::uint32_t number = 0;
    std::array<char, 120> text{};
    std::size_t size = text.size();
    nvs_iterator_t at = nullptr;
    const bool found = nvs_entry_find_in_handle(handle, NVS_TYPE_ANY, &at) == ESP_OK;
    nvs_release_iterator(at);
    return found && nvs_get_u32(handle, "number", &number) == ESP_OK && number == 77 &&
           nvs_get_str(handle, "text", text.data(), &size) == ESP_OK;
  }
};

// ---- FreeRTOS, timers, events -------------------------------------------------------------------

ESP_EVENT_DEFINE_BASE(kStoryEvents);

// What most programs make before anything else, in the order in which examples do. The task comes
// last: nothing of it runs in a story, which is not told by a task.
class KernelObjects final : public DeviceStory {
 public:
  using DeviceStory::DeviceStory;

 private:
  ImageId goal() const override { return ImageId::kVersion2; }
  // The tables of objects, netifs, running timers (two) and tasks (three); each service of timers is
  // a task; the task of the story has a body and a name, too.
  std::size_t may_keep() override {
    return kTables + boot_->scheduler().tasks().size() + (task_ == nullptr ? 0 : 3);
  }
  std::size_t may_keep_tasks() override { return kTimerTasks + (task_ == nullptr ? 0 : 1); }

  bool act() override {
    const bool made = make_all() && use_all();
    if (made) {
      xTaskCreate([](void*) { vTaskDelete(nullptr); }, "a task of the story", 4096, nullptr, 5,
                  &task_);
    }
    if (timer_ != nullptr) xTimerDelete(timer_, 0);
    if (precise_timer_ != nullptr) {
      esp_timer_stop(precise_timer_);
      esp_timer_delete(precise_timer_);
    }
    if (loop_ != nullptr) esp_event_loop_delete(loop_);
    if (events_ != nullptr) vEventGroupDelete(events_);
    if (mutex_ != nullptr) vSemaphoreDelete(mutex_);
    if (queue_ != nullptr && !has(Seeded::kMemoryIsLeft)) vQueueDelete(queue_);
    if (esp_netif_t* netif = esp_netif_get_handle_from_ifkey("WIFI_STA_DEF")) {
      esp_netif_destroy(netif);
    }
    queue_ = nullptr;
    mutex_ = nullptr;
    events_ = nullptr;
    loop_ = nullptr;
    timer_ = nullptr;
    precise_timer_ = nullptr;
    return made && task_ != nullptr;
  }
  bool make_all() {
    const esp_event_loop_args_t loop{8, nullptr, 0, 0, 0};
    esp_timer_create_args_t precise{};
    precise.callback = [](void*) {};
    precise.name = "a timer with a longer name";
    queue_ = xQueueCreate(4, sizeof(std::uint64_t));
    mutex_ = xSemaphoreCreateMutex();
    events_ = xEventGroupCreate();
    timer_ =
        xTimerCreate("another timer with a longer name", 10, pdTRUE, nullptr, [](TimerHandle_t) {});
    return queue_ != nullptr && mutex_ != nullptr && events_ != nullptr && timer_ != nullptr &&
           esp_event_loop_create(&loop, &loop_) == ESP_OK &&
           esp_timer_create(&precise, &precise_timer_) == ESP_OK &&
           esp_netif_create_default_wifi_sta() != nullptr;
  }
  bool use_all() {
    const std::uint64_t item = 7;
    return xQueueSend(queue_, &item, 0) == pdPASS && xTimerStart(timer_, 0) == pdPASS &&
           esp_timer_start_once(precise_timer_, 1000) == ESP_OK &&
           esp_event_handler_register_with(
               loop_, kStoryEvents, 1, [](void*, esp_event_base_t, std::int32_t, void*) {},
               nullptr) == ESP_OK &&
           esp_event_post_to(loop_, kStoryEvents, 1, &item, sizeof(item), 0) == ESP_OK;
  }

  // One serves the timers of FreeRTOS, one those of esp_timer; each is made with the first timer.
  static constexpr std::size_t kTimerTasks = 2;
  static constexpr std::size_t kTables = 7;

  QueueHandle_t queue_ = nullptr;
  SemaphoreHandle_t mutex_ = nullptr;
  EventGroupHandle_t events_ = nullptr;
  TimerHandle_t timer_ = nullptr;
  esp_timer_handle_t precise_timer_ = nullptr;
  esp_event_loop_handle_t loop_ = nullptr;
  TaskHandle_t task_ = nullptr;
};

// ---- The list -----------------------------------------------------------------------------------

template <class T, class... Rest>
auto maker(Rest... rest) {
  return [=](Calls& calls, Seeded seeded) -> std::unique_ptr<Story> {
    return std::make_unique<T>(calls, seeded, rest...);
  };
}

}  // namespace

std::span<const StoryKind> device_stories() {
  static const std::array kStories{
      StoryKind{"esp_https_ota", "an update in one call",
                maker<HttpsOta>(Transport::kHttp, Steps::kOneCall), false},
      StoryKind{"esp_https_ota-bulk", "the same, erasing first",
                maker<HttpsOta>(Transport::kHttp, Steps::kBulk), false},
      StoryKind{"esp_https_ota-ranges", "the same, a request for each part",
                maker<HttpsOta>(Transport::kHttp, Steps::kRanges), false},
      StoryKind{"esp_https_ota-steps", "step by step, with a look at the description",
                maker<HttpsOta>(Transport::kHttp, Steps::kStepByStep), false},
      StoryKind{"esp_https_ota-tls", "over HTTPS, the server's certificate checked",
                maker<HttpsOta>(Transport::kTls, Steps::kOneCall), false},
      StoryKind{"esp_ota_ops", "begin, write, end, set_boot_partition", maker<NativeOta>()},
      StoryKind{"esp_http_client", "a file fetched in one call",
                maker<HttpClient>(Transport::kHttp), false},
      StoryKind{"esp_http_client-tls", "the same over HTTPS", maker<HttpClient>(Transport::kTls),
                false},
      StoryKind{"esp_partition", "found, hashed, mapped, erased, written, copied",
                maker<Partitions>()},
      StoryKind{"kernel-objects", "a queue, a mutex, timers, an event loop, a netif, a task",
                maker<KernelObjects>()},
      StoryKind{"nvs", "started, opened, set, read, ended", maker<NamedValues>()},
  };
  return kStories;
}

}  // namespace rota::failing
