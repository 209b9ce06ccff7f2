// Heaps of one kind: all of it stands in esp_heap_caps.h.
#pragma once

#include "esp_heap_caps.h"
