// Binary partition tables: the verdicts of the three readers (bootloader, application, host tool),
// the rows that an application sees, and the text that the tool prints.
#include <array>
#include <cstdint>
#include <string>

#include "csv_categories.h"
#include "formats/partition_table.h"
#include "kinds.h"
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
  return json::array({static_cast<int>(row.type), row.subtype, row.offset, row.size,
                      row.readonly ? 1 : 0, to_hex(bytes_of(row.label()))});
}

void compare_bootloader(Bytes table, const json& vector, Verdict& verdict) {
  const auto rows = formats::read_table_as_bootloader(table, vector["flash"].get<std::uint32_t>());
  verdict.expect_equal("bootloader", code_of(rows), vector["boot"]["err"]);
  if (rows.ok()) verdict.expect_equal("bootloader's rows", rows->size(), vector["boot"]["n"]);
}

void compare_app(Bytes table, const json& vector, Verdict& verdict) {
  const auto rows = formats::read_table_as_app(table);
  verdict.expect_equal("application", code_of(rows), vector["app"]["err"]);
  json parts = json::array();
  if (rows.ok()) {
    for (const PartitionRow& row : *rows) parts.push_back(as_recorded(row));
  }
  verdict.expect_equal("application's rows", parts, vector["app"].value("parts", json::array()));
}

// What the tool does with a file: binary when it starts with a row's magic, else text.
std::string tool_verdict(Bytes table, std::string& csv) {
  formats::CsvOptions options;
  PartitionRows rows;
  if (load_u16(table.data()) != 0x50AA) {
    formats::PartitionCsvReader reader;
    return category_of(reader.read(table, options, rows));
  }
  const auto read = formats::read_table_as_tool(table);
  if (!read.ok()) {
    switch (read.error()) {
      case Error::kTableBadMagic:
        return "bin_magic";
      case Error::kTableMd5Mismatch:
        return "bin_md5";
      case Error::kTableNoEnd:
        return "bin_no_end";
      case Error::kTableLabelNotText:
        return "UnicodeDecodeError";
      default:
        return "other";
    }
  }
  std::array<char, formats::kCsvMaxTextBytes> text{};
  const auto written = formats::write_csv(*read, text);
  if (!written.ok()) return category_of(written.error());
  const auto status = formats::verify_rows(*read, options);
  if (status.ok()) csv = *written;
  return category_of(status);
}

void compare_tool(Bytes table, const json& vector, Verdict& verdict) {
  const json& tool = vector["tool"];
  std::string csv;
  const std::string got = tool_verdict(table, csv);
  const bool accepted = tool["ok"] == true;
  const std::string recorded = accepted ? "accepted" : tool["cat"].get<std::string>();
  verdict.expect_equal("host tool", got, recorded);
  if (accepted && got == "accepted") verdict.expect_equal("tool's text", csv, tool["csv"]);
}

class BinaryTables final : public VectorKind {
 public:
  Verdict compare(const json& vector) const override {
    Verdict verdict;
    verdict.steps_present = verdict.steps_compared = 3;
    std::vector<std::byte> table = from_hex(vector["table"].get<std::string>());
    table.resize(0x1000, std::byte{0xFF});
    compare_bootloader(table, vector, verdict);
    compare_app(table, vector, verdict);
    compare_tool(Bytes(table).first(formats::kTableBytes), vector, verdict);
    return verdict;
  }
};

}  // namespace

std::unique_ptr<VectorKind> open_ptable_bin(const std::filesystem::path&) {
  return std::make_unique<BinaryTables>();
}

}  // namespace rota::conformance
