// A board reduced to what a BootPlan asks about: a table, two records, eFuses, and for each
// position whether its image is good and which secure version it has. boot() carries out one plan
// and keeps what it wrote, so that boots can follow each other.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/boot_plan.h"

namespace rota::core {

class BootScene {
 public:
  struct Image {
    std::optional<Error> refusal;                 // of a full verification
    std::optional<Error> structural_refusal;      // of one that skips validation, too
    std::optional<std::uint32_t> secure_version;  // nullopt: no description
  };
  struct Outcome {
    std::optional<int> started;  // nullopt: the bootloader resets
    std::vector<BootRule> rules;
    std::vector<AppliedRule> applied;
    std::vector<BootStep> steps;

    bool has(BootRule rule) const {
      return std::find(rules.begin(), rules.end(), rule) != rules.end();
    }
    // Positions in the order in which their images were tried.
    std::vector<int> tried() const {
      std::vector<int> positions;
      for (const BootStep& step : steps) {
        if (step.kind == BootStep::Kind::kTryImage) positions.push_back(step.position.index);
      }
      return positions;
    }
  };

  // Slots 0 .. slot_count-1, all with good images of secure version 0.
  explicit BootScene(int slot_count, bool has_factory = true, bool has_test = false) {
    inputs.table.ota_data = {{0xD000}, 0x2000};
    inputs.table.slot_count = static_cast<std::uint32_t>(slot_count);
    for (int i = 0; i < slot_count; ++i) add(i);
    if (has_factory) add(BootPosition::kFactory);
    if (has_test) add(BootPosition::kTest);
    inputs.settings.cut_safe_records = false;
  }

  BootScene& with_rollback() {
    inputs.settings.rollback = true;
    return *this;
  }
  BootScene& with_anti_rollback(std::uint32_t burned_bits = 0, std::uint8_t width = 32) {
    inputs.settings.rollback = true;
    inputs.settings.anti_rollback = true;
    inputs.settings.secure_version_width = width;
    inputs.secure_version_fuses = burned_bits;
    return *this;
  }
  BootScene& record(int sector, std::uint32_t sequence, formats::OtaState state) {
    formats::OtaRecord made = formats::OtaRecord::blank();
    made.sequence = sequence;
    made.state = state;
    made.check = formats::ota_check(sequence);
    inputs.records[static_cast<std::size_t>(sector)] = made;
    return *this;
  }
  BootScene& bad_check(int sector, std::uint32_t sequence, formats::OtaState state) {
    record(sector, sequence, state);
    inputs.records[static_cast<std::size_t>(sector)].check ^= 1U;
    return *this;
  }
  BootScene& broken(int position, Error why = Error::kImageBadDigest) {
    images[position].refusal = why;
    return *this;
  }
  BootScene& version(int position, std::optional<std::uint32_t> secure_version) {
    images[position].secure_version = secure_version;
    return *this;
  }
  // "3/VALID" or "blank": the record as the traces of the specification write it.
  std::string show(int sector) const {
    const formats::OtaRecord& shown = inputs.records[static_cast<std::size_t>(sector)];
    if (shown.sequence == formats::kBlankSequence) return "blank";
    return std::to_string(shown.sequence) + "/" + std::string(formats::name_of(shown.state)) +
           (shown.check_is_good() ? "" : " (bad check)");
  }
  formats::OtaState state(int sector) const {
    return inputs.records[static_cast<std::size_t>(sector)].state;
  }

  Outcome boot() {
    Outcome outcome;
    BootPlan plan(inputs);
    while (outcome.steps.size() < 200) {
      const BootStep step = plan.next();
      outcome.steps.push_back(step);
      if (step.kind == BootStep::Kind::kReset) break;
      if (step.kind == BootStep::Kind::kStart) {
        outcome.started = step.position.index;
        break;
      }
      plan.report(carry_out(step));
    }
    for (const AppliedRule& rule : plan.rules()) {
      outcome.rules.push_back(rule.rule);
      outcome.applied.push_back(rule);
    }
    return outcome;
  }

  // Does what a port would do for one step.
  BootAnswer carry_out(const BootStep& step) {
    BootAnswer answer;
    switch (step.kind) {
      case BootStep::Kind::kWriteRecord:
        if (!writes_fail) inputs.records[step.sector] = step.record;
        break;
      case BootStep::Kind::kBurnFuses:
        if (!burns_fail) inputs.secure_version_fuses |= step.fuse_bits;
        break;
      case BootStep::Kind::kEraseData:
        if (step.also_ota_data) {
          inputs.records = {formats::OtaRecord::blank(), formats::OtaRecord::blank()};
        }
        break;
      case BootStep::Kind::kReadDescription:
        answer.secure_version = image_in(step.range).secure_version;
        break;
      case BootStep::Kind::kTryImage: {
        const Image image = image_in(step.range);
        answer.image_error = step.validate ? image.refusal : image.structural_refusal;
        if (step.validate) answer.secure_version = image.secure_version;
        break;
      }
      case BootStep::Kind::kStart:
      case BootStep::Kind::kReset:
        break;
    }
    return answer;
  }

  BootInputs inputs;
  std::map<int, Image> images;  // by position; kRetained is where a deep-sleep wake goes back to
  bool writes_fail = false;
  bool burns_fail = false;

 private:
  static FlashRange range_of(int position) {
    return {{0x10000U * static_cast<std::uint32_t>(position + 4)}, 0x10000};
  }
  void add(int position) {
    images[position] = {std::nullopt, std::nullopt, 0};
    if (position == BootPosition::kFactory) {
      inputs.table.factory = range_of(position);
    } else if (position == BootPosition::kTest) {
      inputs.table.test = range_of(position);
    } else {
      inputs.table.slots[static_cast<std::size_t>(position)] = range_of(position);
    }
  }
  Image image_in(const FlashRange& range) const {
    for (const auto& [position, image] : images) {
      if (range_of(position) == range) return image;
    }
    return Image{Error::kImageIsErased, Error::kImageIsErased, std::nullopt};
  }
};

}  // namespace rota::core
