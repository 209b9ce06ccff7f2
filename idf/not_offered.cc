#include "esp_log.h"
#include "rota_not_offered.h"

void rota_tell_not_offered(const char* call) {
  ESP_LOGW("rota",
           "%s() does nothing on a virtual board: it has no such part. It answers "
           "ESP_ERR_NOT_SUPPORTED from here on.",
           call);
}
