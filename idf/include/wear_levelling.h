// Wear levelling under FAT: nothing of it is needed for a folder.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_partition.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t wl_handle_t;
#define WL_INVALID_HANDLE -1

ROTA_NOT_OFFERED(wl_mount, const esp_partition_t* partition, wl_handle_t* out_handle)
ROTA_NOT_OFFERED(wl_unmount, wl_handle_t handle)
ROTA_NOT_OFFERED(wl_erase_range, wl_handle_t handle, size_t start_addr, size_t size)
ROTA_NOT_OFFERED(wl_write, wl_handle_t handle, size_t dest_addr, const void* src, size_t size)
ROTA_NOT_OFFERED(wl_read, wl_handle_t handle, size_t src_addr, void* dest, size_t size)
static inline size_t wl_size(wl_handle_t handle) { return 0; }
static inline size_t wl_sector_size(wl_handle_t handle) { return 4096; }

#ifdef __cplusplus
}
#endif
