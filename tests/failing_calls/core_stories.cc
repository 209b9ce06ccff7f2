// What core offers an application, over a chip, fuses and a server each call of which may fail.
#include <algorithm>
#include <array>
#include <vector>

#include "board/bootloader/bootloader.h"
#include "core/app_update.h"
#include "core/boot_selection.h"
#include "core/update_conversation.h"
#include "tests/failing_calls/board_judge.h"
#include "tests/failing_calls/failing_flash.h"
#include "tests/failing_calls/story.h"

namespace rota::failing {

namespace {

using sim::ImageId;
using sim::StartState;

constexpr ImageId kNew = ImageId::kVersion3;
constexpr std::uint32_t kMostHandles = 64;  // more than a story opens
constexpr std::uint32_t kPieceBytes = 1460;

struct Setting {
  StartState start = StartState::kTwoConfirmed;
  sim::Rollback rollback = sim::Rollback::kOn;
  std::uint8_t slots = 2;
  ImageId offered = ImageId::kNone;  // what lies in the next slot on a board that is on trial
  ImageId goal = ImageId::kNone;     // runs and is confirmed after the attempt
};

// An application of one boot. What it does is the part of the stories below.
class CoreStory : public Story {
 public:
  CoreStory(Calls& calls, Seeded seeded, const Setting& setting)
      : calls_(calls),
        seeded_(seeded),
        goal_(setting.goal),
        judged_(configuration_of(setting), setting.start, setting.offered),
        flash_(judged_.chip(), calls),
        fuses_(judged_.chip(), calls),
        access_(flash_, judged_.board().rows(), false),
        selection_(access_, fuses_, judged_.running(), judged_.board().settings()),
        update_(access_, selection_, judged_.running(), judged_.board().settings()) {
    access_.protection().running = core::range_of(judged_.running());
    access_.protection().protected_below = formats::kDefaultTableOffset + core::kSectorBytes - 1;
  }

  std::string leftovers() override {
    for (std::uint32_t handle = 1; handle < kMostHandles; ++handle) {
      if (update_.is_open(handle)) return "update handle " + std::to_string(handle) + " is open";
    }
    if (access_.protection().dangerous_writes_allowed) return "bootloader and table may be written";
    return {};
  }
  std::string judge(bool reached) override {
    return judged_.judge(reached ? goal_ : ImageId::kNone);
  }

 protected:
  bool has(Seeded seeded) const { return seeded_ == seeded; }
  const core::Partition& next_slot() const {
    return *selection_.next_update_partition(judged_.running());
  }
  Bytes image() const { return judged_.board().image(kNew); }

  bool choose(const core::Partition& target) {
    {
      const Calls::Pause ours(calls_);
      judged_.announce_choice(target);
    }
    const bool chosen = selection_.set_boot(target, has(Seeded::kSwitchesAllTheSame)).ok();
    const Calls::Pause ours(calls_);
    if (chosen) judged_.note_choice(target);
    return chosen;
  }

  Calls& calls_;
  Seeded seeded_;
  ImageId goal_;
  JudgedBoard judged_;
  FailingFlash flash_;
  FailingFuses fuses_;
  core::PartitionAccess access_;
  core::BootSelection selection_;
  core::AppUpdate update_;

 private:
  static sim::Configuration configuration_of(const Setting& setting) {
    sim::Configuration configuration;
    configuration.rollback = setting.rollback;
    configuration.slots = setting.slots;
    return configuration;
  }
};

// ---- The native way ---------------------------------------------------------------------------

class NativeUpdate final : public CoreStory {
 public:
  NativeUpdate(Calls& calls, Seeded seeded, const Setting& setting, bool bulk, bool copies)
      : CoreStory(calls, seeded, setting), bulk_(bulk), copies_(copies) {}

  bool attempt() override {
    const core::Partition& target = next_slot();
    const auto handle = update_.begin(
        target, bulk_ ? static_cast<std::uint32_t>(image().size()) : core::kUpdateSequentialWrites);
    if (!handle.ok()) return false;
    const core::Partition& final = copies_ ? *selection_.next_update_partition(target) : target;
    if (copies_ && !update_.set_final(*handle, final, true).ok()) return give_up(*handle);
    if (!write(*handle)) return give_up(*handle);
    if (!update_.end(*handle).ok()) return has(Seeded::kSwitchesAllTheSame) && choose(final);
    return choose(final);
  }

 private:
  bool write(std::uint32_t handle) {
    for (Bytes rest = image(); !rest.empty();) {
      const Bytes piece = rest.first(std::min<std::size_t>(kPieceBytes, rest.size()));
      const bool is_swallowed = has(Seeded::kSwitchesAllTheSame);
      if (!update_.write(handle, piece).ok() && !is_swallowed) return false;
      rest = rest.subspan(piece.size());
    }
    return true;
  }
  bool give_up(std::uint32_t handle) {
    if (!has(Seeded::kHandleIsLeft)) static_cast<void>(update_.abort(handle));
    return false;
  }

