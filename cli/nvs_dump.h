// What an NVS partition holds, as a device would read it at its next start: values by namespace and
// key, the pages they lie on, and what that start would repair. The bytes are a copy; nothing is
// written back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "cli/refusal.h"
#include "core/nvs_pages.h"
#include "formats/nvs.h"
#include "formats/nvs_keys.h"

namespace rota::cli {

struct NvsPagePicture {
  std::string_view state;      // "blank", "active", "full", "freeing", "damaged", "too new"
  std::uint32_t sequence = 0;  // of pages in use
  std::uint32_t written = 0;   // entries
  std::uint32_t erased = 0;
  std::uint32_t empty = formats::kNvsEntryCount;
};

struct NvsValue {
  std::uint8_t namespace_index = 0;
  std::string key;
  formats::NvsType type = formats::NvsType::kAny;
  std::vector<std::byte> bytes;
  std::optional<Error> unreadable;  // why `bytes` is empty
};

struct NvsSpace {
  std::uint8_t index = 0;
  std::optional<std::string> name;  // nothing: its keys are there, its own entry is not
  std::vector<NvsValue> values;     // in the order of the pages
};

struct NvsDump {
  std::vector<NvsPagePicture> pages;
  std::optional<Error> refuses;  // why a device could not start NVS; then nothing follows
  core::NvsPageCounts entries;
  std::uint64_t repairs = 0;  // flash operations of the next start
  std::vector<NvsSpace> namespaces;
};

// All pages are blank or have a good NVS header, and one has: the bytes are a partition alone.
bool is_nvs_partition(Bytes content);

// Pages in use hold entries, and none of them can be read.
bool looks_encrypted(Bytes partition);

// `keys`: nullptr = not encrypted.
NvsDump read_nvs(std::vector<std::byte> partition, const formats::NvsKeys* keys);

}  // namespace rota::cli
