#include "idf/https_events.h"

#include "esp_event.h"
#include "esp_log.h"
#include "idf/config.h"

ESP_EVENT_DEFINE_BASE(ESP_HTTPS_OTA_EVENT);

namespace rota::idf {

namespace {

constexpr const char* kTag = "esp_https_ota";

TickType_t longest_wait() {
  const std::int32_t wait_ms = config().https_ota_event_post_timeout_ms;
  if (wait_ms < 0) return portMAX_DELAY;
  return static_cast<TickType_t>(std::int64_t{wait_ms} * config().tick_rate_hz / 1000);
}

}  // namespace

void post_update_event(esp_https_ota_event_t event, const void* data, std::size_t bytes) {
  const esp_err_t posted = esp_event_post(ESP_HTTPS_OTA_EVENT, event, data, bytes, longest_wait());
  if (posted == ESP_OK) return;
  if (posted != ESP_ERR_INVALID_STATE) {
    ESP_LOGW(kTag,
             "Event %d of the update was lost (%s): its handlers are too slow. Do less in "
             "them, or raise CONFIG_ESP_HTTPS_OTA_EVENT_POST_TIMEOUT.",
             static_cast<int>(event), esp_err_to_name(posted));
  } else if (event == ESP_HTTPS_OTA_START) {
    ESP_LOGD(kTag, "No events: there is no default event loop (esp_event_loop_create_default).");
  }
}

}  // namespace rota::idf
