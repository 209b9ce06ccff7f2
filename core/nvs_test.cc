// NVS by the calls of core. Byte equality with ESP-IDF is compared with recordings
// (tests/conformance/nvs.cc); power cuts are in nvs_sweep_test.cc.
#include "core/nvs.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "core/nvs_for_test.h"

namespace rota::core {
namespace {

using formats::NvsType;

constexpr NvsErasing kKeep = NvsErasing::kKeepBytes;

Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }
template <class T>
Error error_of(const Result<T>& result) {
  return result.ok() ? Error{} : result.error();
}

Bytes string_bytes(std::string_view text) { return bytes_of({text.data(), text.size() + 1}); }

template <class T>
std::array<std::byte, sizeof(T)> raw(T value) {
  std::array<std::byte, sizeof(T)> bytes{};
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    text += kDigits[std::to_integer<unsigned>(byte) & 15U];
  }
  return text;
}

class NvsValues : public testing::Test {
 protected:
  explicit NvsValues(std::uint32_t pages = 3) : board(pages) {
    EXPECT_TRUE(board.mount().ok());
    space = board.nvs->open_namespace("storage").value_or(0);
  }
  Status set_u8(std::string_view key, std::uint8_t value) {
    return board.nvs->set_scalar(space, key, NvsType::kU8, raw(value), kKeep);
  }
  std::optional<std::uint8_t> u8(std::string_view key) {
    std::array<std::byte, 1> value{};
    if (!board.nvs->get_scalar(space, key, NvsType::kU8, value).ok()) return std::nullopt;
    return std::to_integer<std::uint8_t>(value[0]);
  }
  Status set_blob(std::string_view key, std::size_t bytes, int fill) {
    return board.nvs->set_blob(space, key,
                               std::vector<std::byte>(bytes, static_cast<std::byte>(fill)), kKeep);
  }
  std::string entry(std::uint32_t index) {
    return hex(board.cells().subspan(formats::kNvsFirstEntryOffset + 32 * index, 32));
  }

  NvsForTest board;
  std::uint8_t space = 0;
};

// The example of docs/formats/nvs.md, which the reference wrote.
TEST_F(NvsValues, LieInFlashAsInTheExample) {
  Nvs& nvs = *board.nvs;
  ASSERT_TRUE(nvs.set_scalar(space, "count", NvsType::kI32, raw(std::int32_t{-2}), kKeep).ok());
  ASSERT_TRUE(
      nvs.set_string(space, "s", string_bytes("abcdefghijklmnopqrstuvwxyzabcdefj"), kKeep).ok());
  const std::array blob = {std::byte{1}, std::byte{4}, std::byte{7}};
  ASSERT_TRUE(nvs.set_blob(space, "b", blob, kKeep).ok());
  ASSERT_TRUE(nvs.set_scalar(space, "d", NvsType::kDouble, raw(1.5), kKeep).ok());
  ASSERT_TRUE(nvs.set_scalar(space, "count", NvsType::kI32, raw(std::int32_t{7}), kKeep).ok());

  const auto zeros = [](std::size_t bytes) { return std::string(2 * bytes, '0'); };
  const auto effs = [](std::size_t bytes) { return std::string(2 * bytes, 'f'); };
  EXPECT_EQ(hex(board.cells().first(32)), "feffffff00000000fe" + effs(19) + "842dbab9");
  EXPECT_EQ(hex(board.cells().subspan(32, 32)), "a2aafaff" + effs(28));
  EXPECT_EQ(entry(0), "000101ff09a9500773746f72616765" + zeros(9) + "01ffffffffffffff");
  EXPECT_EQ(entry(1), "011401ffd37396d2636f756e74" + zeros(11) + "feffffffffffffff");
  EXPECT_EQ(entry(2), "012103ff755ecccb73" + zeros(15) + "2200ffffa5842a0f");
  EXPECT_EQ(entry(3), "6162636465666768696a6b6c6d6e6f707172737475767778797a616263646566");
  EXPECT_EQ(entry(4), "6a00" + effs(30));
  EXPECT_EQ(entry(5), "0142020028c2d86462" + zeros(15) + "0300ffff6fc53504");
  EXPECT_EQ(entry(6), "010407" + effs(29));
  EXPECT_EQ(entry(7), "014801ffb4cf37ec62" + zeros(15) + "030000000100ffff");
  EXPECT_EQ(entry(8), "012801ffaa5456a064" + zeros(15) + "000000000000f83f");
  EXPECT_EQ(entry(9), "011401ffc25a248e636f756e74" + zeros(11) + "07000000ffffffff");
}

