// Where an application of the sweep remembers how much of a download it has: an append-only list in
// two sectors of NVS. Real applications keep this number in NVS; here only the pattern of writes
// matters: small programs, and now and then an erase.
//
// Power contract: a cut leaves the value before or after; a record that was cut is not seen.
#pragma once

#include <cstdint>

#include "core/partition_access.h"
#include "sim/board_state.h"

namespace rota::sim {

struct Progress {
  ImageId image = ImageId::kNone;
  std::uint32_t bytes = 0;
};

class ProgressJournal {
 public:
  ProgressJournal(core::PartitionAccess& access, const core::Partition& partition)
      : access_(access), partition_(partition) {}

  // The last value stored; nothing stored yet: none.
  Progress latest();
  Status store(const Progress& progress);

 private:
  void look();
  Status append(Bytes record);

  core::PartitionAccess& access_;
  const core::Partition& partition_;
  bool looked_ = false;
  Progress latest_;
  std::uint32_t sequence_ = 0;
  std::uint32_t next_at_ =
      0;  // offset of the first free record, 0x1000 or 0x2000: that sector is full
};

}  // namespace rota::sim
