// The recorded vectors as files: gzip, one JSON object per line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "recorded_json.h"

namespace rota::conformance {

// The whole content of a file, unpacked when it is gzip. Throws std::runtime_error.
std::string read_unpacked(const std::filesystem::path& path);
std::vector<std::string_view> lines_of(std::string_view text);
// A JSON file of the recording, e.g. its partition tables. Throws std::runtime_error.
nlohmann::json read_json(const std::filesystem::path& path);

std::vector<std::byte> from_hex(std::string_view hex);
std::string to_hex(std::span<const std::byte> bytes);

// Where the recordings are when nobody says: the reference material beside the repository
// (../shared, or the folder that ROTA_SHARED names), else the copies in tests/vectors.
std::filesystem::path usual_vectors_folder();

}  // namespace rota::conformance
