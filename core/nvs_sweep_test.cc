// Power cuts in NVS: random sequences of calls, cut at every flash operation of every call, before
// it and inside it, and the recovery that follows cut again. Invariants, after every cut:
// - the mount succeeds;
// - every value that was set before reads back, whatever was cut;
// - the value that was being set is the old or the new one, whole; a key that was being erased is
//   there with its value or gone; of erase_all each key for itself;
// - NVS goes on: a value can be set and read;
// - a second mount changes nothing.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

#include "core/nvs_for_test.h"
#include "crypto/crc32.h"

namespace rota::core {
namespace {

using formats::NvsType;

constexpr std::uint64_t kMaxCutsPerCall = 40;  // of longer calls a sample is cut
constexpr std::uint64_t kMaxRecoveryCuts = 6;

struct Value {
  NvsType type = NvsType::kAny;
  std::vector<std::byte> bytes;
  friend bool operator==(const Value&, const Value&) = default;
};
using Name = std::pair<std::uint8_t, std::string>;
using Model = std::map<Name, Value>;

struct Call {
  enum class Kind { kSet, kErase, kEraseAll } kind = Kind::kSet;
  Name name;
  Value value;
  NvsErasing erasing = NvsErasing::kKeepBytes;
};

Status carry_out(Nvs& nvs, const Call& call) {
  const auto& [space, key] = call.name;
  if (call.kind == Call::Kind::kErase) return nvs.erase_key(space, key, call.erasing);
  if (call.kind == Call::Kind::kEraseAll) return nvs.erase_all(space, call.erasing);
  switch (call.value.type) {
    case NvsType::kString:
      return nvs.set_string(space, key, call.value.bytes, call.erasing);
    case NvsType::kBlobChunk:
      return nvs.set_blob(space, key, call.value.bytes, call.erasing);
    default:
      return nvs.set_scalar(space, key, call.value.type, call.value.bytes, call.erasing);
  }
}

void apply(Model& model, const Call& call) {
  if (call.kind == Call::Kind::kSet) model[call.name] = call.value;
  if (call.kind == Call::Kind::kErase) model.erase(call.name);
  if (call.kind == Call::Kind::kEraseAll) {
    std::erase_if(model, [&](const auto& item) { return item.first.first == call.name.first; });
  }
}

std::optional<Value> read(Nvs& nvs, const Name& name) {
  const auto& [space, key] = name;
  const auto type = nvs.type_of(space, key);
  if (!type.ok()) return std::nullopt;
  Value value{*type, {}};
  Status got;
  if (*type == NvsType::kString || *type == NvsType::kBlobChunk) {
    const bool is_string = *type == NvsType::kString;
    const auto size = is_string ? nvs.string_bytes(space, key) : nvs.blob_bytes(space, key);
    if (!size.ok()) return std::nullopt;
    value.bytes.resize(*size);
    got =
        is_string ? nvs.get_string(space, key, value.bytes) : nvs.get_blob(space, key, value.bytes);
  } else {
    value.bytes.resize(formats::scalar_bytes(*type));
    got = nvs.get_scalar(space, key, *type, value.bytes);
  }
  return got.ok() ? std::optional(value) : std::nullopt;
}

class Calls {
 public:
  explicit Calls(unsigned seed) : random_(seed) {}

  Call next() {
    Call call;
    call.name = {static_cast<std::uint8_t>(1 + roll(2)), "key" + std::to_string(roll(5))};
    call.erasing = roll(4) == 0 ? NvsErasing::kPurge : NvsErasing::kKeepBytes;
    const unsigned kind = roll(40);
    if (kind == 0) call.kind = Call::Kind::kEraseAll;
    if (kind > 0 && kind < 6) call.kind = Call::Kind::kErase;
    call.value = value();
    return call;
  }
  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }

 private:
  Value value() {
    static constexpr std::array kScalars = {NvsType::kU8, NvsType::kI32, NvsType::kDouble};
    const unsigned kind = roll(6);
    if (kind < 3) return {kScalars[kind], bytes(formats::scalar_bytes(kScalars[kind]))};
    const unsigned longest = roll(3) == 0 ? 2500 : 100;
    if (kind == 3) return {NvsType::kString, bytes(1 + roll(longest))};
    return {NvsType::kBlobChunk, bytes(roll(longest))};
  }
  std::vector<std::byte> bytes(std::size_t count) {
    std::vector<std::byte> made(count);
    // Runs of FF look like erased flash.
    for (std::byte& byte : made) byte = roll(3) == 0 ? std::byte{0xFF} : std::byte(roll(256));
    return made;
  }

