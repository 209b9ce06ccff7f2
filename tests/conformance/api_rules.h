// Where our API differs from the recorded one on purpose: defects of the reference that would
// crash, brick or lose an image are errors here. Each rule looks at one step; deviations.h names
// the rows of docs/compatibility.md with the reasons and the tests.
#pragma once

#include <string>
#include <vector>

#include "deviations.h"
#include "formats/ota_data.h"
#include "recorded_json.h"

namespace rota::conformance {

// One step, as it was recorded and as it went here, and the device before it.
struct ApiStep {
  const nlohmann::json& layout;
  const nlohmann::json& step;
  const nlohmann::json& recorded;
  const nlohmann::json& got;
  bool anti_rollback = false;
  formats::OtaRecords records;
  bool some_image_has_no_description = false;
  // Earlier in this boot a handle was opened for, or directed at, a bootloader or a table.
  bool bootloader_was_updated = false;
  bool table_was_updated = false;
};

// The deviation that explains the difference; nullptr: none does.
const Deviation* deviation_of(const ApiStep& step);

// Handles that the reference keeps open although begin() failed (trap 23). They block their
// partition until the program aborts them or ends.
class LeakedHandles {
 public:
  void clear() { leaks_.clear(); }
  void note(const nlohmann::json& step);

  enum class Touch { kNo, kOnlyTheLeak, kMore };
  // Whether this step behaves as recorded only because of such a handle: then it is left out
  // (kOnlyTheLeak: it changed nothing else), or the rest can not be compared (kMore).
  Touch touched_by(const nlohmann::json& step);

 private:
  struct Leak {
    std::uint32_t handle;
    std::vector<std::string> partitions;
  };
  std::vector<Leak> leaks_;
};

}  // namespace rota::conformance
