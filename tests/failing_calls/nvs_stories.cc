// Named values over flash each call of which may fail. After a failure each value is the old one or
// the new one, at once and after a reset; the others are untouched.
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "board/chip/nor_chip.h"
#include "core/nvs.h"
#include "tests/failing_calls/failing_flash.h"
#include "tests/failing_calls/story.h"

namespace rota::failing {

namespace {

using core::Nvs;
using core::NvsErasing;
using formats::NvsType;

constexpr std::uint32_t kOffset = core::kSectorBytes;
constexpr std::uint32_t kPages = 4;

std::vector<std::byte> content(std::size_t bytes, std::uint8_t seed) {
  std::vector<std::byte> made(bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    made[i] = static_cast<std::byte>((i * 7 + seed) & 0xFFU);
  }
  return made;
}

struct Value {
  std::string key;
  NvsType type = NvsType::kU32;
  std::vector<std::byte> before;  // empty: not there
  std::vector<std::byte> after;
};

// One partition on one chip; what is mounted may be forgotten and mounted again.
class Partition {
 public:
  Partition(core::Flash& flash, const core::Partition& row)
      : access_(flash, no_rows_, false), row_(row), pages_(kPages), namespaces_(16) {}

  bool mount() {
    nvs.reset();
    auto mounted = Nvs::mount(storage_.emplace(access_, row_), {pages_, namespaces_});
    if (!mounted.ok()) return false;
    nvs.emplace(*std::move(mounted));
    return true;
  }

  std::optional<Nvs> nvs;

 private:
  formats::PartitionRows no_rows_;
  core::PartitionAccess access_;
  const core::Partition& row_;
  std::vector<core::NvsPage> pages_;
  std::vector<core::NvsNamespace> namespaces_;
  std::optional<core::NvsPartition> storage_;
};

core::Partition partition_row() {
  core::Partition row;
  row.type = formats::PartitionType::kData;
  row.subtype = formats::kDataNvs;
  row.offset = kOffset;
  row.size = kPages * core::kSectorBytes;
  return row;
}

Status set(Nvs& nvs, std::uint8_t space, const Value& value, Bytes bytes) {
  switch (value.type) {
    case NvsType::kString:
      return nvs.set_string(space, value.key, bytes, NvsErasing::kKeepBytes);
    case NvsType::kBlobChunk:
      return nvs.set_blob(space, value.key, bytes, NvsErasing::kKeepBytes);
    default:
      return nvs.set_scalar(space, value.key, value.type, bytes, NvsErasing::kKeepBytes);
  }
}

// nullopt: it can not be told; empty: the key is not there.
std::optional<std::vector<std::byte>> get(Nvs& nvs, std::uint8_t space, const Value& value) {
  std::vector<std::byte> bytes(4);
  Status got;
  if (value.type == NvsType::kString || value.type == NvsType::kBlobChunk) {
    const bool is_string = value.type == NvsType::kString;
    const auto size =
        is_string ? nvs.string_bytes(space, value.key) : nvs.blob_bytes(space, value.key);
    if (size.ok()) bytes.resize(*size);
    got = !size.ok()  ? Status{size.error()}
          : is_string ? nvs.get_string(space, value.key, bytes)
                      : nvs.get_blob(space, value.key, bytes);
  } else {
    got = nvs.get_scalar(space, value.key, value.type, bytes);
  }
  if (got.ok()) return bytes;
  if (got.error() == Error::kNvsNotFound) return std::vector<std::byte>{};
  return std::nullopt;
}

enum class Deed : std::uint8_t { kMounts, kSets, kErasesKey, kErasesAll, kOpensNamespace };

class NvsStory final : public Story {
 public:
  NvsStory(Calls& calls, Deed deed, std::vector<Value> values)
      : deed_(deed),
        values_(std::move(values)),
        failing_(memory_.chip, calls),
        device_(failing_, row_),
        calls_(calls) {
    const Calls::Pause ours(calls_);
    device_.mount();
    space_ = *device_.nvs->open_namespace("story");
    bystander_.after = bystander_.before;
    static_cast<void>(set(*device_.nvs, space_, bystander_, bystander_.before));
    for (const Value& value : values_) {
      if (!value.before.empty()) static_cast<void>(set(*device_.nvs, space_, value, value.before));
    }
  }

  bool attempt() override {
    // What every program does first; where a failure left the partition unusable, it helps.
    if ((deed_ == Deed::kMounts || needs_mount_) && !device_.mount()) return remember(false);
    return remember(act());
  }
  std::string leftovers() override { return {}; }