  std::mt19937 random_;
};

struct Tally {
  std::uint64_t calls = 0;
  std::uint64_t cuts = 0;
  std::uint64_t recovery_cuts = 0;
  std::uint64_t old_seen = 0;
  std::uint64_t new_seen = 0;
  std::set<std::uint32_t> states;  // hashes of what cuts left in flash
};

// What a person types to see it again: seed, call, operation, torn bytes.
struct Token {
  unsigned seed = 0;
  std::uint64_t call = 0;
  std::uint64_t operation = 0;
  std::uint32_t torn_bytes = 0;
  std::optional<std::uint64_t> recovery_operation = std::nullopt;

  std::string text() const {
    return "seed " + std::to_string(seed) + ", call " + std::to_string(call) + ", operation " +
           std::to_string(operation) + ", torn bytes " + std::to_string(torn_bytes) +
           (recovery_operation ? ", recovery operation " + std::to_string(*recovery_operation)
                               : std::string());
  }
};

// What is wrong with the values, or "".
std::string complaint(Nvs& nvs, const Model& before, const Model& after, const Call& call) {
  for (std::uint8_t space = 1; space <= 2; ++space) {
    for (unsigned i = 0; i < 5; ++i) {
      const Name name = {space, "key" + std::to_string(i)};
      const auto expected = [&](const Model& model) {
        const auto found = model.find(name);
        return found == model.end() ? std::optional<Value>() : std::optional(found->second);
      };
      const auto seen = read(nvs, name);
      const bool is_touched =
          call.kind == Call::Kind::kEraseAll ? space == call.name.first : name == call.name;
      if (seen == expected(before) || (is_touched && seen == expected(after))) continue;
      return "namespace " + std::to_string(space) + " " + name.second +
             (seen ? ": another value" : ": lost");
    }
  }
  return "";
}

class Sweep {
 public:
  Sweep(unsigned seed, std::uint32_t pages, Tally& tally)
      : seed_(seed), board_(pages), calls_(seed), tally_(tally) {}

  void run(std::uint64_t call_count) {
    start();
    for (std::uint64_t i = 0; i < call_count && !testing::Test::HasFailure(); ++i) {
      const Call call = calls_.next();
      const std::vector<std::byte> flash(board_.cells().begin(), board_.cells().end());
      Status done;
      const std::uint64_t operations =
          board_.operations_of([&] { done = carry_out(*board_.nvs, call); });
      const std::vector<std::byte> flash_after(board_.cells().begin(), board_.cells().end());
      Model after = model_;
      if (done.ok()) apply(after, call);
      ASSERT_EQ(complaint(*board_.nvs, after, after, call), "") << Token{seed_, i}.text();
      ++tally_.calls;
      cut_everywhere(i, call, flash, operations, after);
      restore(flash_after);
      ASSERT_TRUE(board_.mount().ok());
      model_ = after;
    }
  }

 private:
  void start() {
    ASSERT_TRUE(board_.mount().ok());
    ASSERT_TRUE(board_.nvs->open_namespace("one").ok());
    ASSERT_TRUE(board_.nvs->open_namespace("two").ok());
  }
  void restore(const std::vector<std::byte>& flash) {
    board_.chip().power_on();
    std::copy(flash.begin(), flash.end(), board_.cells().begin());
  }

  void cut_everywhere(std::uint64_t number,
                      const Call& call,
                      const std::vector<std::byte>& flash,
                      std::uint64_t operations,
                      const Model& after) {
    const std::uint64_t step = 1 + operations / kMaxCutsPerCall;
    for (std::uint64_t operation = 0; operation < operations; operation += step) {
      for (const bool torn : {false, true}) {
        Token token{seed_, number, operation, torn ? 1 + calls_.roll(40) : 0};
        restore(flash);
        ASSERT_TRUE(board_.mount().ok()) << token.text();
        cut([&] { (void)carry_out(*board_.nvs, call).ok(); }, token.operation, token.torn_bytes);
        ++tally_.cuts;
        tally_.states.insert(crypto::crc32(board_.cells()));
        const std::vector<std::byte> left(board_.cells().begin(), board_.cells().end());
        check(token, call, after);
        if (testing::Test::HasFailure()) return;
        cut_recovery(token, call, left, after);
        if (testing::Test::HasFailure()) return;
      }
    }
  }

  template <class Run>
  void cut(Run&& run, std::uint64_t operation, std::uint32_t torn_bytes) {
    board_.chip().plan_cut(
        {.moment = torn_bytes == 0 ? board::CutMoment::kBefore : board::CutMoment::kInside,
         .nth = operation + 1,
         .bytes_done = torn_bytes});
    run();
    board_.chip().plan_cut({});
    board_.chip().power_on();
  }

