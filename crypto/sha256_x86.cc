// SHA-256 with the SHA extensions of x86-64 processors. The only code here that knows a processor.
//
// sha256rnds2 does two rounds. It keeps the state in two registers, named by the words that they
// hold from the highest lane to the lowest: ABEF and CDGH. Each step below does four rounds and
// prepares the four message words that are used 16 rounds later.
#include <cpuid.h>
#include <immintrin.h>

#include "crypto/sha256_blocks.h"

namespace rota::crypto {
namespace {

constexpr unsigned kLeafFeatures = 1;
constexpr unsigned kLeafMoreFeatures = 7;
constexpr unsigned kSsse3 = 1U << 9U;             // leaf 1, ECX
constexpr unsigned kSse41 = 1U << 19U;            // leaf 1, ECX
constexpr unsigned kShaInstructions = 1U << 29U;  // leaf 7, EBX

bool processor_has_the_instructions() {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  __cpuid(0, eax, ebx, ecx, edx);
  if (eax < kLeafMoreFeatures) return false;
  __cpuid_count(kLeafMoreFeatures, 0, eax, ebx, ecx, edx);
  if ((ebx & kShaInstructions) == 0) return false;
  __cpuid(kLeafFeatures, eax, ebx, ecx, edx);
  return (ecx & kSsse3) != 0 && (ecx & kSse41) != 0;
}

bool yes() { return true; }
bool no() { return false; }

__attribute__((target("sha,sse4.1,ssse3"))) __m128i load(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

}  // namespace

// Asking costs about 10 us inside a virtual machine, more than hashing 4 KiB. So the loader asks,
// once, while it binds this function to one of the two answers (a GNU indirect function): the
// answer is part of the program then, and no variable has to keep it. It runs before anything else
// is set up, which sanitizers must know.
extern "C" __attribute__((
    used,
    visibility("hidden"),
    no_sanitize("address", "undefined", "thread"))) bool (*rota_sha256_resolve_can_accelerate())() {
  return processor_has_the_instructions() ? yes : no;
}

__attribute__((ifunc("rota_sha256_resolve_can_accelerate"))) bool sha256_can_accelerate();

__attribute__((target("sha,sse4.1,ssse3"))) void sha256_blocks_accelerated(Sha256State& state,
                                                                           Bytes blocks) {
  const __m128i to_big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
  const __m128i badc = _mm_shuffle_epi32(load(&state[0]), 0xB1);
  const __m128i efgh = _mm_shuffle_epi32(load(&state[4]), 0x1B);
  __m128i abef = _mm_alignr_epi8(badc, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, badc, 0xF0);

  for (std::size_t at = 0; at + kSha256BlockBytes <= blocks.size(); at += kSha256BlockBytes) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i words[4];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      words[i] = _mm_shuffle_epi8(load(blocks.data() + at + 16 * i), to_big_endian);
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 16; ++i) {
      const __m128i now = words[i % 4];
      const __m128i sum = _mm_add_epi32(now, load(&kSha256RoundConstants[4 * i]));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
      if (i < 12) {
        const __m128i last = words[(i + 3) % 4];
        const __m128i sevenths = _mm_alignr_epi8(last, words[(i + 2) % 4], 4);
        const __m128i half = _mm_add_epi32(_mm_sha256msg1_epu32(now, words[(i + 1) % 4]), sevenths);
        words[i % 4] = _mm_sha256msg2_epu32(half, last);
      }
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[0]), _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[4]), _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace rota::crypto
