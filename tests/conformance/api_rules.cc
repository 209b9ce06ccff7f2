#include "api_rules.h"

#include <algorithm>

namespace rota::conformance {
namespace {

using nlohmann::json;

constexpr int kInvalidArgument = 0x102;  // ESP_ERR_INVALID_ARG
constexpr int kInProgress = 0x1507;      // ESP_ERR_OTA_ALREADY_IN_PROGRESS
constexpr int kTypeApp = 0;
constexpr int kFirstSlot = 0x10;
constexpr int kLastSlot = 0x1F;

bool is_one_of(const json& operation, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](const char* name) { return operation == name; });
}

bool aborted(const json& outputs) { return outputs.value("r", "") == "!abort"; }
bool changed_flash(const json& outputs) { return outputs.contains("f"); }
bool returned(const json& outputs, int code) {
  return outputs.contains("ret") && outputs["ret"] == code;
}

const json* part_of(const ApiStep& step) {
  for (const json& part : step.layout["parts"]) {
    if (part["label"] == step.step.value("part", "")) return &part;
  }
  return nullptr;
}

bool sets_boot(const ApiStep& step) {
  return is_one_of(step.step["o"], {"set_boot", "set_boot_skip"});
}

bool opens_no_handle_on_failure(const ApiStep& step) {
  return step.step["o"] == "begin" && step.recorded.contains("handle") &&
         step.recorded["ret"] != 0 && step.got.value("ret", 0) == step.recorded["ret"] &&
         !step.got.contains("handle") && !changed_flash(step.got);
}

bool refuses_app_that_is_no_slot(const ApiStep& step) {
  const json* part = part_of(step);
  if (!sets_boot(step) || part == nullptr || (*part)["type"] != kTypeApp) return false;
  const int subtype = (*part)["subtype"];
  return subtype > kLastSlot && returned(step.got, kInvalidArgument) && !changed_flash(step.got);
}

bool refuses_version_that_fits_no_fuse(const ApiStep& step) {
  return sets_boot(step) && step.anti_rollback && returned(step.recorded, 0) &&
         returned(step.got, kInvalidArgument) && !changed_flash(step.got);
}

// The number that the reference computes for the slot, before 32 bits cut it off.
bool sequence_leaves_its_range(const ApiStep& step) {
  const json* part = part_of(step);
  const int active = formats::active_record(step.records);
  if (!sets_boot(step) || part == nullptr || active < 0) return false;
  std::uint64_t slots = 0;
  const auto has_slot = [&](std::uint64_t number) {
    return std::any_of(step.layout["parts"].begin(), step.layout["parts"].end(),
                       [&](const json& row) {
                         return row["type"] == kTypeApp && row["subtype"] == kFirstSlot + number;
                       });
  };
  while (has_slot(slots)) ++slots;
  if (slots == 0) return false;
  const std::uint64_t slot = (*part)["subtype"].get<std::uint64_t>() & 0x0FU;
  const std::uint64_t current = step.records[static_cast<std::size_t>(active)].sequence;
  std::uint64_t next = (slot + 1) % slots;
  if (current > next) next += (current - next + slots - 1) / slots * slots;
  return next == 0 || next >= formats::kBlankSequence;
}

// Calls whose answer depends on whether an image in a slot is sound.
bool judges_an_image(const json& operation) {
  return is_one_of(operation, {"end", "set_boot", "get_last_invalid", "rollback_possible",
                               "mark_invalid", "mark_invalid_reboot"});
}

}  // namespace

const Deviation* deviation_of(const ApiStep& step) {
  if (opens_no_handle_on_failure(step)) return &deviation::kNoHandleOnFailure;
  if (refuses_app_that_is_no_slot(step)) return &deviation::kAppIsNoSlot;
  if (sequence_leaves_its_range(step)) return &deviation::kSequenceRange;
  if (refuses_version_that_fits_no_fuse(step)) return &deviation::kVersionFitsNoFuse;
  if (aborted(step.recorded) && !changed_flash(step.got)) {
    if (step.step["o"] == "writeat" && returned(step.got, kInvalidArgument)) {
      return &deviation::kNoAssertion;
    }
    if (step.anti_rollback && step.some_image_has_no_description) {
      return &deviation::kNoDescription;
    }
    if (returned(step.got, kInvalidArgument)) return &deviation::kForbiddenWrite;
  }
  if ((step.bootloader_was_updated || step.table_was_updated) && changed_flash(step.recorded) &&
      returned(step.got, kInvalidArgument) && !changed_flash(step.got)) {
    return &deviation::kProtectionComesBack;
  }
  if (step.bootloader_was_updated && judges_an_image(step.step["o"]) && !aborted(step.recorded)) {
    return &deviation::kKindOfImage;
  }
  return nullptr;
}

void LeakedHandles::note(const json& step) { leaks_.push_back({step["handle"], {step["part"]}}); }

LeakedHandles::Touch LeakedHandles::touched_by(const json& step) {
  const std::string operation = step["o"];
  if (operation == "begin" || operation == "resume") {
    const bool is_blocked = std::any_of(leaks_.begin(), leaks_.end(), [&](const Leak& leak) {
      return std::find(leak.partitions.begin(), leak.partitions.end(), step["part"]) !=
             leak.partitions.end();
    });
    return is_blocked && returned(step, kInProgress) ? Touch::kOnlyTheLeak : Touch::kNo;
  }
  const auto leak = std::find_if(leaks_.begin(), leaks_.end(), [&](const Leak& each) {
    return step.contains("h") && step["h"] == each.handle;
  });
  if (leak == leaks_.end()) return Touch::kNo;
  if (operation == "writenull" || (operation == "write" && step["n"] == 0)) return Touch::kNo;
  if (changed_flash(step) || !step.contains("ret")) return Touch::kMore;
  if (operation == "set_final" && returned(step, 0)) {
    leak->partitions.push_back(step["part"]);
  } else if (operation == "end" || operation == "abort") {
    leaks_.erase(leak);
  }
  return operation == "write" || operation == "writeat" ? Touch::kMore : Touch::kOnlyTheLeak;
}

}  // namespace rota::conformance
