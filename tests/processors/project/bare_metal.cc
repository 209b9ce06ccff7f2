// What the C++ and C libraries need of a system, for rv32imc under qemu-riscv32: a start, a heap,
// printing and ending, by four system calls of Linux. Small pieces of the heap are never given
// back, large ones (the chips of tests) are. No exceptions, no threads.
#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdio>
#include <cstring>
#include <new>
#include <set>

namespace {

constexpr std::size_t kHeapBytes = 64U << 20U;
constexpr std::size_t kLargeBytes = 64U << 10U;
constexpr std::size_t kHeadBytes = 16;  // before each piece: its length
constexpr long kCallWrite = 64;
constexpr long kCallExit = 93;
constexpr long kCallUnmap = 215;
constexpr long kCallMap = 222;
constexpr long kReadAndWrite = 3;
constexpr long kPrivateMemory = 0x22;

alignas(16) char heap[kHeapBytes];
std::size_t heap_used = 0;
char* kept_pieces[kLargeBytes / 16];  // by length; each holds the next one

long system_call(long number, long a, long b, long c = 0, long d = 0, long e = -1, long f = 0) {
  register long a0 asm("a0") = a;
  register long a1 asm("a1") = b;
  register long a2 asm("a2") = c;
  register long a3 asm("a3") = d;
  register long a4 asm("a4") = e;
  register long a5 asm("a5") = f;
  register long a7 asm("a7") = number;
  asm volatile("ecall"
               : "+r"(a0)
               : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
               : "memory");
  return a0;
}

void* take(std::size_t bytes) {
  const std::size_t whole = (bytes + 2 * kHeadBytes - 1) / kHeadBytes * kHeadBytes + kHeadBytes;
  char* piece = nullptr;
  if (whole >= kLargeBytes) {
    const long mapped =
        system_call(kCallMap, 0, static_cast<long>(whole), kReadAndWrite, kPrivateMemory);
    if (mapped < 0 && mapped > -4096) {
      testing::print_text("the host gives no more memory\n");
      testing::end_program(4);
    }
    piece = reinterpret_cast<char*>(mapped);
  } else if (char*& kept = kept_pieces[whole / 16]; kept != nullptr) {
    piece = kept;
    std::memcpy(&kept, piece + kHeadBytes, sizeof kept);
  } else {
    if (whole > kHeapBytes - heap_used) {
      testing::print_text("the heap of the test is used up\n");
      testing::end_program(4);
    }
    piece = heap + heap_used;
    heap_used += whole;
  }
  *reinterpret_cast<std::size_t*>(piece) = whole;
  return piece + kHeadBytes;
}

void give_back(void* taken) {
  if (taken == nullptr) return;
  char* piece = static_cast<char*>(taken) - kHeadBytes;
  const std::size_t whole = *reinterpret_cast<std::size_t*>(piece);
  if (whole >= kLargeBytes) {
    system_call(kCallUnmap, reinterpret_cast<long>(piece), static_cast<long>(whole));
    return;
  }
  char*& kept = kept_pieces[whole / 16];
  std::memcpy(piece + kHeadBytes, &kept, sizeof kept);
  kept = piece;
}

[[noreturn]] void library_error(const char* what) {
  testing::print_text(std::string("C++ library: ") + what + "\n");
  testing::end_program(5);
}

}  // namespace

namespace testing {

void print_text(std::string_view text) {
  system_call(kCallWrite, 1, reinterpret_cast<long>(text.data()), static_cast<long>(text.size()));
}
void end_program(int status) {
  for (;;) system_call(kCallExit, status, 0);
}

}  // namespace testing

void* operator new(std::size_t bytes) { return take(bytes); }
void* operator new[](std::size_t bytes) { return take(bytes); }
void operator delete(void* taken) noexcept { give_back(taken); }
void operator delete[](void* taken) noexcept { give_back(taken); }
void operator delete(void* taken, std::size_t) noexcept { give_back(taken); }
void operator delete[](void* taken, std::size_t) noexcept { give_back(taken); }