  void check(const Token& token, const Call& call, const Model& after) {
    ASSERT_TRUE(board_.mount().ok()) << token.text();
    ASSERT_EQ(complaint(*board_.nvs, model_, after, call), "") << token.text();
    const auto seen = read(*board_.nvs, call.name);
    const auto old_value = model_.find(call.name);
    ++(seen && old_value != model_.end() && *seen == old_value->second ? tally_.old_seen
                                                                       : tally_.new_seen);
    ASSERT_EQ(board_.operations_of([&] { ASSERT_TRUE(board_.mount().ok()); }), 0U)
        << "a second mount repairs again: " << token.text();
    const std::array<std::byte, 1> mark = {std::byte{0x5A}};
    const Status set =
        board_.nvs->set_scalar(1, "mark", NvsType::kU8, mark, NvsErasing::kKeepBytes);
    if (!set.ok()) {
      ASSERT_EQ(set.error(), Error::kNvsNotEnoughSpace) << token.text();
      return;
    }
    ASSERT_EQ(complaint(*board_.nvs, model_, after, call), "")
        << "after going on: " << token.text();
    ASSERT_TRUE(read(*board_.nvs, {1, "mark"}).has_value()) << token.text();
  }

  void cut_recovery(Token token,
                    const Call& call,
                    const std::vector<std::byte>& left,
                    const Model& after) {
    restore(left);
    const std::uint64_t operations = board_.operations_of([&] { (void)board_.mount().ok(); });
    const std::uint64_t step = 1 + operations / kMaxRecoveryCuts;
    for (std::uint64_t operation = 0; operation < operations; operation += step) {
      token.recovery_operation = operation;
      restore(left);
      cut([&] { (void)board_.mount().ok(); }, operation, calls_.roll(2) * (1 + calls_.roll(40)));
      ++tally_.recovery_cuts;
      tally_.states.insert(crypto::crc32(board_.cells()));
      check(token, call, after);
      if (testing::Test::HasFailure()) return;
    }
  }

  unsigned seed_;
  NvsForTest board_;
  Calls calls_;
  Tally& tally_;
  Model model_;
};

void print(const char* name, const Tally& tally) {
  std::printf(
      "%s: %llu calls, %llu cuts, %llu cuts of the recovery, %zu distinct states; the old "
      "value was seen %llu times, the new one or none %llu times\n",
      name, static_cast<unsigned long long>(tally.calls),
      static_cast<unsigned long long>(tally.cuts),
      static_cast<unsigned long long>(tally.recovery_cuts), tally.states.size(),
      static_cast<unsigned long long>(tally.old_seen),
      static_cast<unsigned long long>(tally.new_seen));
}

class NvsSweep : public testing::TestWithParam<std::uint32_t> {};

TEST_P(NvsSweep, ACutLosesNothingThatWasSet) {
  Tally tally;
  for (unsigned seed = 0; seed < 6 && !HasFailure(); ++seed) {
    Sweep(seed * 100 + GetParam(), GetParam(), tally).run(60);
  }
  print("NVS power cuts", tally);
  EXPECT_GT(tally.cuts, 3000U);
  EXPECT_GT(tally.recovery_cuts, 1000U);
  EXPECT_GT(tally.states.size(), 3000U);
  EXPECT_GT(tally.old_seen, 500U);
  EXPECT_GT(tally.new_seen, 500U);
}

INSTANTIATE_TEST_SUITE_P(Pages, NvsSweep, testing::Values(2U, 3U, 5U), [](const auto& pages) {
  return std::to_string(pages.param);
});

// The sweep would be worth nothing if its judge overlooked a loss.
TEST(NvsSweepControl, TheJudgeSeesALostAndAChangedValue) {
  NvsForTest board(3);
  ASSERT_TRUE(board.mount().ok());
  ASSERT_TRUE(board.nvs->open_namespace("one").ok());
  const Call other{Call::Kind::kSet, {1, "key1"}, {NvsType::kU8, {std::byte{1}}}};
  const Call call{Call::Kind::kSet, {1, "key0"}, {NvsType::kU8, {std::byte{1}}}};
  ASSERT_TRUE(carry_out(*board.nvs, call).ok());
  Model model;
  apply(model, call);
  EXPECT_EQ(complaint(*board.nvs, model, model, other), "");
  model[call.name].bytes[0] = std::byte{2};
  EXPECT_EQ(complaint(*board.nvs, model, model, other), "namespace 1 key0: another value");
  board.cells()[formats::kNvsTableOffset] &= std::byte{0xF0};  // marks entries 0 and 1 erased
  ASSERT_TRUE(board.mount().ok());
  EXPECT_EQ(complaint(*board.nvs, model, model, other), "namespace 1 key0: lost");
}

}  // namespace
}  // namespace rota::core
