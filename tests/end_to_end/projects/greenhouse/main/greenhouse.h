#pragma once

#include <stdbool.h>

/* Blocks until the station has an address, or gives up. */
bool wifi_connect(void);

/* Looks for new firmware; installs it and restarts if there is any. */
void update_check(void);
