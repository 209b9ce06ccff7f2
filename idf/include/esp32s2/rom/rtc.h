// As on every chip.
#pragma once

#include "rom/rtc.h"
