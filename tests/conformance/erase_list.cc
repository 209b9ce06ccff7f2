// The factory reset's label lists: which labels a list names, and which sectors a bootloader
// erases.
#include <string>
#include <vector>

#include "board/bootloader/data_eraser.h"
#include "formats/partition_table.h"
#include "kinds.h"
#include "tests/support/sparse_flash.h"
#include "vectors.h"

namespace rota::conformance {
namespace {

using nlohmann::json;

constexpr std::uint32_t kChipBytes = 1U << 20U;
constexpr std::uint32_t kFirstByte = 0x9000;  // of what the recording watches
constexpr std::uint32_t kEndByte = 0x29000;

Verdict compare_search(const json& vector) {
  Verdict verdict;
  verdict.steps_present = verdict.steps_compared = 1;
  const bool found =
      board::list_names(vector["list"].get<std::string>(), vector["label"].get<std::string>());
  if (vector["found"] == "!hang") {
    verdict.deviates(deviation::kEndlessListSearch);
  } else {
    verdict.expect_equal("found", found, vector["found"]);
  }
  return verdict;
}

Verdict compare_erase(const json& vector) {
  Verdict verdict;
  verdict.steps_present = verdict.steps_compared = 1;
  support::SparseFlash flash(kChipBytes);
  std::vector<std::byte> table = from_hex(vector["table"].get<std::string>());
  table.resize(formats::kTableBytes, std::byte{0xFF});
  flash.put(kFirstByte, std::vector<std::byte>(kEndByte - kFirstByte, std::byte{0x5A}));
  const auto rows = formats::read_table_as_bootloader(table, kChipBytes);
  const bool all_erased =
      rows.ok() && board::erase_data_partitions(flash, *rows, vector["list"].get<std::string>(),
                                                vector["ota"] == 1);
  verdict.expect_equal("result", all_erased, vector["ret"]);
  json erased = json::array();
  for (std::uint32_t sector = kFirstByte; sector < kEndByte; sector += core::kSectorBytes) {
    if (flash.record_at(sector)[0] == std::byte{0xFF}) erased.push_back(sector);
  }
  verdict.expect_equal("erased sectors", erased, vector["erased"]);
  return verdict;
}

class EraseLists final : public VectorKind {
 public:
  Verdict compare(const json& vector) const override {
    return vector["kind"] == "search" ? compare_search(vector) : compare_erase(vector);
  }
};

}  // namespace

std::unique_ptr<VectorKind> open_erase_list(const std::filesystem::path&) {
  return std::make_unique<EraseLists>();
}

}  // namespace rota::conformance
