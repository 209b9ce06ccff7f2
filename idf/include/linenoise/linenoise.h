// A line editor: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline char* linenoise(const char* prompt) { ROTA_ANSWER_NOT_OFFERED(NULL); }
static inline void linenoiseFree(void* ptr) { free(ptr); }
static inline void linenoiseSetDumbMode(int set) {}
static inline int linenoiseProbe(void) { return 1; }
static inline int linenoiseHistoryAdd(const char* line) { return 0; }
static inline int linenoiseHistorySetMaxLen(int len) { return 0; }
static inline int linenoiseHistoryLoad(const char* filename) { return 0; }
static inline int linenoiseHistorySave(const char* filename) { return 0; }
static inline void linenoiseSetMultiLine(int ml) {}
static inline void linenoiseAllowEmpty(bool allow) {}
static inline int linenoiseSetMaxLineLen(size_t len) { return 0; }
typedef struct linenoiseCompletions {
  size_t len;
  char** cvec;
} linenoiseCompletions;
typedef void(linenoiseCompletionCallback)(const char*, linenoiseCompletions*);
typedef char*(linenoiseHintsCallback)(const char*, int* color, int* bold);
static inline void linenoiseSetCompletionCallback(linenoiseCompletionCallback* callback) {}
static inline void linenoiseSetHintsCallback(linenoiseHintsCallback* callback) {}

#ifdef __cplusplus
}
#endif
