// Any bytes as the head of a request, and its Range for a file of 1000 bytes. Invariants:
// - every refusal has a status and a sentence;
// - an accepted path has no "..", "." or empty part, no control character, no leading slash;
// - a range lies within the file and is never empty.
#include "base/assert.h"
#include "server/byte_range.h"
#include "server/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rota::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto length = head_length(text);
  if (!length || *length > kMaxHeadBytes) return 0;
  ROTA_ASSERT(*length <= text.size());
  const auto request = parse_request(text.substr(0, *length));
  if (!request.ok()) {
    ROTA_ASSERT(request.error().status >= 400 && !request.error().sentence.empty());
    return 0;
  }
  const std::string path = "/" + request->path + "/";
  ROTA_ASSERT(path.find("/../") == std::string::npos && path.find("/./") == std::string::npos);
  ROTA_ASSERT(request->path.empty() || path.find("//") == std::string::npos);
  for (const char c : path) ROTA_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);

  constexpr std::uint64_t kFileBytes = 1000;
  const RangeChoice choice = choose_range(request->range, kFileBytes);
  if (choice.kind == RangeKind::kPart) {
    ROTA_ASSERT(choice.range.count > 0 && choice.range.first < kFileBytes);
    ROTA_ASSERT(choice.range.count <= kFileBytes - choice.range.first);
  }
  return 0;
}
