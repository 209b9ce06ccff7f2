#include "tests/failing_calls/host_calls.h"

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <new>

extern "C" {
void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void __real_free(void* memory);
int __real_socket(int domain, int type, int protocol);
int __real_eventfd(unsigned initial, int flags);
int __real_connect(int socket, const sockaddr* address, socklen_t length);
ssize_t __real_send(int socket, const void* bytes, std::size_t count, int flags);
ssize_t __real_recv(int socket, void* bytes, std::size_t count, int flags);
int __real_ppoll(pollfd* polled, nfds_t count, const timespec* limit, const sigset_t* mask);
int __real_pthread_create(pthread_t* thread,
                          const pthread_attr_t* attributes,
                          void* (*body)(void*),
                          void* argument);
}

namespace rota::failing {

namespace {

thread_local Calls* calls_of_thread = nullptr;

std::optional<How> next(Border border) {
  return calls_of_thread == nullptr ? std::nullopt : calls_of_thread->next(border);
}

// A book of blocks, in memory that it does not count itself.
template <class T>
struct Uncounted {
  using value_type = T;
  Uncounted() = default;
  template <class U>
  Uncounted(const Uncounted<U>&) {}
  T* allocate(std::size_t count) {
    void* memory = __real_malloc(count * sizeof(T));
    if (memory == nullptr) std::abort();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) { __real_free(memory); }
  friend bool operator==(const Uncounted&, const Uncounted&) { return true; }
};

using Block = std::pair<const std::uintptr_t, std::size_t>;
struct Book {
  std::mutex mutex;
  std::map<std::uintptr_t, std::size_t, std::less<>, Uncounted<Block>> blocks;
};
// Never destroyed: memory is freed until the very end of the program.
Book& book() {
  static auto* the_book = new (__real_malloc(sizeof(Book))) Book;
  return *the_book;
}

void note(void* memory, std::size_t size) {
  if (memory == nullptr || calls_of_thread == nullptr || !calls_of_thread->is_attempt()) return;
  const std::lock_guard<std::mutex> lock(book().mutex);
  book().blocks[reinterpret_cast<std::uintptr_t>(memory)] = size;
}

void forget(void* memory) {
  if (memory == nullptr) return;
  const std::lock_guard<std::mutex> lock(book().mutex);
  book().blocks.erase(reinterpret_cast<std::uintptr_t>(memory));
}

void* allocate(std::size_t size) {
  if (next(Border::kAllocation)) return nullptr;
  void* memory = __real_malloc(size == 0 ? 1 : size);
  note(memory, size);
  return memory;
}

void release(void* memory) {
  forget(memory);
  __real_free(memory);
}

int fail(int error) {
  errno = error;
  return -1;
}

}  // namespace

HostCalls::HostCalls(Calls& calls) { calls_of_thread = &calls; }
HostCalls::~HostCalls() { calls_of_thread = nullptr; }

std::size_t device_blocks() {
  const std::lock_guard<std::mutex> lock(book().mutex);
  return book().blocks.size();
}

std::string describe_device_blocks() {
  std::array<std::size_t, 6> sizes{};
  std::size_t count = 0;
  std::size_t shown = 0;
  {
    // No heap in here: whatever is freed looks into the book.
    const std::lock_guard<std::mutex> lock(book().mutex);
    count = book().blocks.size();
    for (auto block = book().blocks.begin(); block != book().blocks.end() && shown < sizes.size();
         ++block) {
      sizes[shown++] = block->second;
    }
  }
  std::string text = std::to_string(count) + " blocks of";
  for (std::size_t i = 0; i < shown; ++i) text += " " + std::to_string(sizes[i]);
  return text + " bytes";
}

void forget_device_blocks() {
  const std::lock_guard<std::mutex> lock(book().mutex);
  book().blocks.clear();
}

namespace {
std::size_t entries_of(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}
}  // namespace

std::size_t open_descriptors() { return entries_of("/proc/self/fd"); }
std::size_t running_threads() { return entries_of("/proc/self/task"); }

}  // namespace rota::failing

// ---- The heap -----------------------------------------------------------------------------------

void* operator new(std::size_t size) {
  void* memory = rota::failing::allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return rota::failing::allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return rota::failing::allocate(size);
}
void operator delete(void* memory) noexcept { rota::failing::release(memory); }
void operator delete[](void* memory) noexcept { rota::failing::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { rota::failing::release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { rota::failing::release(memory); }

extern "C" {

void* __wrap_malloc(std::size_t size) { return rota::failing::allocate(size); }
void* __wrap_calloc(std::size_t count, std::size_t size) {
  if (rota::failing::next(rota::failing::Border::kAllocation)) return nullptr;
  void* memory = __real_calloc(count, size);
  rota::failing::note(memory, count * size);
  return memory;
}
void __wrap_free(void* memory) { rota::failing::release(memory); }

// ---- Descriptors, network, threads --------------------------------------------------------------

int __wrap_socket(int domain, int type, int protocol) {
  if (rota::failing::next(rota::failing::Border::kDescriptor)) return rota::failing::fail(EMFILE);
  return __real_socket(domain, type, protocol);
}

int __wrap_eventfd(unsigned initial, int flags) {
  if (rota::failing::next(rota::failing::Border::kDescriptor)) return rota::failing::fail(EMFILE);
  return __real_eventfd(initial, flags);
}

int __wrap_connect(int socket, const sockaddr* address, socklen_t length) {
  if (rota::failing::next(rota::failing::Border::kSocket)) {
    return rota::failing::fail(ENETUNREACH);
  }
  return __real_connect(socket, address, length);
}

ssize_t __wrap_send(int socket, const void* bytes, std::size_t count, int flags) {
  const auto fails = rota::failing::next(rota::failing::Border::kSocket);
  if (!fails) return __real_send(socket, bytes, count, flags);
  if (*fails == rota::failing::How::kHalfDone && count > 1) {
    __real_send(socket, bytes, count / 2, flags);
  }
  return rota::failing::fail(EPIPE);
}

// Half done: the peer ended.
ssize_t __wrap_recv(int socket, void* bytes, std::size_t count, int flags) {
  const auto fails = rota::failing::next(rota::failing::Border::kSocket);
  if (!fails) return __real_recv(socket, bytes, count, flags);
  return *fails == rota::failing::How::kHalfDone ? 0 : rota::failing::fail(ECONNRESET);
}

int __wrap_ppoll(pollfd* polled, nfds_t count, const timespec* limit, const sigset_t* mask) {
  if (rota::failing::next(rota::failing::Border::kSocket)) return rota::failing::fail(ENOMEM);
  return __real_ppoll(polled, count, limit, mask);
}

int __wrap_pthread_create(pthread_t* thread,
                          const pthread_attr_t* attributes,
                          void* (*body)(void*),
                          void* argument) {
  if (rota::failing::next(rota::failing::Border::kTask)) return EAGAIN;
  return __real_pthread_create(thread, attributes, body, argument);
}

}  // extern "C"
