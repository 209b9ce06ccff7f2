#include "esp_log.h"
#include "idf/black_box.h"
#include "idf/rtc_memory.h"
#include "idf/run_app.h"

namespace rota::idf {

namespace {

constexpr unsigned kMainTaskPriority = 1;

// What a chip's start-up code says about the app, so that a log tells which version wrote it.
void log_app_description() {
  constexpr const char* kTag = "app_init";
  const esp_app_desc_t& app = runtime().app_description();
  if (app.magic_word == 0) return;
  char digest[17];
  esp_app_get_elf_sha256(digest, sizeof(digest));
  ESP_LOGI(kTag, "Application information:");
  ESP_LOGI(kTag, "Project name:     %.32s", app.project_name);
  ESP_LOGI(kTag, "App version:      %.32s", app.version);
  if (app.date[0] != '\0') ESP_LOGI(kTag, "Compile time:     %.16s %.16s", app.date, app.time);
  ESP_LOGI(kTag, "ELF file SHA256:  %s...", digest);
  ESP_LOGI(kTag, "ESP-IDF:          %.32s", app.idf_ver);
}

}  // namespace

Boot::Boot(Platform& platform) : runtime_(platform) {
  runtime_.attach_console();
  runtime_.rtc_memory().restore();
  runtime_.black_box().begin(runtime_.app_description().version);
  runtime_.scheduler().begin_startup();
  log_app_description();
  log_end_of_boot_before(runtime_.black_box(), platform.reset_reason());
}

int Boot::run(void (*program)()) {
  Scheduler& scheduler = runtime_.scheduler();
  scheduler.end_startup();
  scheduler.create({"main", kMainTaskPriority, config().main_task_stack_bytes}, [program] {
    ESP_LOGI("main_task", "Calling app_main()");
    program();
    ESP_LOGI("main_task", "Returned from app_main()");
  });
  return scheduler.run();
}

void leave_boot(int result) {
  runtime().scheduler().request_end(result);
  throw TaskEnd{};
}

void request_boot_end(int result) { runtime().scheduler().request_end(result); }

}  // namespace rota::idf
