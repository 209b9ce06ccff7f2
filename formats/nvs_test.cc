#include "formats/nvs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "formats/nvs_keys.h"

namespace rota::formats {
namespace {

std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    text += kDigits[std::to_integer<unsigned>(byte) & 15U];
  }
  return text;
}

NvsEntry scalar(std::uint8_t space,
                NvsType type,
                std::string_view key,
                std::vector<std::byte> value) {
  NvsEntry entry;
  entry.namespace_index = space;
  entry.type = type;
  entry.key = NvsKey(key);
  entry.data = nvs_scalar_field(value);
  return entry;
}

TEST(NvsCrc, IsThatOfTheRom) {
  EXPECT_EQ(nvs_crc({}), 0xFFFFFFFFU);
  EXPECT_EQ(nvs_crc(bytes_of("123456789")), 0xD202D277U);
  EXPECT_EQ(nvs_crc(bytes_of("6789"), nvs_crc(bytes_of("12345"))), 0xD202D277U);
}

// The example of the format's description.
TEST(NvsHeader, EncodesAsEspIdfDoes) {
  EXPECT_EQ(hex(encode_nvs_header(NvsPageState::kActive, 0)),
            "feffffff00000000fe" + std::string(38, 'f') + "842dbab9");
}

TEST(NvsHeader, DecodesWhatItEncoded) {
  const auto bytes = encode_nvs_header(NvsPageState::kFreeing, 0xFFFFFFFE);
  const NvsPageHeader header = decode_nvs_header(bytes);
  EXPECT_EQ(header.state, NvsPageState::kFreeing);
  EXPECT_EQ(header.sequence, 0xFFFFFFFEU);
  EXPECT_EQ(header.version, kNvsVersion);
  EXPECT_TRUE(header.crc_is_good);
  EXPECT_TRUE(header.is_in_use());
}

TEST(NvsHeader, HasACrcOverEverythingButTheState) {
  auto bytes = encode_nvs_header(NvsPageState::kActive, 7);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{1};
    EXPECT_EQ(decode_nvs_header(damaged).crc_is_good, i < 4) << "byte " << i;
  }
  store_u32(bytes.data(), 0xFFFFFFF0);
  EXPECT_FALSE(decode_nvs_header(bytes).is_in_use()) << "a state that nothing writes";
}

TEST(NvsEntry, EncodesAsEspIdfDoes) {
  EXPECT_EQ(hex(encode(scalar(0, NvsType::kU8, "storage", {std::byte{1}}))),
            "000101ff09a9500773746f72616765" + std::string(18, '0') + "01ffffffffffffff");
  NvsEntry index;
  index.namespace_index = 1;
  index.type = NvsType::kBlobIndex;
  index.key = NvsKey("b");
  index.data = nvs_blob_index_field(3, 1, kNvsFirstBlobVersion);
  EXPECT_EQ(hex(encode(index)), "014801ffb4cf37ec62" + std::string(30, '0') + "030000000100ffff");
  NvsEntry text;
  text.namespace_index = 1;
  text.type = NvsType::kString;
  text.key = NvsKey("s");
  text.span = 3;
  text.data =
      nvs_payload_field(bytes_of(std::string_view("abcdefghijklmnopqrstuvwxyzabcdefj", 34)));
  EXPECT_EQ(hex(encode(text)), "012103ff755ecccb73" + std::string(30, '0') + "2200ffffa5842a0f");
}

TEST(NvsEntry, HasACrcOverAllOfItself) {
  const auto bytes = encode(scalar(1, NvsType::kI32, "count", std::vector<std::byte>(4)));
  EXPECT_TRUE(decode_nvs_entry(bytes).crc_is_good);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{0x10};
    EXPECT_FALSE(decode_nvs_entry(damaged).crc_is_good) << "byte " << i;
  }
}

