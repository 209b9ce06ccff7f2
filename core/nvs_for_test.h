// An NVS partition on a chip in memory, for the tests of this folder. Not a test by itself.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "board/chip/nor_chip.h"
#include "core/nvs.h"

namespace rota::core {

class NvsForTest {
 public:
  static constexpr std::uint32_t kOffset = kSectorBytes;  // of the partition

  explicit NvsForTest(std::uint32_t pages)
      : memory_(kOffset + pages * kSectorBytes), pages_(pages), namespaces_(16) {
    partition.type = formats::PartitionType::kData;
    partition.subtype = formats::kDataNvs;
    partition.offset = kOffset;
    partition.size = pages * kSectorBytes;
  }
  NvsForTest(const NvsForTest&) = delete;
  NvsForTest& operator=(const NvsForTest&) = delete;

  // As after a reset: everything in RAM is forgotten.
  Status mount() {
    nvs.reset();
    auto mounted = Nvs::mount(*storage_for(partition), {pages_, namespaces_});
    ROTA_TRY(mounted);
    nvs.emplace(*std::move(mounted));
    return {};
  }

  MutableBytes cells() { return MutableBytes(memory_.cells).subspan(kOffset); }
  board::NorChip& chip() { return memory_.chip; }
  std::uint64_t operations() const { return memory_.state.operation_count; }
  // Programs and erases while `call` runs.
  template <class Call>
  std::uint64_t operations_of(Call&& call) {
    const std::uint64_t before = operations();
    call();
    return operations() - before;
  }

  Partition partition;
  std::optional<Nvs> nvs;

 private:
  NvsPartition* storage_for(const Partition& row) { return &storage_.emplace(access_, row); }

  board::MemoryChip memory_;
  formats::PartitionRows no_rows_;
  PartitionAccess access_{memory_.chip, no_rows_, false};
  std::vector<NvsPage> pages_;
  std::vector<NvsNamespace> namespaces_;
  std::optional<NvsPartition> storage_;
};

}  // namespace rota::core
