// Clocks: fixed figures.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { SOC_MOD_CLK_CPU = 1, SOC_MOD_CLK_APB, SOC_MOD_CLK_XTAL } soc_module_clk_t;
typedef enum {
  ESP_CLK_TREE_SRC_FREQ_PRECISION_CACHED,
  ESP_CLK_TREE_SRC_FREQ_PRECISION_APPROX,
  ESP_CLK_TREE_SRC_FREQ_PRECISION_EXACT,
} esp_clk_tree_src_freq_precision_t;
ROTA_NOT_OFFERED(esp_clk_tree_src_get_freq_hz,
                 soc_module_clk_t clk_src,
                 esp_clk_tree_src_freq_precision_t precision,
                 uint32_t* freq_value)

#ifdef __cplusplus
}
#endif
