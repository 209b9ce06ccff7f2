// Registers of a chip: a virtual board has none. Reading one gives 0, writing one does nothing.
#pragma once

#include "esp_bit_defs.h"

#define REG_READ(address) ((void)(address), 0u)
#define REG_WRITE(address, value) ((void)(address), (void)(value))
#define REG_SET_BIT(address, bit) ((void)(address), (void)(bit))
#define REG_CLR_BIT(address, bit) ((void)(address), (void)(bit))
#define READ_PERI_REG REG_READ
#define WRITE_PERI_REG REG_WRITE
#define SET_PERI_REG_MASK REG_SET_BIT
#define CLEAR_PERI_REG_MASK REG_CLR_BIT
#define APB_CLK_FREQ (80 * 1000000)
