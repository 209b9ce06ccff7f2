// What an update costs a device in memory: the objects with all their buffers, and the deepest
// stack of whole updates, measured on a painted stack. Bytes of this machine; a 32-bit chip needs
// less.
#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

#include "bench/report.h"
#include "core/update_board_for_test.h"
#include "core/update_conversation.h"

namespace rota::bench {
namespace {

constexpr std::size_t kStackBytes = 256U << 10U;
constexpr std::byte kPaint{0xA5};

struct PaintedRun {
  const std::function<void()>& work;
  std::byte* entry = nullptr;  // of the stack, where the work begins
};

void* run_painted(void* argument) {
  PaintedRun& run = *static_cast<PaintedRun*>(argument);
  run.entry = static_cast<std::byte*>(__builtin_frame_address(0));
  run.work();
  return nullptr;
}

// How far the stack grew below the caller's frame.
std::size_t deepest_stack_of(const std::function<void()>& work) {
  std::vector<std::byte> memory(kStackBytes + 64, kPaint);
  const auto misaligned = reinterpret_cast<std::uintptr_t>(memory.data()) % 64;
  std::byte* const stack = memory.data() + (64 - misaligned);
  PaintedRun run{work};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, kStackBytes);
  pthread_t thread{};
  const int failed = pthread_create(&thread, &attributes, &run_painted, &run);
  pthread_attr_destroy(&attributes);
  if (failed != 0) return kStackBytes;
  pthread_join(thread, nullptr);
  const std::byte* lowest =
      std::find_if(stack, stack + kStackBytes, [](std::byte byte) { return byte != kPaint; });
  return static_cast<std::size_t>(run.entry - lowest);
}

// An update from the first request to the switch; the body comes in pieces of this size.
class WholeUpdate {
 public:
  WholeUpdate(core::UpdateBoardForTest& board, const core::UpdateConversation::Options& options)
      : conversation_(*board.update,
                      *board.selection,
                      *board.access,
                      board.partition("factory"),
                      board.settings,
                      options) {}

  bool run(Bytes image) {
    constexpr std::size_t kPiece = 1400;
    for (;;) {
      const core::Wish wish = conversation_.next();
      switch (wish.kind) {
        case core::Wish::Kind::kRequest:
          conversation_.on_response({200, static_cast<std::int64_t>(image.size()), -1, -1});
          break;
        case core::Wish::Kind::kRead: {
          const std::size_t count = std::min(kPiece, image.size());
          if (count == 0) {
            conversation_.on_end(true);
          } else {
            conversation_.on_bytes(image.first(count));
            image = image.subspan(count);
          }
          break;
        }
        case core::Wish::Kind::kComplete:
          return conversation_.finish().ok();
        default:
          return false;
      }
    }
  }

 private:
  core::UpdateConversation conversation_;
};

struct Scene {
  const char* name;
  bool encrypted = false;
  bool copies = false;
};

// The stack of one kind of update; 0 when the update failed.
std::size_t stack_of(const Scene& scene) {
  core::UpdateBoardForTest board(scene.encrypted);
  board.settings.rollback = true;
  board.boot("factory");
  core::UpdateConversation::Options options;
  options.staging = &board.partition("ota_0");
  options.final = &board.partition(scene.copies ? "ota_1" : "ota_0");
  options.finalize_with_copy = scene.copies;
  const std::vector<std::byte> image =
      core::ImageForTest{.version = "2", .payload_bytes = 60000}.build();
  WholeUpdate update(board, options);
  bool installed = false;
  const std::function<void()> work = [&] { installed = update.run(image); };
  const std::size_t bytes = deepest_stack_of(work);
  return installed ? bytes : 0;
}

double kibibytes(std::size_t bytes) { return static_cast<double>(bytes) / 1024; }

int run() {
  Report report("Memory of an update");
  constexpr std::size_t kSession = sizeof(core::AppUpdate) + sizeof(core::BootSelection) +
                                   sizeof(core::PartitionAccess) + sizeof(core::UpdateConversation);
  constexpr std::size_t kHttpBuffer = core::kFirstReadBytes;
  report.note("handles, 8 open at once", fmt::format("{} bytes", sizeof(core::AppUpdate)));
  report.note("conversation", fmt::format("{} bytes", sizeof(core::UpdateConversation)));
  report.note("partition table, up to 128 rows",
              fmt::format("{} bytes", sizeof(formats::PartitionRows)));
  report.at_most("a session with all its buffers", kibibytes(kSession + kHttpBuffer), 8, "KiB");

  for (const Scene& scene : {Scene{.name = "stack, an update into a slot"},
                             Scene{.name = "stack, encrypted flash", .encrypted = true},
                             Scene{.name = "stack, staged and copied", .copies = true}}) {
    const std::size_t bytes = stack_of(scene);
    if (bytes == 0) {
      fmt::print(stderr, "the update of the benchmark failed: {}\n", scene.name);
      return EXIT_FAILURE;
    }
    report.at_most(scene.name, kibibytes(bytes), 2, "KiB");
  }
  return report.status();
}

}  // namespace
}  // namespace rota::bench

int main() { return rota::bench::run(); }
