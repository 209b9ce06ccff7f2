// NetBIOS names: accepted, and seen by nobody.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

static inline void netbiosns_init(void) {}
static inline void netbiosns_stop(void) {}
static inline void netbiosns_set_name(const char* hostname) { (void)hostname; }

#ifdef __cplusplus
}
#endif
