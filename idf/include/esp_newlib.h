// What newlib adds comes with every source (rota_newlib.h).
#pragma once

#include "rota_newlib.h"
