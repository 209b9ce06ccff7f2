#include "kinds.h"

#include <array>

namespace rota::conformance {

std::span<const KindEntry> all_kinds() {
  static constexpr std::array kKinds{
      KindEntry{"api", "steps", open_api},
      KindEntry{"erase_list", "list", open_erase_list},
      KindEntry{"images", "img", open_images},
      KindEntry{"otadata", "boots", open_otadata},
      KindEntry{"images", "readonly", open_nvs_sequences},
      KindEntry{"power_cuts", "cut_op", open_nvs_power_cuts},
      KindEntry{"sequences", "readonly", open_nvs_sequences},
      KindEntry{"ptable_bin", "boot", open_ptable_bin},
      KindEntry{"ptable_csv", "ok", open_ptable_csv},
  };
  return kKinds;
}

}  // namespace rota::conformance
