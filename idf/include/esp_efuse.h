// The eFuses: the secure version (spec 3.5), and fields that programs read.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_ERR_EFUSE 0x1600

// The number of burned bits, at most the width of the field.
uint32_t esp_efuse_read_secure_version(void);
// True when an app of that version may run.
bool esp_efuse_check_secure_version(uint32_t secure_version);
// Burns up to that version. ESP_ERR_INVALID_ARG: wider than the field; ESP_FAIL: more is burned.
esp_err_t esp_efuse_update_secure_version(uint32_t secure_version);

// A field of the eFuses, as a list that ends with NULL. A virtual board has those of
// esp_efuse_table.h; they can be read, not written.
typedef struct {
  const char* name;
  uint16_t bit_count;
} esp_efuse_desc_t;
// `dst_size_bits` bits, low byte first. ESP_ERR_INVALID_ARG; ESP_ERR_NOT_SUPPORTED: not here.
esp_err_t esp_efuse_read_field_blob(const esp_efuse_desc_t* field[],
                                    void* dst,
                                    size_t dst_size_bits);
bool esp_efuse_read_field_bit(const esp_efuse_desc_t* field[]);
// How many bits of the field are burned.
esp_err_t esp_efuse_read_field_cnt(const esp_efuse_desc_t* field[], size_t* out_cnt);
int esp_efuse_get_field_size(const esp_efuse_desc_t* field[]);
ROTA_NOT_OFFERED(esp_efuse_write_field_blob,
                 const esp_efuse_desc_t* field[],
                 const void* src,
                 size_t src_size_bits)
ROTA_NOT_OFFERED(esp_efuse_write_field_bit, const esp_efuse_desc_t* field[])
ROTA_NOT_OFFERED(esp_efuse_batch_write_begin, void)
ROTA_NOT_OFFERED(esp_efuse_batch_write_commit, void)
ROTA_NOT_OFFERED(esp_efuse_batch_write_cancel, void)

#ifdef __cplusplus
}
#endif
