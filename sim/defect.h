// A mistake that a device could have, as a value: the sweep must find each of them.
#pragma once

namespace rota::sim {

struct Defect {};

}  // namespace rota::sim
