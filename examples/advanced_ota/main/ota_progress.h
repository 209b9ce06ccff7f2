// How far a download came, kept in NVS so that it can go on after a reset or a power cut.
//
// The note never names more than what is in flash, so call ota_progress_note after the write. Flash
// is spared: it is written once per sector of the image, and a download that goes on begins at the
// start of a sector anyway. Whether the server still has the same file is not its concern:
// esp_https_ota asks for that.
#pragma once

#include <stdint.h>

#include "esp_err.h"
#include "nvs.h"

typedef struct {
    nvs_handle_t nvs;
    uint32_t written;  // bytes of the image, as noted; 0: start from the beginning
} ota_progress_t;

// The progress of the download from this URL. What was noted about another one is forgotten.
esp_err_t ota_progress_open(ota_progress_t *progress, const char *url);
esp_err_t ota_progress_note(ota_progress_t *progress, uint32_t written);
// When the image is complete or of no use: the next download starts from the beginning.
esp_err_t ota_progress_forget(ota_progress_t *progress);
void ota_progress_close(ota_progress_t *progress);