TEST_F(NvsValues, EqualOnesCostNoFlash) {
  ASSERT_TRUE(set_u8("key", 1).ok());
  ASSERT_TRUE(set_blob("blob", 100, 0x11).ok());
  ASSERT_TRUE(board.nvs->set_string(space, "text", string_bytes("text"), kKeep).ok());
  EXPECT_EQ(board.operations_of([&] {
    EXPECT_TRUE(set_u8("key", 1).ok());
    EXPECT_TRUE(set_blob("blob", 100, 0x11).ok());
    EXPECT_TRUE(board.nvs->set_string(space, "text", string_bytes("text"), kKeep).ok());
  }),
            0U);
}

TEST_F(NvsValues, StayThroughManyOverwrites) {
  ASSERT_TRUE(set_u8("constant", 42).ok());
  ASSERT_TRUE(set_blob("constant blob", 700, 0x77).ok());
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(set_u8("counter", static_cast<std::uint8_t>(i)).ok()) << i;
    ASSERT_EQ(u8("counter"), static_cast<std::uint8_t>(i));
  }
  ASSERT_TRUE(board.mount().ok());
  EXPECT_EQ(u8("constant"), 42);
  EXPECT_EQ(u8("counter"), static_cast<std::uint8_t>(1999));
  std::vector<std::byte> blob(700);
  ASSERT_TRUE(board.nvs->get_blob(space, "constant blob", blob).ok());
  EXPECT_EQ(blob, std::vector<std::byte>(700, std::byte{0x77}));
}

TEST_F(NvsValues, WearIsSpreadOverAllPages) {
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(set_u8("counter", static_cast<std::uint8_t>(i)).ok());
  const auto wear = board.chip().wear().subspan(1, 3);
  const auto [least, most] = std::minmax_element(wear.begin(), wear.end());
  EXPECT_GT(*least, 0U);
  EXPECT_LE(*most - *least, 1U);
}

TEST_F(NvsValues, TooLongOnesAreRefused) {
  EXPECT_EQ(error_of(set_u8("sixteen_letters_", 1)), Error::kNvsKeyTooLong);
  EXPECT_TRUE(set_u8("fifteen_letters", 1).ok());
  EXPECT_EQ(error_of(set_blob("blob", 2 * 4000 + 1, 1)), Error::kNvsValueTooLong);
  EXPECT_TRUE(set_blob("blob", 4000, 1).ok());
  EXPECT_EQ(error_of(set_blob("other", 4000, 1)), Error::kNvsNotEnoughSpace);
  EXPECT_EQ(board.nvs->blob_bytes(space, "other").status().error(), Error::kNvsNotFound);
  std::vector<std::byte> blob(4000);
  EXPECT_TRUE(board.nvs->get_blob(space, "blob", blob).ok()) << "the old one is still whole";
}

TEST_F(NvsValues, AFullPartitionSaysSoAndGoesOnAfterAnErasure) {
  int stored = 0;
  Status status;
  while ((status = set_u8("key" + std::to_string(stored), 1)).ok()) ++stored;
  EXPECT_EQ(error_of(status), Error::kNvsNotEnoughSpace);
  EXPECT_EQ(stored, 2 * 126 - 1) << "two pages, one entry for the namespace";
  EXPECT_TRUE(board.nvs->erase_key(space, "key7", kKeep).ok());
  EXPECT_TRUE(set_u8("another", 2).ok());
  ASSERT_TRUE(board.mount().ok());
  EXPECT_EQ(u8("another"), 2);
  EXPECT_EQ(u8("key8"), 1);
}

TEST_F(NvsValues, StringsAreReadWithTheirLength) {
  ASSERT_TRUE(board.nvs->set_string(space, "text", string_bytes("hello"), kKeep).ok());
  std::vector<std::byte> buffer(7);
  EXPECT_EQ(error_of(board.nvs->get_string(space, "text", buffer)), Error::kNvsInvalidLength);
  buffer.resize(6);
  EXPECT_TRUE(board.nvs->get_string(space, "text", buffer).ok());
}

TEST_F(NvsValues, AWrongPayloadIsNotHandedOut) {
  ASSERT_TRUE(
      board.nvs->set_string(space, "text", string_bytes("a text of some length"), kKeep).ok());
  ASSERT_TRUE(set_blob("blob", 100, 0x7F).ok());
  board.cells()[formats::kNvsFirstEntryOffset + 2 * 32] &= std::byte{0x60};  // 'a' to '`'
  board.cells()[formats::kNvsFirstEntryOffset + 4 * 32] = std::byte{0};
  ASSERT_TRUE(board.mount().ok());
  std::vector<std::byte> text(22);
  EXPECT_EQ(error_of(board.nvs->get_string(space, "text", text)), Error::kNvsNotFound);
  std::vector<std::byte> blob(100);
  EXPECT_EQ(error_of(board.nvs->get_blob(space, "blob", blob)), Error::kNvsNotFound);
  EXPECT_EQ(error_of(board.nvs->get_blob(space, "blob", blob)), Error::kNvsInconsistent);
  EXPECT_EQ(error_of(board.nvs->get_blob(space, "blob", blob)), Error::kNvsNotFound);
}

