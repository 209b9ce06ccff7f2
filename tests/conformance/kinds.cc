#include "kinds.h"

#include <array>

namespace rota::conformance {

std::span<const KindEntry> all_kinds() {
  static constexpr std::array kKinds{
      KindEntry{"images", "img", open_images},
      KindEntry{"ptable_bin", "boot", open_ptable_bin},
      KindEntry{"ptable_csv", "ok", open_ptable_csv},
  };
  return kKinds;
}

}  // namespace rota::conformance
