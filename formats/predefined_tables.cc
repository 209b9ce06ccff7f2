#include "formats/predefined_tables.h"

// Pieces of rows that several tables share; the offset column is always left to placement.
#define ROTA_NVS_16K "nvs,data,nvs,,0x4000,\n"
#define ROTA_NVS_24K "nvs,data,nvs,,0x6000,\n"
#define ROTA_PHY "phy_init,data,phy,,0x1000,\n"
#define ROTA_OTA_DATA "otadata,data,ota,,0x2000,\n"
#define ROTA_FACTORY(size) "factory,app,factory,," size ",\n"
#define ROTA_SLOTS(size) "ota_0,app,ota_0,," size ",\nota_1,app,ota_1,," size ",\n"
#define ROTA_COREDUMP "coredump,data,coredump,,64K,\n"
#define ROTA_NVS_KEY "nvs_key,data,nvs_keys,,0x1000,encrypted\n"

namespace rota::formats {
namespace {

constexpr PredefinedTable kTables[] = {
    {"singleapp", "one app, no updates over the air", ROTA_NVS_24K ROTA_PHY ROTA_FACTORY("1M")},
    {"singleapp_large", "one app of 1500 KiB", ROTA_NVS_24K ROTA_PHY ROTA_FACTORY("1500K")},
    {"singleapp_coredump", "one app, core dumps in flash",
     ROTA_NVS_24K ROTA_PHY ROTA_FACTORY("1M") ROTA_COREDUMP},
    {"singleapp_large_coredump", "one app of 1500 KiB, core dumps in flash",
     ROTA_NVS_24K ROTA_PHY ROTA_FACTORY("1500K") ROTA_COREDUMP},
    {"singleapp_encr_nvs", "one app, keys for encrypted NVS",
     ROTA_NVS_24K ROTA_PHY ROTA_FACTORY("1M") ROTA_NVS_KEY},
    {"singleapp_large_encr_nvs", "one app of 1500 KiB, keys for encrypted NVS",
     ROTA_NVS_24K ROTA_PHY ROTA_FACTORY("1500K") ROTA_NVS_KEY},
    {"two_ota", "factory app and two slots of 1 MiB for updates",
     ROTA_NVS_16K ROTA_OTA_DATA ROTA_PHY ROTA_FACTORY("1M") ROTA_SLOTS("1M")},
    {"two_ota_coredump", "factory app, two slots of 1 MiB, core dumps in flash",
     ROTA_NVS_16K ROTA_OTA_DATA ROTA_PHY ROTA_FACTORY("1M") ROTA_COREDUMP ROTA_SLOTS("1M")},
    {"two_ota_encr_nvs", "factory app, two slots of 1 MiB, keys for encrypted NVS",
     ROTA_NVS_16K ROTA_OTA_DATA ROTA_PHY ROTA_FACTORY("1M") ROTA_SLOTS("1M") ROTA_NVS_KEY},
    {"two_ota_large", "two slots of 1700 KiB, no factory app",
     ROTA_NVS_24K ROTA_OTA_DATA ROTA_PHY ROTA_SLOTS("1700K")},
    {"singleapp_tee", "one app beside a trusted execution environment",
     "tee,app,tee_0,,256K,\nsecure_storage,data,nvs,,64K,\n" ROTA_FACTORY("1536K")
         ROTA_NVS_24K ROTA_PHY},
    {"two_ota_tee", "two slots beside a trusted execution environment that is updated, too",
     "tee_0,app,tee_0,,256K,\ntee_1,app,tee_1,,256K,\ntee_otadata,data,tee_ota,,8K,\n"
     "secure_storage,data,nvs,,56K,\n" ROTA_SLOTS("1536K") ROTA_OTA_DATA ROTA_NVS_24K ROTA_PHY},
};

}  // namespace

std::span<const PredefinedTable> predefined_tables() { return kTables; }

const PredefinedTable* find_predefined_table(std::string_view name) {
  constexpr std::string_view kPrefix = "partitions_";
  constexpr std::string_view kSuffix = ".csv";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  for (const PredefinedTable& table : kTables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

}  // namespace rota::formats

#undef ROTA_NVS_16K
#undef ROTA_NVS_24K
#undef ROTA_PHY
#undef ROTA_OTA_DATA
#undef ROTA_FACTORY
#undef ROTA_SLOTS
#undef ROTA_COREDUMP
#undef ROTA_NVS_KEY