TEST_F(NvsValues, AFailedWriteIsReportedAndCostsNothingOlder) {
  ASSERT_TRUE(set_u8("old", 1).ok());
  for (std::uint64_t failing = 1; failing <= 3; ++failing) {
    board.chip().plan_cut({.moment = board::CutMoment::kBefore, .nth = failing});
    const Status failed = set_u8("old", static_cast<std::uint8_t>(10 + failing));
    EXPECT_EQ(error_of(failed), failing < 3 ? Error::kFlashReadFailed : Error::kNvsRemoveFailed);
    board.chip().plan_cut({});
    board.chip().power_on();
    ASSERT_TRUE(board.mount().ok());
    EXPECT_EQ(u8("old"), failing < 3 ? 1 : 13) << "what failed last was erasing the old value";
  }
}

// What lies on a page is out of reach after a write failed there: nothing may be erased for it.
TEST_F(NvsValues, ABlobOutlivesAFailedWriteNextToIt) {
  ASSERT_TRUE(set_blob("blob", 3900, 7).ok());  // index and second chunk on the second page
  board.chip().plan_cut({.moment = board::CutMoment::kBefore});
  EXPECT_FALSE(set_u8("other", 1).ok());
  board.chip().plan_cut({});
  board.chip().power_on();
  std::vector<std::byte> found(3900);
  EXPECT_FALSE(board.nvs->get_blob(space, "blob", found).ok());
  ASSERT_TRUE(board.mount().ok());
  EXPECT_TRUE(board.nvs->get_blob(space, "blob", found).ok());
  EXPECT_EQ(found.back(), std::byte{7});
}

TEST(NvsMount, NeedsMemoryForEachPageAndNamespace) {
  NvsForTest board(3);
  ASSERT_TRUE(board.mount().ok());
  for (int i = 0; i < 16; ++i) {
    EXPECT_TRUE(board.nvs->open_namespace("n" + std::to_string(i)).ok()) << i;
  }
  EXPECT_EQ(error_of(board.nvs->open_namespace("n16")), Error::kNvsOutOfMemory);
  EXPECT_TRUE(board.nvs->open_namespace("n3").ok());

  formats::PartitionRows rows;
  PartitionAccess access(board.chip(), rows, false);
  NvsPartition partition(access, board.partition);
  std::array<NvsPage, 2> two_pages;
  EXPECT_EQ(error_of(Nvs::mount(partition, {two_pages, {}})), Error::kNvsOutOfMemory);
  std::array<NvsPage, 3> pages;
  std::array<NvsNamespace, 15> namespaces;
  EXPECT_EQ(error_of(Nvs::mount(partition, {pages, namespaces})), Error::kNvsOutOfMemory);
}

TEST(NvsMount, TakesFewRamForAPage) { EXPECT_LE(sizeof(NvsPage), 232U); }

TEST(NvsMount, OnePageIsUsedUpAndThenRefused) {
  NvsForTest board(1);
  ASSERT_TRUE(board.mount().ok());
  const std::uint8_t space = board.nvs->open_namespace("n").value_or(0);
  Status status;
  for (int i = 0; i < 200 && status.ok(); ++i) {
    status = board.nvs->set_scalar(space, "key" + std::to_string(i), NvsType::kU8,
                                   raw(std::uint8_t{1}), kKeep);
  }
  EXPECT_EQ(error_of(status), Error::kNvsInvalidState);
  EXPECT_EQ(error_of(board.mount()), Error::kNvsNoFreePages);
}

// A full page says so to Nvs, which goes on with the next one.
TEST(NvsPages, AFullOneTakesNothingMore) {
  NvsForTest board(1);
  formats::PartitionRows rows;
  PartitionAccess access(board.chip(), rows, false);
  NvsPartition partition(access, board.partition);
  NvsPage page;
  ASSERT_TRUE(page.load(partition, 0).ok());
  const formats::NvsKey key("key");
  Status status;
  std::uint32_t stored = 0;
  while ((status = page.write_item(1, NvsType::kU8, key, raw(std::uint8_t{1}), 0xFF)).ok()) {
    ASSERT_LT(++stored, 200U);
  }
  EXPECT_EQ(error_of(status), Error::kNvsPageFull);
  EXPECT_EQ(stored, 126U);
}

