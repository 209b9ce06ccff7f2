// App images for tests, built with the encoders of formats/.
#pragma once

#include <cstring>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "crypto/sha256.h"
#include "formats/app_image.h"
#include "formats/chips.h"

namespace rota::server {

struct ImageForTest {
  std::string version = "1.2.3";
  std::string project = "hello_world";
  formats::ChipId chip = formats::ChipId::kEsp32C3;
  std::size_t code_bytes = 4096;
  bool has_digest = true;
  bool is_native = false;

  std::string build() const {
    std::string image;
    const auto add = [&image](Bytes bytes) { image.append(text_of(bytes)); };
    formats::ImageHeader header;
    header.segment_count = 2;
    header.chip_id = static_cast<std::uint16_t>(chip);
    header.digest_appended = has_digest ? 1 : 0;
    add(formats::encode(header));

    formats::AppDescription description;
    formats::set_text(description.version_field, version);
    formats::set_text(description.project_name_field, project);
    std::string data(text_of(formats::encode(description)));
    std::string code(code_bytes, '\0');
    std::iota(code.begin(), code.end(), static_cast<char>(version.size()));
    const std::uint32_t code_address = is_native ? formats::kNativePayloadAddress : 0x42000020;
    for (const auto& [address, bytes] :
         {std::pair{0x3C000020U, data}, std::pair{code_address, code}}) {
      add(formats::encode(
          formats::SegmentHeader{address, static_cast<std::uint32_t>(bytes.size())}));
      image += bytes;
    }
    std::string folded = data + code;
    const char checksum =
        std::accumulate(folded.begin(), folded.end(), static_cast<char>(formats::kChecksumSeed),
                        [](char a, char b) { return static_cast<char>(a ^ b); });
    image.append(15 - image.size() % 16, '\0');
    image += checksum;
    if (has_digest) add(crypto::sha256(bytes_of(std::string(image))));
    return image;
  }
};

}  // namespace rota::server
