// The images of a proof: the one that a board runs now, the update, and the same program under a
// later version when the person gives no update.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "cli/refusal.h"

namespace rota::cli {

// The next version: the last number of the leading dotted numbers counted up ("v1.2-dirty":
// "v1.3"), or the text with ".1". At most 31 characters.
std::string version_after(std::string_view version);

struct ProofImage {
  std::string project;
  std::string version;
  bool is_native = false;
  std::vector<std::byte> bytes;  // header to digest
};

// The app image at the start of these bytes. Refuses what is no sound image; `name` is for the
// sentence.
Result<ProofImage, Refusal> image_of(Bytes bytes, const std::string& name);

// The same program under another version: description, checksum and digest are made anew.
ProofImage renamed(const ProofImage& image, std::string_view version);

// Paths of the URLs that stand in the program, such as "native_ota.bin" of
// "https://192.168.2.106:8070/native_ota.bin"; at most 8. `uses_plain_http`: one of them begins
// with http:.
struct ProgramUrls {
  std::vector<std::string> urls;
  std::vector<std::string> paths;
  bool uses_plain_http = false;
};
ProgramUrls urls_in(Bytes program);

}  // namespace rota::cli
