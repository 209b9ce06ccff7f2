// The C library's calls with a path, as the program's objects call them: linked with --wrap (the
// list is idf/tools/cmake/wrapped_calls.cmake), so that a path below a mount point leads into the
// folder of its file system (idf/mounted_files.h), and every other path is left as it is.
//
// Calls from inside shared libraries are not led here: C++ streams see the host's files alone.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <utime.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "idf/mounted_files.h"

using rota::idf::MountedFiles;

namespace {

std::optional<MountedFiles::Place> place_of(const char* path, bool creates) {
  rota::idf::Runtime* runtime = rota::idf::runtime_if_any();
  return runtime == nullptr ? std::nullopt : runtime->files().translate(path, creates);
}

bool writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)); }
bool writes(const char* mode) { return mode[0] != 'r' || std::strchr(mode, '+') != nullptr; }

// -1 with EROFS for a change below a read-only mount.
bool refuses(const std::optional<MountedFiles::Place>& place, bool changes) {
  if (!place || !place->is_read_only || !changes) return false;
  errno = EROFS;
  return true;
}

// The mode of open(), which is there only when a file may be made.
mode_t mode_of(int flags, std::va_list& more) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

// Calls a function of one path.
template <class Real, class... Rest>
auto on_path(Real real, bool changes, bool creates, const char* path, Rest... rest)
    -> decltype(real(path, rest...)) {
  const auto place = place_of(path, creates);
  if (refuses(place, changes)) return decltype(real(path, rest...))(-1);
  return real(place ? place->path.c_str() : path, rest...);
}

}  // namespace

extern "C" {

int __real_open(const char* path, int flags, ...);
int __real_open64(const char* path, int flags, ...);
int __real_creat(const char* path, mode_t mode);
FILE* __real_fopen(const char* path, const char* mode);
FILE* __real_fopen64(const char* path, const char* mode);
FILE* __real_freopen(const char* path, const char* mode, FILE* stream);
int __real_stat(const char* path, struct stat* into);
int __real_lstat(const char* path, struct stat* into);
int __real_access(const char* path, int mode);
int __real_truncate(const char* path, off_t size);
int __real_utime(const char* path, const utimbuf* times);
DIR* __real_opendir(const char* path);
int __real_mkdir(const char* path, mode_t mode);
int __real_rmdir(const char* path);
int __real_unlink(const char* path);
int __real_remove(const char* path);
int __real_rename(const char* from, const char* to);

int __wrap_open(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return on_path(__real_open, writes(flags), (flags & O_CREAT) != 0, path, flags, mode);
}

int __wrap_open64(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return on_path(__real_open64, writes(flags), (flags & O_CREAT) != 0, path, flags, mode);
}

int __wrap_creat(const char* path, mode_t mode) {
  return on_path(__real_creat, true, true, path, mode);
}

FILE* __wrap_fopen(const char* path, const char* mode) {
  const auto place = place_of(path, mode[0] != 'r');
  if (refuses(place, writes(mode))) return nullptr;
  return __real_fopen(place ? place->path.c_str() : path, mode);
}

FILE* __wrap_fopen64(const char* path, const char* mode) {
  const auto place = place_of(path, mode[0] != 'r');
  if (refuses(place, writes(mode))) return nullptr;
  return __real_fopen64(place ? place->path.c_str() : path, mode);
}

FILE* __wrap_freopen(const char* path, const char* mode, FILE* stream) {
  const auto place = place_of(path, mode[0] != 'r');
  if (refuses(place, writes(mode))) return nullptr;
  return __real_freopen(place ? place->path.c_str() : path, mode, stream);
}

int __wrap_stat(const char* path, struct stat* into) {
  return on_path(__real_stat, false, false, path, into);
}

int __wrap_lstat(const char* path, struct stat* into) {
  return on_path(__real_lstat, false, false, path, into);
}

int __wrap_access(const char* path, int mode) {
  return on_path(__real_access, (mode & W_OK) != 0, false, path, mode);
}

int __wrap_truncate(const char* path, off_t size) {
  return on_path(__real_truncate, true, false, path, size);
}

int __wrap_utime(const char* path, const utimbuf* times) {
  return on_path(__real_utime, true, false, path, times);
}

DIR* __wrap_opendir(const char* path) {
  const auto place = place_of(path, false);
  return __real_opendir(place ? place->path.c_str() : path);
}

int __wrap_mkdir(const char* path, mode_t mode) {
  return on_path(__real_mkdir, true, false, path, mode);
}

// The mount point itself stays.
int __wrap_rmdir(const char* path) {
  const auto place = place_of(path, false);
  if (place && place->is_root) {
    errno = EBUSY;
    return -1;
  }
  return on_path(__real_rmdir, true, false, path);
}

int __wrap_unlink(const char* path) { return on_path(__real_unlink, true, false, path); }

int __wrap_remove(const char* path) {
  const auto place = place_of(path, false);
  if (place && place->is_root) {
    errno = EBUSY;
    return -1;
  }
  return on_path(__real_remove, true, false, path);
}

int __wrap_rename(const char* from, const char* to) {
  const auto source = place_of(from, false);
  const auto target = place_of(to, true);
  if (refuses(source, true) || refuses(target, true)) return -1;
  if (source.has_value() != target.has_value() || (source && source->is_root)) {
    errno = EXDEV;
    return -1;
  }
  return __real_rename(source ? source->path.c_str() : from, target ? target->path.c_str() : to);
}

}  // extern "C"
