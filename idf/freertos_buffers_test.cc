// Stream buffers, message buffers and ring buffers between tasks (surface 2.9).
#include <gtest/gtest.h>

#include <string>

#include "freertos/message_buffer.h"
#include "freertos/ringbuf.h"
#include "freertos/task.h"
#include "idf/platform_for_test.h"

namespace rota::idf {
namespace {

void start(TaskFunction_t body, void* argument) {
  xTaskCreate(body, "other", 4096, argument, 5, nullptr);
}

TEST(StreamBuffer, AReaderWaitsForTheTriggerAndTakesWhatIsThere) {
  PlatformForTest board;
  board.run([] {
    StreamBufferHandle_t stream = xStreamBufferCreate(10, 4);
    EXPECT_EQ(xStreamBufferCreate(4, 5), nullptr);
    start(
        [](void* buffer) {
          vTaskDelay(1);
          xStreamBufferSend(static_cast<StreamBufferHandle_t>(buffer), "ab", 2, 0);
          vTaskDelay(1);
          xStreamBufferSend(static_cast<StreamBufferHandle_t>(buffer), "cdef", 4, 0);
          vTaskDelete(nullptr);
        },
        stream);
    char got[16] = "";
    EXPECT_EQ(xStreamBufferReceive(stream, got, sizeof(got), portMAX_DELAY), 6U);
    EXPECT_EQ(std::string(got, 6), "abcdef");
    EXPECT_EQ(xTaskGetTickCount(), 2U);
    EXPECT_EQ(xStreamBufferReceive(stream, got, sizeof(got), 3), 0U);
    EXPECT_EQ(xTaskGetTickCount(), 5U);
    EXPECT_EQ(xStreamBufferSend(stream, "0123456789ab", 12, 0), 10U) << "as many as there is room";
    EXPECT_EQ(xStreamBufferIsFull(stream), pdTRUE);
    EXPECT_EQ(xStreamBufferBytesAvailable(stream), 10U);
    EXPECT_EQ(xStreamBufferReset(stream), pdPASS);
    EXPECT_EQ(xStreamBufferSpacesAvailable(stream), 10U);
    vStreamBufferDelete(stream);
    EXPECT_EQ(xStreamBufferSend(stream, "x", 1, 0), 0U);
  });
}

TEST(StreamBuffer, AWriterWaitsForRoom) {
  PlatformForTest board;
  board.run([] {
    StreamBufferHandle_t stream = xStreamBufferCreate(4, 1);
    EXPECT_EQ(xStreamBufferSend(stream, "abcd", 4, 0), 4U);
    start(
        [](void* buffer) {
          char got[4];
          vTaskDelay(2);
          xStreamBufferReceive(static_cast<StreamBufferHandle_t>(buffer), got, 4, 0);
          vTaskDelete(nullptr);
        },
        stream);
    EXPECT_EQ(xStreamBufferSend(stream, "ef", 2, 10), 2U);
    EXPECT_EQ(xTaskGetTickCount(), 2U);
  });
}

TEST(MessageBuffer, MessagesStayWhole) {
  PlatformForTest board;
  board.run([] {
    MessageBufferHandle_t messages = xMessageBufferCreate(20);
    EXPECT_EQ(xMessageBufferSend(messages, "hello", 5, 0), 5U);
    EXPECT_EQ(xMessageBufferSend(messages, "", 0, 0), 0U);
    EXPECT_EQ(xMessageBufferSend(messages, "eightish", 8, 2), 0U) << "needs 12 bytes, 11 are left";
    EXPECT_EQ(xMessageBufferSend(messages, "far too long for it", 19, portMAX_DELAY), 0U);
    EXPECT_EQ(xMessageBufferNextLengthBytes(messages), 5U);
    char got[16];
    EXPECT_EQ(xMessageBufferReceive(messages, got, 4, 0), 0U) << "no room: it stays";
    EXPECT_EQ(xMessageBufferReceive(messages, got, sizeof(got), 0), 5U);
    EXPECT_EQ(std::string(got, 5), "hello");
  });
}

TEST(RingBuffer, ItemsStayUntilTheyAreReturned) {
  PlatformForTest board;
  board.run([] {
    RingbufHandle_t ring = xRingbufferCreateNoSplit(4, 2);
    EXPECT_EQ(xRingbufferSend(ring, "one", 4, 0), pdTRUE);
    EXPECT_EQ(xRingbufferSend(ring, "two", 4, 0), pdTRUE);
    EXPECT_EQ(xRingbufferSend(ring, "six", 4, 1), pdFALSE);
    EXPECT_EQ(xRingbufferSend(ring, "larger than the ring itself", 28, portMAX_DELAY), pdFALSE);
    std::size_t size = 0;
    void* item = xRingbufferReceive(ring, &size, 0);
    ASSERT_NE(item, nullptr);
    EXPECT_STREQ(static_cast<char*>(item), "one");
    EXPECT_EQ(size, 4U);
    EXPECT_EQ(xRingbufferGetCurFreeSize(ring), 0U) << "its reader still has it";
    vRingbufferReturnItem(ring, item);
    EXPECT_EQ(xRingbufferGetCurFreeSize(ring), 12U);
    EXPECT_EQ(xRingbufferSend(ring, "six", 4, 0), pdTRUE);
    EXPECT_STREQ(static_cast<char*>(xRingbufferReceive(ring, &size, 0)), "two");
    EXPECT_STREQ(static_cast<char*>(xRingbufferReceive(ring, &size, 0)), "six");
    EXPECT_EQ(xRingbufferReceive(ring, &size, 2), nullptr);
    vRingbufferDelete(ring);
    EXPECT_EQ(xRingbufferReceive(ring, &size, 0), nullptr);
  });
}

TEST(RingBuffer, BytesComeAsTheyStand) {
  PlatformForTest board;
  board.run([] {
    RingbufHandle_t ring = xRingbufferCreate(8, RINGBUF_TYPE_BYTEBUF);
    EXPECT_EQ(xRingbufferSend(ring, "abc", 3, 0), pdTRUE);
    EXPECT_EQ(xRingbufferSend(ring, "defgh", 5, 0), pdTRUE);
    std::size_t size = 0;
    void* item = xRingbufferReceiveUpTo(ring, &size, 0, 4);
    EXPECT_EQ(std::string(static_cast<char*>(item), size), "abcd");
    vRingbufferReturnItem(ring, item);
    item = xRingbufferReceive(ring, &size, 0);
    EXPECT_EQ(std::string(static_cast<char*>(item), size), "efgh");
    vRingbufferReturnItem(ring, item);
    EXPECT_EQ(xRingbufferGetCurFreeSize(ring), 8U);
  });
}

}  // namespace
}  // namespace rota::idf
