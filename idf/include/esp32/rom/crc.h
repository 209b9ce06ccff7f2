// As on every chip.
#pragma once

#include "rom/crc.h"
