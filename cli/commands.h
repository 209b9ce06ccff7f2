// The commands, one file each.
#pragma once

#include "cli/command_line.h"

namespace rota::cli {

extern const CommandSpec kTableShow;
extern const CommandSpec kTableBuild;
extern const CommandSpec kTableDiff;
extern const CommandSpec kTablePlan;
extern const CommandSpec kImageInfo;
extern const CommandSpec kImageVerify;
extern const CommandSpec kImageDiff;
extern const CommandSpec kImageStrip;
extern const CommandSpec kImageFromElf;
extern const CommandSpec kImagePack;
extern const CommandSpec kImageBootloader;
extern const CommandSpec kBoardNew;
extern const CommandSpec kBoardFlash;
extern const CommandSpec kBoardErase;
extern const CommandSpec kBoardRun;
extern const CommandSpec kBoardMovie;
extern const CommandSpec kBoardExpect;
extern const CommandSpec kBoardShow;
extern const CommandSpec kBoardGpio;
extern const CommandSpec kBoardCut;
extern const CommandSpec kProve;
extern const CommandSpec kWhy;
extern const CommandSpec kIdentify;
extern const CommandSpec kOtadataShow;
extern const CommandSpec kOtadataSet;
extern const CommandSpec kOtadataErase;
extern const CommandSpec kOtadataSimulate;
extern const CommandSpec kNvsShow;
extern const CommandSpec kPartList;
extern const CommandSpec kPartRead;
extern const CommandSpec kPartWrite;
extern const CommandSpec kPartErase;
extern const CommandSpec kFlashCreate;
extern const CommandSpec kFlashMerge;
extern const CommandSpec kFlashSplit;
extern const CommandSpec kFlashCompare;
extern const CommandSpec kDoctor;
extern const CommandSpec kEfuseShow;
extern const CommandSpec kCompletion;
extern const CommandSpec kServe;
extern const CommandSpec kDemo;

}  // namespace rota::cli
