// Which bytes of a flash a person means: a partition by name, by type, or an address.
#pragma once

#include <string>
#include <string_view>

#include "cli/refusal.h"
#include "core/flash.h"
#include "formats/partition_table.h"

namespace rota::cli {

struct Place {
  core::FlashRange range;
  const formats::PartitionRow* row = nullptr;  // the partition, if it is a whole one
  std::string name;                            // "ota_0 (0x110000)", "0x9000"
};

// "ota_0" (a label, or a subtype keyword), "app/ota_0" (type and subtype), "boot" (factory, else
// the lowest slot; OTA data play no part), "0x9000" or "0x9000:0x100". An address without a size
// reaches to the end of the partition that holds it, else of the flash. Refuses with what there is
// to choose from.
Result<Place, Refusal> find_place(std::string_view text,
                                  const formats::PartitionRows& rows,
                                  std::uint32_t flash_bytes);

// A place and the file for it: "factory=app.bin". Empty place: there is no "=".
struct PlacedFile {
  std::string_view place;
  std::string_view file;
};
PlacedFile split_order(std::string_view order);

}  // namespace rota::cli
