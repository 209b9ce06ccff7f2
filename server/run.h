// What rota-server does once its options are understood.
#pragma once

#include "server/options.h"
#include "server/refusal.h"

namespace rota::server {

// Serves until SIGINT or SIGTERM. Refuses with one sentence when it can not start.
Outcome run(const Options& options);

}  // namespace rota::server
