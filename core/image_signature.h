// Is an image signed at all (spec 4.9)? Applications that were built to accept signed updates only
// refuse what carries no signature over exactly its bytes.
//
// This is not the verification of the signature: neither the key nor the signature is looked at,
// so whoever knows the format can pass. What it keeps out is the unsigned build that was offered by
// mistake, and a signed image that was changed afterwards.
#pragma once

#include "base/result.h"
#include "core/image_verifier.h"

namespace rota::core {

// Errors: kImageSignatureInvalid (no intact block of Secure Boot v2 with the digest of the bytes
// before its sector), those of verify_image with kStructureOnly, read errors.
Status check_is_signed(Flash& flash, const ChipIdentity& chip, FlashRange range);

}  // namespace rota::core
