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

enum class SignatureScheme : std::uint8_t {
  kRsa,      // Secure Boot v2, CONFIG_SECURE_SIGNED_APPS_RSA_SCHEME
  kEcdsa,    // Secure Boot v2, CONFIG_SECURE_SIGNED_APPS_ECDSA_V2_SCHEME
  kEcdsaV1,  // Secure Boot v1, CONFIG_SECURE_SIGNED_APPS_ECDSA_SCHEME
};

struct SignatureDemand {
  SignatureScheme scheme = SignatureScheme::kRsa;
  // CONFIG_SECURE_SIGNED_APPS_NO_SECURE_BOOT: a sector's second and third block do not count.
  bool only_first_block = false;
};

// Errors: kImageSignatureInvalid (no intact block of that scheme with the digest of the bytes
// before its sector; a block of Secure Boot v1 holds no digest, so only its form is judged), those
// of verify_image with kStructureOnly, read errors.
Status check_is_signed(Flash& flash,
                       const ChipIdentity& chip,
                       FlashRange range,
                       const SignatureDemand& demand);

}  // namespace rota::core
