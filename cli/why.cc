// rota why: which image boots, and the rules that decided, for any dump or board.
#include <array>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/flash_map.h"
#include "cli/input_file.h"
#include "cli/json.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--rollback", "on|off", "Whether the bootloader was built with rollback. A Rota "
               "bootloader says so itself; otherwise off is assumed.", OptionKind::kOnOff},
    OptionSpec{"--anti-rollback", "on|off", "The same for anti-rollback.", OptionKind::kOnOff},
    OptionSpec{"--efuse", "N", "The secure version burned into the eFuses; a board has its own."},
    OptionSpec{"--table-offset", "N", "Where the partition table lies, if not at 0x8000."},
    OptionSpec{"--chip", "NAME", "The chip of the dump, if neither bootloader nor apps tell."},
    OptionSpec{"--json", "", "Print JSON.", OptionKind::kSwitch},
};

Result<BootQuestion, Refusal> question_of(const Invocation& invocation) {
  auto about = question_of_path(invocation.operands[0]);
  if (!about) return about;
  BootQuestion question = std::move(about).value();
  question.rollback = invocation.on_off("--rollback");
  question.anti_rollback = invocation.on_off("--anti-rollback");
  if (invocation.has("--efuse")) {
    const auto version = invocation.number("--efuse", 0, 32);
    if (!version) return Failed{version.error()};
    question.secure_version_fuses = *version >= 32 ? 0xFFFFFFFFU : (1U << *version) - 1U;
  }
  if (invocation.has("--table-offset")) {
    const auto offset = invocation.number("--table-offset", 0);
    if (!offset) return Failed{offset.error()};
    question.table_offset = *offset;
  }
  if (const auto name = invocation.value("--chip")) {
    const auto chip = chip_named(*name);
    if (!chip) return Failed{chip.error()};
    question.chip = *chip;
  }
  return question;
}

// The slot that the next update writes: round robin after the slot that boots (spec 5.4.5).
const SlotPicture* next_update_slot(const FlashPicture& picture) {
  const SlotPicture* lowest = nullptr;
  const SlotPicture* after = nullptr;
  const int from = picture.forecast.position.index;
  for (const SlotPicture& slot : picture.slots) {
    if (!slot.position.is_slot()) continue;
    const int index = slot.position.index;
    if (lowest == nullptr || index < lowest->position.index) lowest = &slot;
    if (index > from && (after == nullptr || index < after->position.index)) after = &slot;
  }
  const SlotPicture* next = from >= 0 && after != nullptr ? after : lowest;
  return next == nullptr || next->position == picture.forecast.position ? nullptr : next;
}

std::string verdict(const FlashPicture& picture) {
  const BootForecast& forecast = picture.forecast;
  if (forecast.table_refused) {
    return sentence_of("Nothing boots: the bootloader refuses the partition table",
                       *forecast.table_refused);
  }
  if (!forecast.starts) {
    return "Nothing boots: the bootloader finds no image that it accepts and resets, again and again.";
  }
  const SlotPicture* slot = picture.slot(forecast.position);
  std::string text = fmt::format("{} boots", forecast.name_of(forecast.position));
  if (slot != nullptr && slot->image) {
    text += fmt::format(": {}, entry address 0x{:08x}", content_text(*slot),
                        slot->image->header.entry_address);
    if (slot->image->is_native) text += ", a Rota native image: virtual boards only";
  }
  return text + ".";
}

// What would change the answer, or what a person may expect to see and does not.
std::vector<std::string> remarks(const FlashPicture& picture, const BootForecast* otherwise) {
  const BootForecast& forecast = picture.forecast;
  std::vector<std::string> lines;
  if (!forecast.has_bootloader) {
    lines.push_back(fmt::format("There is no bootloader for {} at 0x{:x}: a chip with this flash does "
                                "not start. The decision is that of a bootloader with rollback {}.",
                                forecast.chip->name, forecast.chip->bootloader_offset,
                                forecast.settings.rollback ? "on" : "off"));
  } else if (!forecast.settings_known) {
    lines.push_back(fmt::format("Rollback {} and anti-rollback {} are assumed: this bootloader does not "
                                "tell. --rollback and --anti-rollback set them.",
                                forecast.settings.rollback ? "on" : "off",
                                forecast.settings.anti_rollback ? "on" : "off"));
  }
  if (otherwise != nullptr && otherwise->position != forecast.position) {
    lines.push_back(fmt::format("If its rollback is {}, {} boots instead.",
                                otherwise->settings.rollback ? "on" : "off",
                                otherwise->name_of(otherwise->position)));
  }
  const auto& after = forecast.records_after;
  for (std::size_t i = 0; i < 2; ++i) {
    if (after[i] == forecast.records[i]) continue;
    lines.push_back(fmt::format("This start writes OTA data sector {}: it becomes {}.", i,
                                formats::name_of(after[i].state)));
  }
  if (const SlotPicture* next = next_update_slot(picture); next != nullptr && forecast.starts) {
    lines.push_back(fmt::format("The next update writes {} ({} now).",
                                forecast.name_of(next->position), content_text(*next)));
  }
  return lines;
}

