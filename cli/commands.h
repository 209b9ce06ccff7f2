// The commands, one file each.
#pragma once

#include "cli/command_line.h"

namespace rota::cli {

extern const CommandSpec kTableShow;
extern const CommandSpec kTableBuild;
extern const CommandSpec kImageInfo;
extern const CommandSpec kImagePack;
extern const CommandSpec kImageBootloader;
extern const CommandSpec kWhy;
extern const CommandSpec kServe;

}  // namespace rota::cli
