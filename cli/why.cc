// rota why: which image boots, and the rules that decided, for any dump or board.
#include <array>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/diagnosis.h"
#include "cli/flash_map.h"
#include "cli/input_file.h"
#include "cli/json.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--rollback", "on|off",
               "Whether the bootloader was built with rollback. A Rota "
               "bootloader says so itself; otherwise off is assumed.",
               OptionKind::kOnOff},
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

std::string verdict(const FlashPicture& picture) {
  const BootForecast& forecast = picture.forecast;
  if (forecast.table_refused) {
    return sentence_of("Nothing boots: the bootloader refuses the partition table",
                       *forecast.table_refused);
  }
  if (!forecast.starts) {
    return "Nothing boots: the bootloader finds no image that it accepts and resets, again and "
           "again.";
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

Json json_of(const FlashPicture& picture, const std::vector<Finding>& findings) {
  const BootForecast& forecast = picture.forecast;
  Json rules = Json::array();
  for (const core::AppliedRule& rule : forecast.rules) {
    rules.push_back({{"rule", name_of(rule.rule)},
                     {"text", text_of(rule, forecast)},
                     {"spec", core::describe(rule.rule).spec_section},
                     {"image_error",
                      rule.image_error ? Json(describe(*rule.image_error).name) : Json(nullptr)}});
  }
  Json boots = nullptr;
  if (forecast.starts) {
    const SlotPicture* slot = picture.slot(forecast.position);
    boots = {
        {"partition", forecast.name_of(forecast.position)},
        {"offset", forecast.range.start.value},
        {"entry_address",
         slot != nullptr && slot->image ? Json(slot->image->header.entry_address) : Json(nullptr)}};
  }
  Json explained = Json::array();
  for (const Finding& finding : findings) {
    explained.push_back({{"key", finding.key}, {"sentence", finding.sentence}});
  }
  return {{"boots", boots}, {"rules", rules}, {"findings", explained}, {"flash", json_of(picture)}};
}

void print_text(Console& console,
                const FlashPicture& picture,
                const std::vector<Finding>& findings) {
  const BootForecast& forecast = picture.forecast;
  console.write(console.ink(Ink::kBold, wrap(verdict(picture), 0)) + "\n");
  for (std::size_t i = 0; i < forecast.rules.size(); ++i) {
    const core::AppliedRule& rule = forecast.rules[i];
    std::string text = wrap(fmt::format("{} [{} {}]", text_of(rule, forecast), name_of(rule.rule),
                                        core::describe(rule.rule).spec_section),
                            6);
    const std::string number = fmt::format("{:>4}.", i + 1);
    console.write(text.replace(0, number.size(), number));
  }
  if (!forecast.rules.empty()) console.write("\n");
  console.write(render(picture, console.looks()));
  if (!findings.empty()) console.write("\n");
  for (const Finding& finding : findings) console.write(wrap(finding.sentence, 0));
}

Outcome run(const Invocation& invocation) {
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const auto question = question_of(invocation);
  if (!question) return Failed{question.error()};
  const auto picture = picture_of(*file, file->name(), *question);
  if (!picture) {
    if (picture.error().sentence.find("0x8000") == std::string::npos)
      return Failed{picture.error()};
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
  const DiagnosisContext context{std::string(invocation.operands[0]),
                                 otherwise ? &*otherwise : nullptr, question->secure_version_fuses};
  const auto findings = diagnose(*file, *picture, context);
  if (invocation.has("--json")) {
    print_json(*invocation.console, json_of(*picture, findings));
  } else {
    print_text(*invocation.console, *picture, findings);
  }
  return picture->forecast.starts ? Outcome() : Outcome(answer_is_no());
}

}  // namespace

constinit const CommandSpec kWhy{
    .name = "why",
    .summary = "say which image boots from a flash dump or board, and which rules decide",
    .usage = "DUMP|BOARD [--rollback on|off] [--anti-rollback on|off] [--efuse N] [--json]",
    .about =
        "Reads a whole flash dump (or a board folder) as the bootloader does, and prints the "
        "decision with the rules that made it; in brackets stand the rule's name, which rota help "
        "explains, and its section of the specification. Nothing is written. Exit status 1 when "
        "nothing boots.",
    .example = "esptool.py read_flash 0 ALL dump.bin\nrota why dump.bin --rollback on",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
