#include "tests/failing_calls/failing_flash.h"

namespace rota::failing {

Status FailingFlash::read(core::FlashAddress from, MutableBytes into) {
  const auto fails = calls_.next(Border::kFlashRead);
  const Calls::Pause ours(calls_);
  if (!fails) return chip_.read(from, into);
  if (*fails == How::kHalfDone) {
    static_cast<void>(chip_.read(from, into.first(into.size() / 2)));
  }
  return Error::kFlashReadFailed;
}

Status FailingFlash::program(core::FlashAddress to, Bytes bytes) {
  const auto fails = calls_.next(Border::kFlashProgram);
  const Calls::Pause ours(calls_);
  if (!fails) return chip_.program(to, bytes);
  if (*fails == How::kHalfDone) {
    static_cast<void>(chip_.program(to, bytes.first(bytes.size() / 2)));
  }
  return Error::kFlashProgramFailed;
}

// Half of one sector can not be asked for: of one sector, all is done and an error reported.
Status FailingFlash::erase(core::FlashRange range) {
  const auto fails = calls_.next(Border::kFlashErase);
  const Calls::Pause ours(calls_);
  if (!fails) return chip_.erase(range);
  if (*fails == How::kHalfDone) {
    const std::uint32_t half = range.size_bytes / 2 / core::kSectorBytes * core::kSectorBytes;
    static_cast<void>(chip_.erase({range.start, half == 0 ? range.size_bytes : half}));
  }
  return Error::kFlashEraseFailed;
}

// Half of the bits: those at even places.
Status FailingFuses::burn_secure_version_bits(std::uint32_t bits) {
  const auto fails = calls_.next(Border::kFuseBurn);
  const Calls::Pause ours(calls_);
  if (!fails) return fuses_.burn_secure_version_bits(bits);
  if (*fails == How::kHalfDone) {
    static_cast<void>(fuses_.burn_secure_version_bits(bits & 0x55555555U));
  }
  return Error::kEfuseBurnFailed;
}

Status FailingFuses::revoke_key_slot(unsigned slot) {
  if (calls_.next(Border::kFuseBurn)) return Error::kEfuseBurnFailed;
  return fuses_.revoke_key_slot(slot);
}

}  // namespace rota::failing
