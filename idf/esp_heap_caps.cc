// esp_heap_caps.h over the host's heap (surface 2.11).
#include "esp_heap_caps.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "esp_system.h"

namespace {

// Allocations succeed whatever they ask for, but a board has no external memory to report.
bool is_absent(std::uint32_t caps) { return (caps & MALLOC_CAP_SPIRAM) != 0; }

// A fragmented heap has no block of its whole free size.
constexpr std::size_t kLargestBlockBytes = 110'000;

}  // namespace

extern "C" {

void* heap_caps_malloc(size_t size, uint32_t) { return std::malloc(size); }
void* heap_caps_calloc(size_t n, size_t size, uint32_t) { return std::calloc(n, size); }
void* heap_caps_realloc(void* ptr, size_t size, uint32_t) { return std::realloc(ptr, size); }

void* heap_caps_aligned_alloc(size_t alignment, size_t size, uint32_t) {
  void* memory = nullptr;
  const size_t allowed = std::max(alignment, sizeof(void*));
  return ::posix_memalign(&memory, allowed, size) == 0 ? memory : nullptr;
}

void heap_caps_free(void* ptr) { std::free(ptr); }

size_t heap_caps_get_free_size(uint32_t caps) {
  return is_absent(caps) ? 0 : esp_get_free_heap_size();
}

size_t heap_caps_get_minimum_free_size(uint32_t caps) {
  return is_absent(caps) ? 0 : esp_get_minimum_free_heap_size();
}

size_t heap_caps_get_largest_free_block(uint32_t caps) {
  return is_absent(caps) ? 0 : kLargestBlockBytes;
}

size_t heap_caps_get_total_size(uint32_t caps) {
  constexpr std::size_t kTotalBytes = 300'000;
  return is_absent(caps) ? 0 : kTotalBytes;
}

void heap_caps_print_heap_info(uint32_t caps) {
  std::printf("Heap of the host; figures of an idle chip: free %zu, largest block %zu, total %zu\n",
              heap_caps_get_free_size(caps), heap_caps_get_largest_free_block(caps),
              heap_caps_get_total_size(caps));
}

bool heap_caps_check_integrity_all(bool) { return true; }

esp_err_t heap_caps_register_failed_alloc_callback(esp_alloc_failed_hook_t callback) {
  return callback == nullptr ? ESP_ERR_INVALID_ARG : ESP_OK;
}

}  // extern "C"
