// Partition tables as text: which are refused and why, and the binary of those that are accepted,
// byte for byte. Also the host tool's verdict on binary tables, and the text that it prints of
// them.
#include <cstdint>
#include <cstdio>
#include <map>

#include "formats/partition_csv.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using formats::CsvOptions;
using formats::CsvProblem;
using formats::PartitionRows;
using nlohmann::json;

// The recorded category; two of them are named after the reference's exception.
std::string category_of(CsvProblem problem) {
  if (problem == CsvProblem::kNumberDoesNotFit) return "error";
  if (problem == CsvProblem::kNotText) return "UnicodeDecodeError";
  return std::string(formats::name_of(problem));
}

CsvOptions options_of(const json& recorded) {
  CsvOptions options;
  options.table_offset = recorded.value("offset", 0x8000U);
  options.with_md5 = !recorded.value("disable_md5", false);
  options.verifies = !recorded.value("no_verify", false);
  if (recorded.contains("boot_off")) options.primary_bootloader_offset = recorded["boot_off"];
  if (recorded.contains("rec_off")) options.recovery_bootloader_offset = recorded["rec_off"];
  if (recorded.contains("flash_size")) {
    const auto megabytes = std::stoul(recorded["flash_size"].get<std::string>());
    options.flash_bytes = static_cast<std::uint32_t>(megabytes << 20U);
  }
  const auto signing = recorded.value("secure", std::string());
  if (signing == "v1") options.signing = formats::TableSigning::kSecureBootV1;
  if (signing == "v2") options.signing = formats::TableSigning::kSecureBootV2;
  return options;
}

std::vector<std::byte> text_of_vector(const json& vector) {
  if (vector.contains("csv_hex")) return from_hex(vector["csv_hex"].get<std::string>());
  const auto text = vector["csv"].get<std::string>();
  const Bytes bytes = bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

std::string sentence_of(const formats::CsvError& error) {
  std::array<char, 512> buffer{};
  return std::string(formats::describe(error, buffer));
}

TEST(Conformance, PartitionTablesAsText) {
  formats::PartitionCsvReader reader;
  std::map<std::string, int> by_category;
  std::map<std::string, std::string> examples;
  const int count = for_each_vector("ptable_csv.jsonl.gz", [&](const json& vector) {
    SCOPED_TRACE("ptable_csv id " + vector["id"].dump());
    const CsvOptions options = options_of(vector.value("opt", json::object()));
    PartitionRows rows;
    const auto status = reader.read(text_of_vector(vector), options, rows);
    const std::string got = status.ok() ? "accepted" : category_of(status.error().problem);
    const std::string expected =
        vector["ok"] == true ? "accepted" : vector["cat"].get<std::string>();
    EXPECT_EQ(got, expected) << vector.value("msg", json()) << "\n"
                             << (status.ok() ? "" : sentence_of(status.error()));
    ++by_category[expected];
    if (!status.ok()) {
      EXPECT_FALSE(sentence_of(status.error()).empty());
      examples.emplace(got, sentence_of(status.error()));
    }
    if (!status.ok() || vector["ok"] != true) return;
    std::array<std::byte, formats::kTableBytes> binary{};
    ASSERT_TRUE(formats::write_table(rows, options.with_md5, binary).ok());
    auto wanted = from_hex(vector["bin"].get<std::string>());
    wanted.resize(vector["len"].get<std::size_t>(), std::byte{0xFF});
    EXPECT_TRUE(std::equal(binary.begin(), binary.end(), wanted.begin(), wanted.end()));
  });
  ROTA_SKIP_WITHOUT_VECTORS(count);
  std::printf("ptable_csv: %d tables, %d accepted and equal byte for byte\n", count,
              by_category["accepted"]);
  for (const auto& [category, sentence] : examples) {
    std::printf("  %4d %-28s %s\n", by_category[category], category.c_str(), sentence.c_str());
  }
  EXPECT_GT(count, 2000);
  EXPECT_GT(by_category["accepted"], 900);
  EXPECT_GE(by_category.size(), 20U);
}

// What the tool does with a file: binary when it starts with a row's magic, else text.
std::string tool_verdict(Bytes table, std::string& csv) {
  CsvOptions options;
  PartitionRows rows;
  if (load_u16(table.data()) != 0x50AA) {
    formats::PartitionCsvReader reader;
    const auto status = reader.read(table, options, rows);
    return status.ok() ? "accepted" : category_of(status.error().problem);
  }
  const auto read = formats::read_table_as_tool(table);
  if (!read.ok()) {
    switch (read.error()) {
      case Error::kTableBadMagic: return "bin_magic";
      case Error::kTableMd5Mismatch: return "bin_md5";
      case Error::kTableNoEnd: return "bin_no_end";
      default: return "other";
    }
  }
  std::array<char, formats::kCsvMaxTextBytes> text{};
  const auto written = formats::write_csv(*read, text);
  if (!written.ok()) return category_of(written.error().problem);
  const auto status = formats::verify_rows(*read, options);
  if (!status.ok()) return category_of(status.error().problem);
  csv = *written;
  return "accepted";
}

TEST(Conformance, BinaryTablesAsTheHostToolSeesThem) {
  int accepted = 0;
  int refused_for_another_reason = 0;
  const int count = for_each_vector("ptable_bin.jsonl.gz", [&](const json& vector) {
    SCOPED_TRACE("ptable_bin id " + vector["id"].dump());
    auto table = from_hex(vector["table"].get<std::string>());
    table.resize(formats::kTableBytes, std::byte{0xFF});
    const json& tool = vector["tool"];
    std::string csv;
    const std::string got = tool_verdict(table, csv);
    const std::string expected = tool["ok"] == true ? "accepted" : tool["cat"].get<std::string>();
    // Both refuse, ours earlier: at a later row before the label that is no text, or at a line that
    // is longer than a partition CSV may have.
    const bool later_row = expected == "UnicodeDecodeError" && got.starts_with("bin_");
    const bool long_line = expected == "type_empty" && got == "line_too_long";
    if (later_row || long_line) {
      ++refused_for_another_reason;
    } else {
      EXPECT_EQ(got, expected);
    }
    if (tool["ok"] == true && got == "accepted") {
      ++accepted;
      EXPECT_EQ(csv, tool["csv"].get<std::string>());
    }
  });
  ROTA_SKIP_WITHOUT_VECTORS(count);
  std::printf(
      "ptable_bin: %d tables, %d accepted by the tool's reader, %d refused for another reason\n",
      count, accepted, refused_for_another_reason);
  EXPECT_GT(accepted, 900);
}

}  // namespace
}  // namespace rota::conformance
