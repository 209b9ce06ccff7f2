// Any bytes as the two OTA data records, and as content to identify. Invariants:
// - decoding and encoding return the same bytes;
// - the record in charge is selectable, and none is when there is none in charge;
// - identifying reads only what it was given (the sanitizers watch), and always finds a sentence.
#include <algorithm>
#include <array>

#include "base/assert.h"
#include "formats/identify.h"
#include "formats/ota_data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rota::formats;
  const rota::Bytes bytes = std::as_bytes(std::span(data, size));
  std::array<char, 400> sentence{};
  ROTA_ASSERT(!describe_content(identify(bytes, size), sentence).empty());

  if (bytes.size() < 2 * kOtaRecordBytes) return 0;
  const OtaRecords records = {decode_ota_record(bytes.first<kOtaRecordBytes>()),
                              decode_ota_record(bytes.subspan<kOtaRecordBytes, kOtaRecordBytes>())};
  const auto encoded = encode(records[0]);
  ROTA_ASSERT(std::equal(encoded.begin(), encoded.end(), bytes.begin()));
  const int active = active_record(records);
  if (active < 0) {
    ROTA_ASSERT(!records[0].is_selectable() && !records[1].is_selectable());
  } else {
    const OtaRecord& winner = records[static_cast<std::size_t>(active)];
    const OtaRecord& other = records[static_cast<std::size_t>(1 - active)];
    ROTA_ASSERT(winner.is_selectable());
    ROTA_ASSERT(!other.is_selectable() || other.sequence <= winner.sequence);
  }
  return 0;
}
