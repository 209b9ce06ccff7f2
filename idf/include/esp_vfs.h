// File systems of the program: a virtual board has the C library's files only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>
#include "esp_err.h"
#include "esp_vfs_common.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_VFS_PATH_MAX 15
#define ESP_VFS_FLAG_DEFAULT 0
#define ESP_VFS_FLAG_CONTEXT_PTR 1

typedef struct {
  int flags;
  union {
    ssize_t (*write_p)(void* p, int fd, const void* data, size_t size);
    ssize_t (*write)(int fd, const void* data, size_t size);
  };
  union {
    ssize_t (*read_p)(void* ctx, int fd, void* dst, size_t size);
    ssize_t (*read)(int fd, void* dst, size_t size);
  };
  union {
    int (*open_p)(void* ctx, const char* path, int flags, int mode);
    int (*open)(const char* path, int flags, int mode);
  };
  union {
    int (*close_p)(void* ctx, int fd);
    int (*close)(int fd);
  };
  union {
    int (*fstat_p)(void* ctx, int fd, struct stat* st);
    int (*fstat)(int fd, struct stat* st);
  };
} esp_vfs_t;

ROTA_NOT_OFFERED(esp_vfs_register, const char* base_path, const esp_vfs_t* vfs, void* ctx)
ROTA_NOT_OFFERED(esp_vfs_unregister, const char* base_path)

#ifdef __cplusplus
}
#endif
