// A line of the console. What edits it is the terminal of the host; history and completion are
// accepted without effect.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct linenoiseCompletions {
  size_t len;
  char** cvec;
} linenoiseCompletions;
typedef void(linenoiseCompletionCallback)(const char*, linenoiseCompletions*);
typedef char*(linenoiseHintsCallback)(const char*, int* color, int* bold);

// NULL at the end of the input; freed with linenoiseFree().
char* linenoise(const char* prompt);
static inline void linenoiseFree(void* ptr) { free(ptr); }
// 1: the terminal can not be driven, as every plain one.
static inline int linenoiseProbe(void) { return 1; }
static inline void linenoiseSetDumbMode(int set) { (void)set; }
static inline void linenoiseSetMultiLine(int ml) { (void)ml; }
static inline void linenoiseAllowEmpty(bool allow) { (void)allow; }
static inline int linenoiseSetMaxLineLen(size_t len) { return len > 0 ? 0 : -1; }
static inline int linenoiseHistoryAdd(const char* line) { return line == NULL ? 0 : 1; }
static inline int linenoiseHistorySetMaxLen(int len) { return len > 0 ? 1 : 0; }
static inline int linenoiseHistoryLoad(const char* filename) { return filename == NULL ? -1 : 0; }
static inline int linenoiseHistorySave(const char* filename) { return filename == NULL ? -1 : 0; }
static inline void linenoiseHistoryFree(void) {}
static inline void linenoiseClearScreen(void) {}
static inline void linenoiseSetCompletionCallback(linenoiseCompletionCallback* callback) {
  (void)callback;
}
static inline void linenoiseSetHintsCallback(linenoiseHintsCallback* callback) { (void)callback; }

#ifdef __cplusplus
}
#endif
