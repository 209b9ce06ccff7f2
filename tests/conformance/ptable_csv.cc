// Partition tables as text: which are refused and why, and the binary of those that are accepted,
// byte for byte.
#include <array>
#include <cstdint>
#include <string>

#include "csv_categories.h"
#include "kinds.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using formats::CsvOptions;
using formats::PartitionRows;
using nlohmann::json;

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

class TextTables final : public VectorKind {
 public:
  Verdict compare(const json& vector) const override {
    Verdict verdict;
    verdict.steps_present = verdict.steps_compared = 1;
    const CsvOptions options = options_of(vector.value("opt", json::object()));
    const bool accepted = vector["ok"] == true;
    PartitionRows rows;
    formats::PartitionCsvReader reader;
    const auto status = reader.read(text_of_vector(vector), options, rows);
    const std::string recorded = accepted ? "accepted" : vector["cat"].get<std::string>();
    verdict.expect_equal("verdict", category_of(status), recorded);
    if (!status.ok()) {
      std::array<char, 512> sentence{};
      if (formats::describe(status.error(), sentence).empty()) {
        verdict.differs("no sentence for " + category_of(status));
      }
    }
    if (!status.ok() || !accepted) return verdict;
    std::array<std::byte, formats::kTableBytes> binary{};
    if (!formats::write_table(rows, options.with_md5, binary).ok()) {
      verdict.differs("accepted, but it can not be written");
    }
    auto wanted = from_hex(vector["bin"].get<std::string>());
    wanted.resize(vector["len"].get<std::size_t>(), std::byte{0xFF});
    verdict.expect_equal("binary", to_hex(binary), to_hex(wanted));
    return verdict;
  }
};

}  // namespace

std::unique_ptr<VectorKind> open_ptable_csv(const std::filesystem::path&) {
  return std::make_unique<TextTables>();
}

}  // namespace rota::conformance