  std::string judge(bool reached) override {
    const std::string now = look_at(device_, reached, "");
    if (!now.empty() && !needs_mount_) return now;
    // After a reset, on a copy of the chip.
    board::MemoryChip copy(static_cast<std::uint32_t>(memory_.cells.size()));
    copy.cells = memory_.cells;
    Partition later(copy.chip, row_);
    if (!later.mount()) return "it can not be mounted after a reset";
    return look_at(later, reached, " after a reset");
  }

 private:
  bool remember(bool done) {
    needs_mount_ = !done;
    return done;
  }
  bool act() {
    Nvs& nvs = *device_.nvs;
    switch (deed_) {
      case Deed::kMounts:
        return true;
      case Deed::kOpensNamespace:
        return nvs.open_namespace("another").ok();
      case Deed::kErasesAll:
        return nvs.erase_all(space_, NvsErasing::kKeepBytes).ok();
      case Deed::kErasesKey:
      case Deed::kSets:
        break;
    }
    for (const Value& value : values_) {
      const Status done = deed_ == Deed::kSets
                              ? set(nvs, space_, value, value.after)
                              : nvs.erase_key(space_, value.key, NvsErasing::kKeepBytes);
      const bool was_gone = deed_ == Deed::kErasesKey && !done.ok() && needs_mount_ &&
                            done.error() == Error::kNvsNotFound;
      if (!done.ok() && !was_gone) return false;
    }
    return true;
  }

  std::string look_at(Partition& partition, bool reached, const char* when) {
    if (!partition.nvs) return needs_mount_ ? "" : "it is not mounted";
    Nvs& nvs = *partition.nvs;
    for (const Value& value : values_) {
      const auto found = get(nvs, space_, value);
      if (!found) return value.key + " can not be read" + when;
      if (reached && *found != value.after) return value.key + " is not the new one" + when;
      if (*found != value.before && *found != value.after) {
        return value.key + " is neither the old one nor the new one" + when + " (" +
               std::to_string(found->size()) + " bytes)";
      }
    }
    const bool is_erased = deed_ == Deed::kErasesAll;
    const auto found = get(nvs, space_, bystander_);
    const bool is_there = found && *found == bystander_.before;
    const bool is_gone = found && found->empty();
    if (!is_there && !(is_erased && is_gone)) return std::string("another value was lost") + when;
    if (deed_ == Deed::kOpensNamespace && reached && !nvs.find_namespace("another").ok()) {
      return std::string("the namespace is not there") + when;
    }
    return {};
  }

  const core::Partition row_ = partition_row();
  Deed deed_;
  std::vector<Value> values_;
  Value bystander_{"bystander", NvsType::kString, content(40, 9), {}};
  board::MemoryChip memory_{kOffset + kPages * core::kSectorBytes};
  FailingFlash failing_;
  Partition device_;
  Calls& calls_;
  std::uint8_t space_ = 0;
  bool needs_mount_ = false;
};

std::function<std::unique_ptr<Story>(Calls&, Seeded)> maker(Deed deed, std::vector<Value> values) {
  return [=](Calls& calls, Seeded) -> std::unique_ptr<Story> {
    return std::make_unique<NvsStory>(calls, deed, values);
  };
}

const Value kNumber{"number", NvsType::kU32, content(4, 1), content(4, 2)};
const Value kText{"text", NvsType::kString, content(300, 3), content(500, 4)};
const Value kBlob{"blob", NvsType::kBlobChunk, content(1500, 5), content(5000, 6)};
const Value kFresh{"fresh", NvsType::kBlobChunk, {}, content(900, 7)};

Value erased(Value value) {
  value.after.clear();
  return value;
}

}  // namespace

std::span<const StoryKind> nvs_stories() {
  static const std::array kStories{
      StoryKind{
          "nvs-mount", "named values: the partition is mounted",
          maker(Deed::kMounts, {Value{"number", NvsType::kU32, content(4, 1), content(4, 1)}})},
      StoryKind{"nvs-number", "a number is set anew", maker(Deed::kSets, {kNumber})},
      StoryKind{"nvs-text", "a text is set anew", maker(Deed::kSets, {kText})},
      StoryKind{"nvs-blob", "a blob of several pages replaces a smaller one",
                maker(Deed::kSets, {kBlob})},
      StoryKind{"nvs-fresh", "a blob is set for the first time", maker(Deed::kSets, {kFresh})},
      StoryKind{"nvs-three", "three values are set", maker(Deed::kSets, {kNumber, kText, kFresh})},
      StoryKind{"nvs-erase", "a value is erased", maker(Deed::kErasesKey, {erased(kBlob)})},
      StoryKind{"nvs-erase-all", "all values of a namespace are erased",
                maker(Deed::kErasesAll, {erased(kNumber), erased(kBlob)})},
      StoryKind{"nvs-namespace", "a namespace is made", maker(Deed::kOpensNamespace, {})},
  };
  return kStories;
}

}  // namespace rota::failing
