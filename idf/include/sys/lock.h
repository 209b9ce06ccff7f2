// newlib's locks: declared only.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _lock {
  void* rota_unused;
} * _lock_t;
static inline void _lock_init(_lock_t* lock) { (void)lock; }
static inline void _lock_acquire(_lock_t* lock) { (void)lock; }
static inline void _lock_release(_lock_t* lock) { (void)lock; }
static inline void _lock_close(_lock_t* lock) { (void)lock; }

#ifdef __cplusplus
}
#endif
