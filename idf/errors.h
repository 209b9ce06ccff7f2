// rota::Error as ESP-IDF's numbers: the one place where the two meet (spec 0.1).
#pragma once

#include "base/error.h"
#include "base/result.h"
#include "esp_err.h"

namespace rota::idf {

esp_err_t esp_err_of(Error error);
inline esp_err_t esp_err_of(const Status& status) {
  return status.ok() ? ESP_OK : esp_err_of(status.error());
}

}  // namespace rota::idf
