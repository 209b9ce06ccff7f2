// Registers: a virtual board has none.
#pragma once

#include "soc/soc.h"
