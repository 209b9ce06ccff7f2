// Picolibc's unistd.h and the one call of POSIX that it lacks.
#pragma once
#include_next <unistd.h>

#include <sys/types.h>

extern "C" ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset);
