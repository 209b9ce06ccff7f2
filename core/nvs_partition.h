// A partition as NVS sees it: pages, raw words, and entries that may be enciphered (spec/nvs 9).
//
// Power contract: that of Flash; each call is one flash operation.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "core/partition_access.h"
#include "crypto/aes_xts.h"
#include "formats/nvs.h"

namespace rota::core {

// The keys of an encrypted NVS partition, and the room to encipher the longest write in.
struct NvsCipher {
  const crypto::XtsAes256& keys;
  std::span<std::byte, formats::kNvsMaxChunkBytes> buffer;
};

class NvsPartition {
 public:
  // Borrows both. Pages are whole sectors; a rest at the end is not used.
  NvsPartition(PartitionAccess& access, const Partition& partition)
      : access_(access), partition_(partition) {}
  NvsPartition(PartitionAccess& access, const Partition& partition, const NvsCipher& cipher)
      : access_(access), partition_(partition), keys_(&cipher.keys), buffer_(cipher.buffer) {}

  std::uint32_t page_count() const { return partition_.size / formats::kNvsPageBytes; }
  bool is_read_only() const { return partition_.readonly; }

  // Bytes as they lie in flash. Errors: those of PartitionAccess.
  Status read_raw(std::uint32_t offset, MutableBytes into) const {
    return access_.read(partition_, offset, into);
  }
  Status write_raw(std::uint32_t offset, Bytes bytes) {
    return access_.write(partition_, offset, bytes);
  }
  Status erase_page(std::uint32_t page) {
    return access_.erase(partition_, page * formats::kNvsPageBytes, formats::kNvsPageBytes);
  }

  // Plain text from the start of an entry on, in any length.
  Status read_entries(std::uint32_t offset, MutableBytes into) const;
  // Plain text of whole entries, at most kNvsMaxChunkBytes, in one flash operation.
  Status write_entries(std::uint32_t offset, Bytes entries);

 private:
  PartitionAccess& access_;
  const Partition& partition_;
  const crypto::XtsAes256* keys_ = nullptr;
  MutableBytes buffer_;
};

}  // namespace rota::core