// The version counts down from FF: a byte below ours is a newer format (docs/formats/nvs.md).
TEST(NvsMount, OfANewerFormatIsRefused) {
  NvsForTest board(3);
  ASSERT_TRUE(board.mount().ok());
  ASSERT_TRUE(board.nvs->open_namespace("n").ok());
  auto header = board.cells().first(formats::kNvsEntryBytes);
  header[8] = static_cast<std::byte>(formats::kNvsVersion - 1);
  store_u32(&header[28], formats::nvs_crc(Bytes(header).subspan(4, 24)));
  EXPECT_EQ(error_of(board.mount()), Error::kNvsNewVersion);
}

TEST(NvsMount, OfAReadOnlyPartitionWritesNothing) {
  NvsForTest board(3);
  ASSERT_TRUE(board.mount().ok());
  const std::uint8_t space = board.nvs->open_namespace("n").value_or(0);
  ASSERT_TRUE(board.nvs->set_scalar(space, "key", NvsType::kU8, raw(std::uint8_t{9}), kKeep).ok());
  board.partition.readonly = true;
  EXPECT_EQ(board.operations_of([&] {
    ASSERT_TRUE(board.mount().ok());
    std::array<std::byte, 1> value{};
    EXPECT_TRUE(board.nvs->get_scalar(space, "key", NvsType::kU8, value).ok());
    EXPECT_EQ(value[0], std::byte{9});
    EXPECT_EQ(
        error_of(board.nvs->set_scalar(space, "key", NvsType::kU8, raw(std::uint8_t{8}), kKeep)),
        Error::kPartitionReadOnly);
  }),
            0U);
}

TEST(NvsWalk, GoesOnWhileKeysAreErased) {
  NvsForTest board(4);
  ASSERT_TRUE(board.mount().ok());
  const std::uint8_t space = board.nvs->open_namespace("n").value_or(0);
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(board.nvs
                    ->set_scalar(space, "key" + std::to_string(i), NvsType::kU8,
                                 raw(std::uint8_t{1}), kKeep)
                    .ok());
  }
  NvsCursor cursor;
  int seen = 0;
  for (auto listed = board.nvs->next(cursor); listed.ok(); listed = board.nvs->next(cursor)) {
    ++seen;
    EXPECT_EQ(listed->namespace_name.name(), "n");
    EXPECT_TRUE(board.nvs->erase_key(space, listed->key.name(), kKeep).ok());
  }
  EXPECT_EQ(seen, 200);
  NvsCursor again;
  EXPECT_EQ(error_of(board.nvs->next(again)), Error::kNvsNotFound);
}

// Bits of a used partition are damaged, with headers and entries that still have good CRCs among
// them; whatever it makes of them, NVS mounts or says why not, and goes on.
TEST(NvsMount, OfADamagedPartitionNeverHangsOrStops) {
  std::mt19937 random(20);
  const auto roll = [&](std::size_t sides) { return random() % sides; };
  int mounted = 0;
  for (int round = 0; round < 400; ++round) {
    NvsForTest board(3);
    ASSERT_TRUE(board.mount().ok());
    const std::uint8_t space = board.nvs->open_namespace("n").value_or(0);
    for (int i = 0; i < 40; ++i) {
      const std::string key = "k" + std::to_string(roll(8));
      const std::vector<std::byte> value(roll(500), static_cast<std::byte>(i));
      (void)board.nvs->set_blob(space, key, value, kKeep).ok();
    }
    for (int damage = 0; damage < 4; ++damage) {
      const std::size_t at = roll(board.cells().size() / 32) * 32;
      auto bytes = board.cells().subspan(at).first<32>();
      bytes[roll(32)] ^= static_cast<std::byte>(1U << roll(8));
      if (at % formats::kNvsPageBytes >= formats::kNvsFirstEntryOffset) {
        const auto repaired = encode(formats::decode_nvs_entry(bytes));
        std::copy(repaired.begin(), repaired.end(), bytes.begin());
      }
    }
    const Status status = board.mount();
    if (!status.ok()) continue;
    ++mounted;
    NvsCursor cursor;
    for (int i = 0; i < 1000 && board.nvs->next(cursor).ok(); ++i) {
    }
    for (int i = 0; i < 8; ++i) {
      const std::string key = "k" + std::to_string(i);
      const auto size = board.nvs->blob_bytes(space, key);
      if (!size.ok()) continue;
      std::vector<std::byte> value(*size);
      (void)board.nvs->get_blob(space, key, value).ok();
      (void)board.nvs->set_blob(space, key, Bytes(value).first(value.size() / 2), kKeep).ok();
    }
    (void)board.nvs->erase_all(space, NvsErasing::kPurge).ok();
  }
  EXPECT_GT(mounted, 200);
}

}  // namespace
}  // namespace rota::core
