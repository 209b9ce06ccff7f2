// For processors without an accelerated loop of ours.
#include "crypto/sha256_blocks.h"

namespace rota::crypto {

bool sha256_can_accelerate() { return false; }

void sha256_blocks_accelerated(Sha256State& state, Bytes blocks) {
  sha256_blocks_portable(state, blocks);
}

}  // namespace rota::crypto