  bool bulk_;
  bool copies_;
};

// ---- The update conversation ------------------------------------------------------------------

// The server: one response at a time, and the stream may end or stall anywhere.
class FailingServer {
 public:
  FailingServer(Bytes file, Calls& calls) : file_(file), calls_(calls) {}

  void answer(core::UpdateConversation& conversation, const core::Wish& wish) {
    if (calls_.next(Border::kStream)) return conversation.on_connection_failed();
    core::HttpAnswer answer;
    const auto total = static_cast<std::uint32_t>(file_.size());
    position_ = 0;
    end_ = total;
    answer.status = 200;
    if (wish.range && wish.range->first < total) {
      position_ = wish.range->first;
      if (wish.range->last) end_ = std::min(end_, *wish.range->last + 1);
      answer.status = 206;
      answer.range_first = position_;
      answer.range_total = total;
    }
    answer.content_length = end_ - position_;
    conversation.on_response(answer);
  }

  void read(core::UpdateConversation& conversation, const core::Wish& wish) {
    std::uint32_t most = wish.read_exactly != 0 ? wish.read_exactly : kPieceBytes;
    most = std::min(most, end_ - position_);
    const auto fails = calls_.next(Border::kStream);
    if (fails == How::kRefused) return conversation.on_read_failed();
    if (fails == How::kForGood) return conversation.on_stalled();
    if (fails == How::kHalfDone) most /= wish.read_exactly != 0 ? 1 : 2;
    if (most > 0) conversation.on_bytes(file_.subspan(position_, most));
    position_ += most;
    const bool is_cut = fails == How::kHalfDone;
    if (conversation.is_connected() && (most == 0 || is_cut)) conversation.on_end(!is_cut);
  }

 private:
  Bytes file_;
  Calls& calls_;
  std::uint32_t position_ = 0;
  std::uint32_t end_ = 0;
};

class Conversation final : public CoreStory {
 public:
  Conversation(Calls& calls,
               Seeded seeded,
               const Setting& setting,
               const core::UpdateConversation::Options& options)
      : CoreStory(calls, seeded, setting), options_(options) {}

  bool attempt() override {
    options_.staging = &next_slot();
    options_.final = options_.staging;
    core::UpdateConversation conversation(update_, selection_, access_, judged_.running(),
                                          judged_.board().settings(), options_);
    FailingServer server(image(), calls_);
    while (true) {
      const core::Wish wish = conversation.next();
      if (wish.kind == core::Wish::Kind::kRequest) {
        server.answer(conversation, wish);
      } else if (wish.kind == core::Wish::Kind::kRead) {
        server.read(conversation, wish);
      } else {
        return wish.kind == core::Wish::Kind::kComplete ? finish(conversation)
                                                        : give_up(conversation);
      }
    }
  }

 private:
  bool finish(core::UpdateConversation& conversation) {
    {
      const Calls::Pause ours(calls_);
      judged_.announce_choice(*options_.final);
    }
    if (!conversation.finish().ok()) return give_up(conversation);
    const Calls::Pause ours(calls_);
    judged_.note_choice(*options_.final);
    return true;
  }
  bool give_up(core::UpdateConversation& conversation) {
    if (options_.resumption) options_.resume_at = conversation.bytes_done();
    if (!has(Seeded::kHandleIsLeft)) static_cast<void>(conversation.abort());
    return false;
  }

  core::UpdateConversation::Options options_;
};

// ---- Words about the image that runs ------------------------------------------------------------

class Confirmation final : public CoreStory {
 public:
  using CoreStory::CoreStory;
  bool attempt() override {
    {
      const Calls::Pause ours(calls_);
      judged_.announce_confirmation();
    }
    const bool confirmed = selection_.confirm().ok();
    const Calls::Pause ours(calls_);
    if (confirmed) judged_.note_confirmation();
    return confirmed || has(Seeded::kErrorIsSwallowed);
  }
};

class Rejection final : public CoreStory {
 public:
  using CoreStory::CoreStory;
  bool attempt() override { return selection_.reject().ok(); }
};

class ReturnToFactory final : public CoreStory {
 public:
  using CoreStory::CoreStory;
  bool attempt() override { return choose(*judged_.board().factory()); }
};

class GivingUpTheOther final : public CoreStory {
 public:
  using CoreStory::CoreStory;
  // When an attempt before came as far as the record, there is nothing left to give up.
  bool attempt() override {
    const Status erased = selection_.erase_inactive_record(true);
    const bool is_gone = was_tried_ && !erased.ok() && erased.error() == Error::kNoActiveRecord;
    was_tried_ = true;
    return erased.ok() || is_gone;
  }

 private:
  bool was_tried_ = false;
};

// ---- The bootloader -----------------------------------------------------------------------------

// It has nobody to report to: what it starts must be an image that is byte for byte one of the
// board's, or nothing, and the next boot does it right.
class Boot final : public CoreStory {
 public:
  using CoreStory::CoreStory;

