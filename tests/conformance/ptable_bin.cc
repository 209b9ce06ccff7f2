// Binary partition tables: the verdicts of the three readers, and the rows that an application
// sees.
#include <cstdint>
#include <cstdio>

#include "formats/partition_table.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using formats::PartitionRow;
using formats::PartitionRows;
using nlohmann::json;

constexpr int kNotFound = 0x105;      // ESP_ERR_NOT_FOUND
constexpr int kInvalidState = 0x103;  // ESP_ERR_INVALID_STATE
constexpr int kInvalidSize = 0x104;   // ESP_ERR_INVALID_SIZE

int code_of(const Result<PartitionRows>& rows) {
  if (rows.ok()) return 0;
  if (rows.error() == Error::kTableRowBeyondFlash) return kInvalidSize;
  return rows.error() == Error::kTableNoMd5 ? kNotFound : kInvalidState;
}

json as_recorded(const PartitionRow& row) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string label;
  for (const char c : row.label()) {
    label += kDigits[static_cast<unsigned char>(c) >> 4U];
    label += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return json::array(
      {static_cast<int>(row.type), row.subtype, row.offset, row.size, row.readonly ? 1 : 0, label});
}

TEST(Conformance, BinaryPartitionTables) {
  int accepted = 0;
  const int count = for_each_vector("ptable_bin.jsonl.gz", [&](const json& vector) {
    SCOPED_TRACE("ptable_bin id " + vector["id"].dump());
    std::vector<std::byte> table = from_hex(vector["table"].get<std::string>());
    table.resize(0x1000, std::byte{0xFF});

    const auto boot =
        formats::read_table_as_bootloader(table, vector["flash"].get<std::uint32_t>());
    EXPECT_EQ(code_of(boot), vector["boot"]["err"].get<int>());
    if (boot.ok()) {
      ++accepted;
      EXPECT_EQ(boot->size(), vector["boot"]["n"].get<std::size_t>());
    }

    const auto app = formats::read_table_as_app(table);
    EXPECT_EQ(code_of(app), vector["app"]["err"].get<int>());
    json parts = json::array();
    if (app.ok()) {
      for (const PartitionRow& row : *app) parts.push_back(as_recorded(row));
    }
    EXPECT_EQ(parts, vector["app"].value("parts", json::array()));
  });
  ROTA_SKIP_WITHOUT_VECTORS(count);
  std::printf("ptable_bin: %d tables, %d accepted by the bootloader's reader\n", count, accepted);
  EXPECT_GT(count, 2000);
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace rota::conformance
