// Which image boots: a second opinion. It is written from the text of the specification alone
// (sections 2 and 3), shares no code with core/ and is slow and plain on purpose. The conformance
// program checks it against every recorded boot, the property tests check core/ against it.
//
// It knows the settings of the three recorded configurations; pins, deep sleep and skipped
// validation have their own tests in core/boot_plan_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace rota::model {

struct Image {
  bool verifies = false;
  std::optional<std::uint32_t> secure_version;  // of its description; nullopt: it has none
};

struct Row {
  int type = 0;  // 0 app, 1 data
  int subtype = 0;
  std::uint32_t size = 0;
  Image image;  // apps
};

using Record = std::array<std::uint8_t, 32>;

struct Board {
  std::vector<Row> rows;
  std::array<Record, 2> records{};
  std::uint32_t fuses = 0;
  bool rollback = false;
  bool anti_rollback = false;
};

struct Boot {
  int started = -1;      // index of the row; -1: the bootloader resets
  int first_tried = -1;  // index of the first row in the trial order; -1: none
  bool wrote_initial_record = false;
};

// One boot. Changes records and fuses of the board as a bootloader does.
Boot boot(Board& board);

}  // namespace rota::model