Json json_of(const FlashPicture& picture, const std::vector<std::string>& lines) {
  const BootForecast& forecast = picture.forecast;
  Json rules = Json::array();
  for (const core::AppliedRule& rule : forecast.rules) {
    rules.push_back({{"text", text_of(rule, forecast)},
                     {"spec", core::describe(rule.rule).spec_section},
                     {"image_error", rule.image_error ? Json(describe(*rule.image_error).name)
                                                      : Json(nullptr)}});
  }
  Json boots = nullptr;
  if (forecast.starts) {
    const SlotPicture* slot = picture.slot(forecast.position);
    boots = {{"partition", forecast.name_of(forecast.position)},
             {"offset", forecast.range.start.value},
             {"entry_address", slot != nullptr && slot->image
                                   ? Json(slot->image->header.entry_address)
                                   : Json(nullptr)}};
  }
  return {{"boots", boots}, {"rules", rules}, {"remarks", lines}, {"flash", json_of(picture)}};
}

void print_text(Console& console, const FlashPicture& picture, const std::vector<std::string>& lines) {
  const BootForecast& forecast = picture.forecast;
  console.write(console.ink(Ink::kBold, wrap(verdict(picture), 0)) + "\n");
  for (std::size_t i = 0; i < forecast.rules.size(); ++i) {
    const core::AppliedRule& rule = forecast.rules[i];
    std::string text = wrap(fmt::format("{} [{}]", text_of(rule, forecast),
                                        core::describe(rule.rule).spec_section), 6);
    const std::string number = fmt::format("{:>4}.", i + 1);
    console.write(text.replace(0, number.size(), number));
  }
  if (!forecast.rules.empty()) console.write("\n");
  console.write(render(picture, console.looks()));
  if (!lines.empty()) console.write("\n");
  for (const std::string& line : lines) console.write(wrap(line, 0));
}

Outcome run(const Invocation& invocation) {
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const auto question = question_of(invocation);
  if (!question) return Failed{question.error()};
  const auto picture = picture_of(*file, file->name(), *question);
  if (!picture) {
    if (picture.error().sentence.find("0x8000") == std::string::npos) return Failed{picture.error()};
    return refuse(fmt::format("{} {}", picture.error().sentence, what_it_is(*file)));
  }
  std::optional<BootForecast> otherwise;
  if (!picture->forecast.settings_known && !question->rollback) {
    BootQuestion other = *question;
    other.rollback = !picture->forecast.settings.rollback;
    if (auto forecast = forecast_boot(*file, file->name(), other)) {
      otherwise = std::move(forecast).value();
    }
  }
  const auto lines = remarks(*picture, otherwise ? &*otherwise : nullptr);
  if (invocation.has("--json")) {
    print_json(*invocation.console, json_of(*picture, lines));
  } else {
    print_text(*invocation.console, *picture, lines);
  }
  return picture->forecast.starts ? Outcome() : Outcome(answer_is_no());
}

}  // namespace

constinit const CommandSpec kWhy{
    .name = "why",
    .summary = "say which image boots from a flash dump or board, and which rules decide",
    .usage = "DUMP|BOARD [--rollback on|off] [--anti-rollback on|off] [--efuse N] [--json]",
    .about = "Reads a whole flash dump (or a board folder) as the bootloader does, and prints the "
             "decision with the rules that made it; the numbers in brackets are sections of "
             "the specification. Nothing is written. Exit status 1 when nothing boots.",
    .example = "esptool.py read_flash 0 ALL dump.bin\nrota why dump.bin --rollback on",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
