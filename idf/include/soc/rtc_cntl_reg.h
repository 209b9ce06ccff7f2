// Registers of the RTC: a virtual board has none.
#pragma once

#include "soc/soc.h"

#define RTC_CNTL_BROWN_OUT_REG 0
#define RTC_CNTL_OPTION1_REG 0
#define RTC_CNTL_FORCE_DOWNLOAD_BOOT 1
#define RTC_CNTL_STORE0_REG 0