// Where the C++ library would throw.
namespace std {
void __throw_length_error(const char* what) { library_error(what); }
void __throw_logic_error(const char* what) { library_error(what); }
void __throw_out_of_range(const char* what) { library_error(what); }
void __throw_out_of_range_fmt(const char* what, ...) { library_error(what); }
void __throw_invalid_argument(const char* what) { library_error(what); }
void __throw_bad_alloc() { library_error("out of memory"); }
void __throw_bad_array_new_length() { library_error("array too long"); }
void __throw_bad_function_call() { library_error("empty function called"); }
void __throw_bad_variant_access(const char* what) { library_error(what); }
void __throw_bad_optional_access() { library_error("empty optional read"); }

// The parts of std::set and std::map that live in the library. Tests hold a handful of elements, so
// the tree is not balanced.
void _Rb_tree_insert_and_rebalance(bool left,
                                   _Rb_tree_node_base* node,
                                   _Rb_tree_node_base* parent,
                                   _Rb_tree_node_base& header) noexcept {
  node->_M_parent = parent;
  node->_M_left = nullptr;
  node->_M_right = nullptr;
  node->_M_color = _S_black;  // decrement tells the header by its color
  if (parent == &header) {
    header._M_parent = header._M_left = header._M_right = node;
    header._M_color = _S_red;
    return;
  }
  (left ? parent->_M_left : parent->_M_right) = node;
  if (left && parent == header._M_left) header._M_left = node;
  if (!left && parent == header._M_right) header._M_right = node;
}
_Rb_tree_node_base* _Rb_tree_rebalance_for_erase(_Rb_tree_node_base* const node,
                                                 _Rb_tree_node_base& header) noexcept {
  const auto replace = [&header](_Rb_tree_node_base* old, _Rb_tree_node_base* by) {
    _Rb_tree_node_base* parent = old->_M_parent;
    if (parent == &header) {
      header._M_parent = by;
    } else {
      (parent->_M_left == old ? parent->_M_left : parent->_M_right) = by;
    }
    if (by != nullptr) by->_M_parent = parent;
  };
  if (header._M_left == node) header._M_left = _Rb_tree_increment(node);
  if (header._M_right == node) header._M_right = _Rb_tree_decrement(node);
  if (node->_M_left == nullptr || node->_M_right == nullptr) {
    replace(node, node->_M_left == nullptr ? node->_M_right : node->_M_left);
    return node;
  }
  _Rb_tree_node_base* next = node->_M_right;
  while (next->_M_left != nullptr) next = next->_M_left;
  if (next->_M_parent != node) {
    replace(next, next->_M_right);
    next->_M_right = node->_M_right;
    next->_M_right->_M_parent = next;
  }
  replace(node, next);
  next->_M_left = node->_M_left;
  next->_M_left->_M_parent = next;
  return node;
}
_Rb_tree_node_base* _Rb_tree_increment(_Rb_tree_node_base* node) noexcept {
  if (node->_M_right != nullptr) {
    for (node = node->_M_right; node->_M_left != nullptr;) node = node->_M_left;
    return node;
  }
  _Rb_tree_node_base* up = node->_M_parent;
  for (; node == up->_M_right; up = up->_M_parent) node = up;
  return node->_M_right == up ? node : up;
}
const _Rb_tree_node_base* _Rb_tree_increment(const _Rb_tree_node_base* node) noexcept {
  return _Rb_tree_increment(const_cast<_Rb_tree_node_base*>(node));
}
_Rb_tree_node_base* _Rb_tree_decrement(_Rb_tree_node_base* node) noexcept {
  if (node->_M_color == _S_red && node->_M_parent->_M_parent == node) return node->_M_right;
  if (node->_M_left != nullptr) {
    for (node = node->_M_left; node->_M_right != nullptr;) node = node->_M_right;
    return node;
  }
  _Rb_tree_node_base* up = node->_M_parent;
  for (; node == up->_M_left; up = up->_M_parent) node = up;
  return up;
}
const _Rb_tree_node_base* _Rb_tree_decrement(const _Rb_tree_node_base* node) noexcept {
  return _Rb_tree_decrement(const_cast<_Rb_tree_node_base*>(node));
}
}  // namespace std

namespace {
int put_character(char c, FILE*) {
  testing::print_text({&c, 1});
  return 0;
}
FILE console = FDEV_SETUP_STREAM(put_character, nullptr, nullptr, _FDEV_SETUP_WRITE);
}  // namespace

FILE* const stdout = &console;
FILE* const stderr = &console;

extern "C" {

void* __dso_handle = nullptr;
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
void __cxa_pure_virtual() { library_error("pure virtual function called"); }
int __cxa_guard_acquire(char* guard) { return *guard == 0; }
void __cxa_guard_release(char* guard) { *guard = 1; }
void __cxa_guard_abort(char*) {}
void abort() { library_error("abort"); }
// A chip in a file: there are none here.
ssize_t pwrite(int, const void*, size_t, off_t) { return -1; }
void _exit(int status) { testing::end_program(status); }

// Of the one thread: the C library keeps errno there.
alignas(16) char thread_variables[256];

extern void (*__init_array_start[])();
extern void (*__init_array_end[])();
int main();

[[gnu::used]] void start_program() {
  for (auto each = __init_array_start; each != __init_array_end; ++each) (*each)();
  testing::end_program(main());
}

}  // extern "C"

asm(R"(
  .section .text.start
  .globl _start
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la tp, thread_variables
  andi sp, sp, -16
  call start_program
)");
