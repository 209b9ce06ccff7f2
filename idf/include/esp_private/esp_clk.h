// Clocks: fixed figures.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

static inline int esp_clk_cpu_freq(void) { return 160000000; }
static inline int esp_clk_apb_freq(void) { return 80000000; }
static inline int esp_clk_xtal_freq(void) { return 40000000; }

#ifdef __cplusplus
}
#endif
