// Preloaded into rota: the nth call that changes a file fails, or a signal arrives at it.
//   ROTA_TEST_AT      which call, counted from 1
//   ROTA_TEST_SIGNAL  the signal, or
//   ROTA_TEST_ERRNO   the error that the call gives
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static long number(const char* name) {
  const char* text = getenv(name);
  return text == NULL ? 0 : atol(text);
}

// True when this call is to fail; errno says why. Output for people is left alone.
static int fails(int descriptor) {
  if (descriptor == 1 || descriptor == 2) return 0;
  if (++calls != number("ROTA_TEST_AT")) return 0;
  if (number("ROTA_TEST_SIGNAL") != 0) raise((int)number("ROTA_TEST_SIGNAL"));
  errno = (int)number("ROTA_TEST_ERRNO");
  return errno != 0;
}

#define NEXT(result, name, ...) ((result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t write(int descriptor, const void* bytes, size_t count) {
  if (fails(descriptor)) return -1;
  return NEXT(ssize_t, "write", int, const void*, size_t)(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  if (fails(descriptor)) return -1;
  return NEXT(ssize_t, "pwrite", int, const void*, size_t, off_t)(descriptor, bytes, count, offset);
}

// Refused, so that copies are made by write(), which counts.
ssize_t copy_file_range(
    int from, off_t* from_offset, int to, off_t* to_offset, size_t count, unsigned flags) {
  (void)from, (void)from_offset, (void)to, (void)to_offset, (void)count, (void)flags;
  errno = EXDEV;
  return -1;
}

int fsync(int descriptor) {
  if (fails(descriptor)) return -1;
  return NEXT(int, "fsync", int)(descriptor);
}

int fchmod(int descriptor, mode_t mode) {
  if (fails(descriptor)) return -1;
  return NEXT(int, "fchmod", int, mode_t)(descriptor, mode);
}

int rename(const char* from, const char* to) {
  if (fails(-1)) return -1;
  return NEXT(int, "rename", const char*, const char*)(from, to);
}