TEST(NvsEntry, IsJudgedByItsTypeAndPlace) {
  NvsEntry entry = scalar(1, NvsType::kU8, "k", {std::byte{1}});
  EXPECT_TRUE(entry.is_consistent_at(125));
  entry.span = 2;
  EXPECT_FALSE(entry.is_consistent_at(0)) << "scalars have no payload";
  entry.span = 1;
  entry.type = static_cast<NvsType>(0x22);
  EXPECT_FALSE(entry.is_consistent_at(0)) << "unknown type";

  NvsEntry text;
  text.type = NvsType::kString;
  const std::vector<std::byte> payload(65);
  text.data = nvs_payload_field(payload);
  text.span = 4;
  EXPECT_TRUE(text.is_consistent_at(122));
  EXPECT_FALSE(text.is_consistent_at(123)) << "reaches beyond the page";
  text.span = 3;
  EXPECT_FALSE(text.is_consistent_at(0)) << "span and size disagree";

  text.span = 4;
  text.type = NvsType::kBlobChunk;
  EXPECT_FALSE(text.is_consistent_at(0)) << "a chunk has an index";
  text.chunk = 0x80;
  EXPECT_TRUE(text.is_consistent_at(0));

  NvsEntry index;
  index.type = NvsType::kBlobIndex;
  index.data = nvs_blob_index_field(kNvsMaxBlobBytes, 127, 0);
  EXPECT_TRUE(index.is_consistent_at(0));
  index.data = nvs_blob_index_field(kNvsMaxBlobBytes + 1, 127, 0);
  EXPECT_FALSE(index.is_consistent_at(0));
}

TEST(NvsKey, IsCutAfter15CharactersAndSaysSo) {
  const NvsKey longest("123456789012345");
  EXPECT_FALSE(longest.is_too_long());
  const NvsKey longer("123456789012345X");
  EXPECT_TRUE(longer.is_too_long());
  EXPECT_EQ(longer.name(), "123456789012345");
  EXPECT_TRUE(longer.matches(longest));
  EXPECT_FALSE(NvsKey("12345678901234").matches(longest));
  EXPECT_TRUE(NvsKey("").matches(NvsKey("")));
}

TEST(NvsEntryTable, ProgramsBitsOnlyFromOneToZero) {
  NvsEntryTable table;
  EXPECT_EQ(table.state(17), NvsEntryState::kEmpty);
  table.program(17, NvsEntryState::kWritten);
  EXPECT_EQ(table.state(17), NvsEntryState::kWritten);
  EXPECT_EQ(hex(table.word_of(17)), "fbffffff");
  EXPECT_EQ(NvsEntryTable::offset_of_word(17), 36U);
  table.program(17, NvsEntryState::kErased);
  EXPECT_EQ(table.state(17), NvsEntryState::kErased);
  table.program(17, NvsEntryState::kWritten);
  EXPECT_EQ(table.state(17), NvsEntryState::kErased);
  EXPECT_EQ(table.state(16), NvsEntryState::kEmpty);
  EXPECT_EQ(table.state(18), NvsEntryState::kEmpty);
}

TEST(NvsKeys, AreReadBackWithTheirCrc) {
  std::array<std::byte, kNvsKeyAreaBytes> area;
  area.fill(std::byte{0xFF});
  EXPECT_EQ(decode_nvs_keys(area).error(), Error::kNvsKeysMissing);
  const auto seed = nvs_key_seed();
  std::copy(seed.begin(), seed.end(), area.begin());
  EXPECT_EQ(decode_nvs_keys(area).error(), Error::kNvsKeysDamaged);

  NvsKeys keys;
  std::copy_n(seed.begin(), kNvsKeyBytes, keys.entries.begin());
  std::copy_n(seed.begin() + kNvsKeyBytes, kNvsKeyBytes, keys.tweaks.begin());
  const auto block = nvs_key_crc_block(keys);
  std::copy(block.begin(), block.end(), area.begin() + kNvsKeyCrcOffset);
  const auto read = decode_nvs_keys(area);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->entries, keys.entries);
  EXPECT_EQ(read->tweaks, keys.tweaks);
  EXPECT_EQ(hex(Bytes(read->entries).subspan(15, 2)), "ff99");
  EXPECT_EQ(hex(Bytes(read->tweaks).subspan(15, 2)), "ee88");
}

}  // namespace
}  // namespace rota::formats
