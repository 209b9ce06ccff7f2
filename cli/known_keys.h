// Signing keys whose private half everybody can download: the test and example keys that come with
// the vendor's tools. Firmware that is signed with one is not protected.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace rota::cli {

// What published key has this digest, as signature blocks and eFuses hold it (spec 4.9): "the test
// key of ..."; nullopt for a key that is not on the list, which says nothing about it.
std::optional<std::string_view> published_key_of(const std::array<std::byte, 32>& key_digest);

}  // namespace rota::cli