  bool attempt() override {
    board::BootCircumstances circumstances;
    circumstances.chip = judged_.board().chip();
    const board::BootReport report = board::boot(flash_, fuses_, circumstances);
    const bool started = report.result == board::BootReport::Result::kStarts;
    const Calls::Pause ours(calls_);
    started_ = started ? judged_.board().image_at(judged_.chip(), report.range.start.value)
                       : ImageId::kNone;
    starts_nothing_of_ours_ = started && started_ == ImageId::kNone;
    return started && started_ == goal_;
  }
  std::string judge(bool) override {
    if (starts_nothing_of_ours_) return "the bootloader started what is no image";
    return judged_.judge(ImageId::kNone);
  }

 private:
  ImageId started_ = ImageId::kNone;
  bool starts_nothing_of_ours_ = false;
};

// ---- The list -----------------------------------------------------------------------------------

template <class T, class... Rest>
auto maker(Setting setting, Rest... rest) {
  return [=](Calls& calls, Seeded seeded) -> std::unique_ptr<Story> {
    return std::make_unique<T>(calls, seeded, setting, rest...);
  };
}

core::UpdateConversation::Options with(
    const std::function<void(core::UpdateConversation::Options&)>& change) {
  core::UpdateConversation::Options options;
  change(options);
  return options;
}

const Setting kUpdate{.goal = kNew};
const Setting kThreeSlots{.start = StartState::kOneConfirmed, .slots = 3, .goal = kNew};
const Setting kTrial{.start = StartState::kOnTrial, .offered = kNew, .goal = kNew};
const Setting kBadTrial{
    .start = StartState::kOnTrial, .offered = ImageId::kFailsSelfTest, .goal = ImageId::kVersion2};

}  // namespace

std::span<const StoryKind> core_stories() {
  static const std::array kStories{
      StoryKind{"native-sequential", "begin, write, end, set_boot; erasing as data arrive",
                maker<NativeUpdate>(kUpdate, false, false)},
      StoryKind{"native-bulk", "the same, erasing first",
                maker<NativeUpdate>(kUpdate, true, false)},
      StoryKind{
          "native-anti-rollback", "the same, with a secure version to look after",
          maker<NativeUpdate>(Setting{.rollback = sim::Rollback::kWithAntiRollback, .goal = kNew},
                              false, false)},
      StoryKind{"native-no-rollback", "the same, without trials",
                maker<NativeUpdate>(Setting{.rollback = sim::Rollback::kOff, .goal = kNew}, false,
                                    false)},
      StoryKind{"staged-copy", "into one slot, then copied to another",
                maker<NativeUpdate>(kThreeSlots, false, true)},
      StoryKind{"conversation", "an update over HTTP",
                maker<Conversation>(kUpdate, with([](auto&) {}))},
      StoryKind{"conversation-bulk", "the same, erasing first",
                maker<Conversation>(kUpdate, with([](auto& o) { o.bulk_erase = true; }))},
      StoryKind{"conversation-ranges", "the same, a request for each part",
                maker<Conversation>(kUpdate, with([](auto& o) {
                                      o.partial_download = true;
                                      o.max_request_bytes = 5000;
                                    }))},
      StoryKind{"conversation-resumed", "the same, going on where the failed one ended",
                maker<Conversation>(kUpdate, with([](auto& o) { o.resumption = true; }))},
      StoryKind{"confirm", "the image on trial confirms itself", maker<Confirmation>(kTrial)},
      StoryKind{"confirm-anti-rollback", "the same, and burns its secure version",
                maker<Confirmation>(Setting{.start = StartState::kOnTrial,
                                            .rollback = sim::Rollback::kWithAntiRollback,
                                            .offered = kNew,
                                            .goal = kNew})},
      StoryKind{"reject", "the image on trial rejects itself", maker<Rejection>(kBadTrial)},
      StoryKind{"to-factory", "set_boot of the factory image",
                maker<ReturnToFactory>(Setting{.goal = ImageId::kFactory})},
      StoryKind{"erase-inactive", "the previous image and its record are given up",
                maker<GivingUpTheOther>(Setting{.goal = ImageId::kVersion2})},
      StoryKind{"boot", "the bootloader starts the confirmed image",
                maker<Boot>(Setting{.goal = ImageId::kVersion2})},
      StoryKind{"boot-on-trial", "the same, where a trial was not confirmed",
                maker<Boot>(Setting{
                    .start = StartState::kOnTrial, .offered = kNew, .goal = ImageId::kVersion2})},
      StoryKind{"boot-anti-rollback", "the same, and it burns a confirmed secure version",
                maker<Boot>(Setting{.start = StartState::kOneConfirmed,
                                    .rollback = sim::Rollback::kWithAntiRollback,
                                    .goal = ImageId::kVersion1})},
  };
  return kStories;
}

}  // namespace rota::failing
