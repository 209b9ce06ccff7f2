// Placement attributes. A virtual board has one kind of memory, so most of them say nothing here.
#pragma once

#if __has_include("sdkconfig.h")
#include "sdkconfig.h"
#endif

#define IRAM_ATTR
#define DRAM_ATTR
#define EXT_RAM_ATTR
#define EXT_RAM_BSS_ATTR
#define EXT_RAM_NOINIT_ATTR
#define COREDUMP_IRAM_ATTR
#define COREDUMP_DRAM_ATTR
#define RTC_IRAM_ATTR
#define RTC_RODATA_ATTR
#define RTC_SLOW_ATTR
#define RTC_FAST_ATTR
#define WORD_ALIGNED_ATTR __attribute__((aligned(4)))
#define DMA_ATTR WORD_ALIGNED_ATTR
#define NOINLINE_ATTR __attribute__((noinline))
#define FORCE_INLINE_ATTR static inline __attribute__((always_inline))
#define UNUSED_ATTR __attribute__((unused))
#define TCM_IRAM_ATTR
#define TCM_DRAM_ATTR

// Kept over a deep sleep; set anew by every other reset.
#define RTC_DATA_ATTR __attribute__((section("rota_rtc_data")))
// Kept over every reset but a power cut; arbitrary after that one (here: the initial value).
#define RTC_NOINIT_ATTR __attribute__((section("rota_rtc_noinit")))
#define __NOINIT_ATTR RTC_NOINIT_ATTR
