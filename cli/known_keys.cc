#include "cli/known_keys.h"

#include <algorithm>

#include "cli/console.h"

namespace rota::cli {
namespace {

struct PublishedKey {
  std::string_view digest;
  std::string_view name;
};

// Digests of the public halves, computed from the files of these names in the public repositories
// of ESP-IDF (examples/ and tools/test_apps/) and esptool (test/secure_images/).
constexpr std::array kPublishedKeys = {
    PublishedKey{"35795511e7ca80b8b2353596a7ca214c7aa35283cc61fcc387d16c1a9daaff89",
                 "ESP-IDF's test key secure_boot/test_rsa_3072_key.pem"},
    PublishedKey{"b055902378fe22dcf4a7c73919056baf54c87062df9c9c64d938bbc352deaf24",
                 "ESP-IDF's test key signed_app_no_secure_boot/secure_boot_signing_key.pem"},
    PublishedKey{"69feae257152def68ed51608d49b22695f615494dec4d01ec4d76a8f0d9f5b22",
                 "ESP-IDF's test key secure_boot/test_ecdsa_key.pem"},
    PublishedKey{"32af9648b38280d4274619214c394244ab0d2151c9e4a277efaee8cc281babff",
                 "ESP-IDF's example key efuse/test/secure_boot_signing_key_ecdsa_nistp256.pem"},
    PublishedKey{"be97c755315d9f2529b7fd54da295225ce2aeb5e15c98eb3c6302063ca18b9a7",
                 "ESP-IDF's example key partitions_ota/test/secure_boot_signing_key_ecdsa.pem"},
    PublishedKey{"d884217a175eaad73c064774e86657473fbbbdaec28d19f726371eea05b0cd05",
                 "ESP-IDF's example key simple_ota_example/test/"
                 "secure_boot_signing_key_ecdsa_p384.pem"},
    PublishedKey{"cb2791a371b0c0322bf7370478ba0962224cab1cf2287879e429673e7da84463",
                 "esptool's test key rsa_secure_boot_signing_key.pem"},
    PublishedKey{"901a7409238d52d4cbf96f563fb3f4296dabd66a33f53b15eecd8cb3e7ec45d3",
                 "esptool's test key rsa_secure_boot_signing_key2.pem"},
    PublishedKey{"736a94d37cc7f85d393d2fe0f0040f23fd13481f89d17234f2d735005fd199d9",
                 "esptool's test key rsa_secure_boot_signing_key4.pem"},
    PublishedKey{"f35cc5dbdde67f94a7bbcb5723371ba91822193582308f84cb95b4531219056d",
                 "esptool's test key ecdsa256_secure_boot_signing_key.pem"},
    PublishedKey{"df8fec4ca76ae7400defc93d88261dcba8b9f9fa187749532f91c65d866d030b",
                 "esptool's test key ecdsa256_secure_boot_signing_key4.pem"},
    PublishedKey{"fc9c01f2e8bc394d199b74b1cdf5060c10acc6cc385905877c5571c53009bc98",
                 "esptool's test key ecdsa384_secure_boot_signing_key.pem"},
    PublishedKey{"33359a939871a30dd4c6dd6ae6e2bbad40781f650b9408b0072c7f7e028f1288",
                 "esptool's test key ecdsa384_secure_boot_signing_key2.pem"},
    PublishedKey{"fb4eca5a429af7020fdb8f5006e6b6a9a630d26f087d6e1aff31e1eba6d8c73d",
                 "esptool's test key ecdsa384_secure_boot_signing_key4.pem"},
    PublishedKey{"1060f30bc482db11c470db5734f1f91b792c21ff1f0a3234544156d4f98d3311",
                 "esptool's test key ecdsa192_secure_boot_signing_key.pem"},
};

}  // namespace

std::optional<std::string_view> published_key_of(const std::array<std::byte, 32>& key_digest) {
  const std::string digest = hex_text(key_digest);
  const auto found = std::find_if(kPublishedKeys.begin(), kPublishedKeys.end(),
                                  [&](const PublishedKey& key) { return key.digest == digest; });
  if (found == kPublishedKeys.end()) return std::nullopt;
  return found->name;
}

}  // namespace rota::cli
