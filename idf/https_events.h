// The events of an update (spec 6.1): posted to the default loop, waited for no longer than the
// option allows. A program without that loop misses them, which is said once per update.
#pragma once

#include "esp_https_ota.h"

namespace rota::idf {

void post_update_event(esp_https_ota_event_t event,
                       const void* data = nullptr,
                       std::size_t bytes = 0);

}  // namespace rota::idf
