// How long the decisions take that a device makes at every boot and a tool at every build: which of
// 16 slots boots, and what a partition table says.
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "bench/report.h"
#include "core/boot_plan.h"
#include "formats/partition_csv.h"
#include "formats/partition_table.h"

namespace rota::bench {
namespace {

constexpr std::uint32_t kSlots = 16;

core::BootInputs inputs_with(std::uint32_t slots) {
  core::BootInputs inputs;
  inputs.settings.rollback = true;
  inputs.table.ota_data = {{0xD000}, 0x2000};
  inputs.table.slot_count = slots;
  for (std::uint32_t i = 0; i < slots; ++i) {
    inputs.table.slots[i] = {{0x10000 + i * 0x10000}, 0x10000};
  }
  for (const std::uint32_t sequence : {slots - 1, slots}) {
    formats::OtaRecord& record = inputs.records[sequence % 2];
    record.sequence = sequence;
    record.state = formats::OtaState::kNew;
    record.check = formats::ota_check(sequence);
  }
  return inputs;
}

// The longest way: a new image is tried first, and only the last of all slots is good.
std::uint32_t images_tried(const core::BootInputs& inputs) {
  const std::uint32_t slots = inputs.table.slot_count;
  std::uint32_t tried = 0;
  core::BootPlan plan(inputs);
  for (;;) {
    const core::BootStep step = plan.next();
    if (step.kind == core::BootStep::Kind::kStart || step.kind == core::BootStep::Kind::kReset) {
      return tried;
    }
    core::BootAnswer answer;
    if (step.kind == core::BootStep::Kind::kTryImage && ++tried < slots) {
      answer.image_error = Error::kImageBadChecksum;
    }
    plan.report(answer);
  }
}

// As many rows as a table holds beside its MD5 row, of 4 KiB each.
std::string csv_of_94_rows() {
  std::string text = "# Name, Type, SubType, Offset, Size, Flags\n";
  for (int i = 0; i < 94; ++i) text += fmt::format("data_{}, data, fat, , 0x1000,\n", i);
  return text;
}

int run() {
  Report report("Decisions");
  const core::BootInputs inputs = inputs_with(kSlots);
  if (images_tried(inputs) != kSlots) {
    fmt::print(stderr, "the boot of the benchmark does not try 16 images\n");
    return EXIT_FAILURE;
  }
  report.at_most("boot decision, 16 slots, all tried",
                 nanoseconds_of([&] { static_cast<void>(images_tried(inputs)); }) / 1e3, 5, "us");

  const core::BootInputs two = inputs_with(2);
  report.at_most("boot decision, 2 slots, both tried",
                 nanoseconds_of([&] { static_cast<void>(images_tried(two)); }) / 1e3, 2, "us");

  const std::string csv = csv_of_94_rows();
  formats::PartitionCsvReader reader;
  formats::PartitionRows rows;
  std::array<std::byte, formats::kTableBytes> table{};
  if (!reader.read(bytes_of(csv), {}, rows).ok() || !formats::write_table(rows, true, table).ok()) {
    fmt::print(stderr, "the table of the benchmark is not accepted\n");
    return EXIT_FAILURE;
  }
  const auto as_bootloader = [&] {
    static_cast<void>(formats::read_table_as_bootloader(table, 4U << 20U));
  };
  const auto as_app = [&] { static_cast<void>(formats::read_table_as_app(table)); };
  report.at_most("table of 94 rows, as the bootloader reads", nanoseconds_of(as_bootloader) / 1e3,
                 20, "us");
  report.at_most("table of 94 rows, as an app reads", nanoseconds_of(as_app) / 1e3, 20, "us");
  report.at_most("CSV of 94 rows to a binary table",
                 nanoseconds_of([&] {
                   static_cast<void>(reader.read(bytes_of(csv), {}, rows));
                   static_cast<void>(formats::write_table(rows, true, table));
                 }) / 1e6,
                 1, "ms");
  return report.status();
}

}  // namespace
}  // namespace rota::bench

int main() { return rota::bench::run(); }
