// What `rota flash split` writes beside the parts, so that `rota flash merge --manifest` gives the
// same flash again, byte for byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/flash_parts.h"
#include "cli/json.h"
#include "cli/refusal.h"

namespace rota::cli {

inline constexpr std::string_view kManifestName = "manifest.json";

struct ManifestPart {
  std::string name;  // "ota_0", "bootloader", "gap_0x3000"
  std::string file;  // beside the manifest
  std::uint32_t offset = 0;
  std::uint32_t size = 0;   // of the region; what the file does not hold reads FF
  std::uint32_t bytes = 0;  // of the file
  std::string sha256;       // of the file
  std::string content;      // "an app image"
};

struct Manifest {
  std::uint32_t flash_bytes = 0;
  std::vector<ManifestPart> parts;
};

Json json_of(const Manifest& manifest);

// Reads the manifest and opens its parts. Refuses what is no manifest, names that lead out of its
// folder, parts that are missing or were changed.
Result<Manifest, Refusal> read_manifest(std::string_view path, std::vector<FlashPart>& parts);

}  // namespace rota::cli
