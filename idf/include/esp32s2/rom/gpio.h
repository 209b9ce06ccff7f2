// As on every chip.
#pragma once

#include "rom/gpio.h"
