// The C headers that ESP-IDF's sources expect from this name.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
