// What the chips' C library has and this machine's lacks. The build face includes it in every
// source of a project, because such sources include nothing but <string.h> or <stdlib.h> for it.
#pragma once

#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(__GLIBC__) || !__GLIBC_PREREQ(2, 38)
// Copy or append as much as fits with a NUL. Return the length that was wanted.
size_t strlcpy(char* into, const char* from, size_t size);
size_t strlcat(char* into, const char* from, size_t size);
#endif

// The digits of a number, base 2 to 36. Return the buffer; an empty text for another base.
char* itoa(int value, char* buffer, int base);
char* utoa(unsigned value, char* buffer, int base);

#ifdef __cplusplus
}
#endif
