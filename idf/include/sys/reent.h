// newlib's state of one thread: the host's C library has its own.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct _reent;

#ifdef __cplusplus
}
#endif
