// The kinds of recorded vectors, one function each that makes its comparison.
#pragma once

#include <filesystem>
#include <memory>

#include "runner.h"

namespace rota::conformance {

std::unique_ptr<VectorKind> open_api(const std::filesystem::path& folder);
std::unique_ptr<VectorKind> open_erase_list(const std::filesystem::path& folder);
std::unique_ptr<VectorKind> open_images(const std::filesystem::path& folder);
std::unique_ptr<VectorKind> open_otadata(const std::filesystem::path& folder);
std::unique_ptr<VectorKind> open_nvs_power_cuts(const std::filesystem::path& folder);
std::unique_ptr<VectorKind> open_nvs_sequences(const std::filesystem::path& folder);
std::unique_ptr<VectorKind> open_ptable_bin(const std::filesystem::path& folder);
std::unique_ptr<VectorKind> open_ptable_csv(const std::filesystem::path& folder);

}  // namespace rota::conformance
