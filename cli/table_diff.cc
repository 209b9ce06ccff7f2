// rota table diff: what differs between two partition tables, and what that means for a device.
#include <algorithm>
#include <array>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

using formats::PartitionRow;

constexpr std::array kOptions = {kJsonOption};

struct Change {
  std::string_view kind;  // "added", "removed", "changed"
  const PartitionRow* before = nullptr;
  const PartitionRow* after = nullptr;
};

const PartitionRow* row_named(const formats::PartitionRows& rows, std::string_view label) {
  for (const PartitionRow& row : rows) {
    if (row.label() == label) return &row;
  }
  return nullptr;
}

std::vector<Change> changes_of(const formats::PartitionRows& before,
                               const formats::PartitionRows& after) {
  std::vector<Change> changes;
  for (const PartitionRow& row : before) {
    const PartitionRow* now = row_named(after, row.label());
    if (now == nullptr) changes.push_back({"removed", &row, nullptr});
    if (now != nullptr && !(*now == row)) changes.push_back({"changed", &row, now});
  }
  for (const PartitionRow& row : after) {
    if (row_named(before, row.label()) == nullptr) changes.push_back({"added", nullptr, &row});
  }
  return changes;
}

std::string place_of(const PartitionRow& row) {
  return fmt::format("{}/{} at 0x{:x}, {}{}{}", type_text(row), subtype_text(row), row.offset,
                     size_text(row.size), row.encrypted ? ", encrypted" : "",
                     row.readonly ? ", readonly" : "");
}

// What a person should know before flashing the second table onto a device with the first.
std::string meaning_of(const Change& change) {
  if (change.before == nullptr) return "new: reads whatever lay there before";
  if (change.after == nullptr) return "its content stays in flash, out of reach";
  const PartitionRow& before = *change.before;
  const PartitionRow& after = *change.after;
  if (before.offset != after.offset) {
    return after.is_app() ? "moved: flash its image again" : "moved: its content stays behind";
  }
  if (after.size < before.size) return "smaller: content behind its new end is cut off";
  if (after.size > before.size) return "larger, its content stays";
  return "its content stays";
}

void print_text(Console& console, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    const PartitionRow& row = change.before != nullptr ? *change.before : *change.after;
    console.print("  {:<9}{}{}\n", change.kind, padded(printable(row.label()), 17), place_of(row));
    if (change.before != nullptr && change.after != nullptr) {
      console.print("  {:<26}now {}\n", "", place_of(*change.after));
    }
    console.write(wrap(meaning_of(change) + ".", 28));
  }
}

Json row_json(const PartitionRow* row) {
  if (row == nullptr) return nullptr;
  return {{"type", type_text(*row)}, {"subtype", subtype_text(*row)}, {"offset", row->offset},
          {"size", row->size},       {"encrypted", row->encrypted},   {"readonly", row->readonly}};
}

Outcome run(const Invocation& invocation) {
  formats::CsvOptions options;
  const auto before = open_table(invocation.operands[0], options, std::nullopt);
  if (!before) return Failed{before.error()};
  const auto after = open_table(invocation.operands[1], options, std::nullopt);
  if (!after) return Failed{after.error()};
  const std::vector<Change> changes = changes_of(before->rows, after->rows);
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    Json list = Json::array();
    for (const Change& change : changes) {
      const PartitionRow& row = change.before != nullptr ? *change.before : *change.after;
      list.push_back({{"name", printable(row.label())},
                      {"change", change.kind},
                      {"before", row_json(change.before)},
                      {"after", row_json(change.after)},
                      {"meaning", meaning_of(change)}});
    }
    print_json(console, {{"same", changes.empty()}, {"changes", list}});
  } else if (changes.empty()) {
    console.write("Both tables have the same partitions.\n");
  } else {
    print_text(console, changes);
  }
  return changes.empty() ? Outcome() : Outcome(answer_is_no());
}

}  // namespace

constinit const CommandSpec kTableDiff{
    .name = "table diff",
    .summary = "compare two partition tables, and say what a change means for a device",
    .usage = "TABLE TABLE [--json]",
    .about =
        "TABLE is CSV, binary, a flash dump, a board or a predefined name. Exit status 0 when both "
        "have the same partitions, 1 when not. Partitions are matched by name.",
    .example = "rota table diff two_ota partitions.csv",
    .options = kOptions,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};

}  // namespace rota::cli
