#include "idf/pins.h"

#include <gtest/gtest.h>

#include "driver/gpio.h"
#include "esp_heap_caps.h"
#include "idf/platform_for_test.h"
#include "idf/runtime.h"

namespace rota::idf {
namespace {

class PinsTest : public testing::Test {
 protected:
  PinsTest() { boot.emplace(board); }
  PlatformForTest board;
  std::optional<Runtime> boot;
};

TEST_F(PinsTest, AnInputReadsWhatDrivesItOrItsPull) {
  const gpio_config_t input{1ULL << 4U, GPIO_MODE_INPUT, GPIO_PULLUP_ENABLE, GPIO_PULLDOWN_DISABLE,
                            GPIO_INTR_DISABLE};
  EXPECT_EQ(gpio_config(&input), ESP_OK);
  EXPECT_EQ(gpio_get_level(GPIO_NUM_4), 1);
  board.outside_levels[4] = 0;
  EXPECT_EQ(gpio_get_level(GPIO_NUM_4), 0);
}

TEST_F(PinsTest, AnOutputDrivesItsLevelAlsoOneSetBefore) {
  EXPECT_EQ(gpio_set_level(GPIO_NUM_2, 1), ESP_OK);
  EXPECT_TRUE(board.driven_levels.empty());
  EXPECT_EQ(gpio_set_direction(GPIO_NUM_2, GPIO_MODE_OUTPUT), ESP_OK);
  EXPECT_EQ(board.driven_levels[2], 1);
}

TEST_F(PinsTest, AHeldPinKeepsItsLevelUntilTheHoldEnds) {
  gpio_set_direction(GPIO_NUM_2, GPIO_MODE_OUTPUT);
  gpio_set_level(GPIO_NUM_2, 1);
  EXPECT_EQ(gpio_hold_en(GPIO_NUM_2), ESP_OK);
  gpio_set_level(GPIO_NUM_2, 0);
  EXPECT_EQ(board.driven_levels[2], 1);
  EXPECT_EQ(gpio_hold_dis(GPIO_NUM_2), ESP_OK);
  EXPECT_EQ(board.driven_levels[2], 0);
}

TEST_F(PinsTest, PinsThatDoNotExistAreRefused) {
  const gpio_num_t none = static_cast<gpio_num_t>(GPIO_NUM_MAX);
  EXPECT_EQ(gpio_set_level(none, 1), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(gpio_reset_pin(GPIO_NUM_NC), ESP_ERR_INVALID_ARG);
  EXPECT_EQ(gpio_get_level(none), 0);
  const gpio_config_t nothing{};
  EXPECT_EQ(gpio_config(&nothing), ESP_ERR_INVALID_ARG);
  EXPECT_TRUE(board.console_has("There is no GPIO"));
}

TEST_F(PinsTest, PinsDoNeitherInterruptNorWake) {
  EXPECT_EQ(gpio_install_isr_service(0), ESP_OK);
  EXPECT_EQ(gpio_isr_handler_add(
                GPIO_NUM_4, [](void*) {}, nullptr),
            ESP_OK);
  EXPECT_TRUE(board.console_has("raises no interrupts"));
  EXPECT_EQ(gpio_wakeup_enable(GPIO_NUM_4, GPIO_INTR_LOW_LEVEL), ESP_ERR_NOT_SUPPORTED);
}

TEST(HeapFigures, AreThoseOfAnIdleChipWithoutExternalMemory) {
  EXPECT_EQ(heap_caps_get_free_size(MALLOC_CAP_8BIT), heap_caps_get_free_size(MALLOC_CAP_INTERNAL));
  EXPECT_EQ(heap_caps_get_free_size(MALLOC_CAP_SPIRAM), 0U);
  void* memory = heap_caps_aligned_alloc(64, 100, MALLOC_CAP_SPIRAM);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 64, 0U);
  heap_caps_free(memory);
}

}  // namespace
}  // namespace rota::idf
