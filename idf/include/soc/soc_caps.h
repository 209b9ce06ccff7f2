// What the chip can; only what update programs ask for.
#pragma once

#define SOC_WIFI_SUPPORTED 1
#define SOC_EMAC_SUPPORTED 1
