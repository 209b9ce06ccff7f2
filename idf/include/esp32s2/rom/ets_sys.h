// As on every chip.
#pragma once

#include "rom/ets_sys.h"
