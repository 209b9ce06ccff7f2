// What a boot decides and reads, beside its limits: the decision without its images, a partition
// table, and a table from its CSV.
#include <array>
#include <string>

#include "bench/report.h"
#include "core/boot_plan.h"
#include "formats/partition_csv.h"
#include "formats/partition_table.h"
#include "formats/predefined_tables.h"

namespace rota::bench {
namespace {

using formats::PartitionRows;

// A factory image and these slots; both records are usable and the newest image is refused, so that
// the decision goes on to a second candidate.
core::BootInputs inputs_with_slots(std::uint32_t slots) {
  core::BootInputs inputs;
  inputs.table.ota_data = {{0xD000}, 0x2000};
  inputs.table.factory = {{0x10000}, 0x10000};
  inputs.table.slot_count = slots;
  for (std::uint32_t i = 0; i < slots; ++i) {
    inputs.table.slots[i] = {{0x20000 + i * 0x10000}, 0x10000};
  }
  inputs.settings.rollback = true;
  for (std::uint32_t sector = 0; sector < 2; ++sector) {
    formats::OtaRecord& record = inputs.records[sector];
    record.sequence = slots - 1 + sector;
    record.state = sector == 0 ? formats::OtaState::kValid : formats::OtaState::kNew;
    record.check = formats::ota_check(record.sequence);
  }
  return inputs;
}

// The whole decision; images are refused up to the last candidate, which starts.
void decide(const core::BootInputs& inputs, std::uint32_t refused) {
  core::BootPlan plan(inputs);
  for (std::uint32_t tried = 0;;) {
    const core::BootStep step = plan.next();
    if (step.kind == core::BootStep::Kind::kStart) return;
    core::BootAnswer answer;
    if (step.kind == core::BootStep::Kind::kTryImage && tried++ < refused) {
      answer.image_error = Error::kImageBadDigest;
    }
    plan.report(answer);
  }
}

void bench_decisions(Report& report) {
  const core::BootInputs two = inputs_with_slots(2);
  report.at_most("boot decision, 2 slots", nanoseconds_of([&] { decide(two, 1); }) / 1000, 2, "us");
  const core::BootInputs sixteen = inputs_with_slots(16);
  report.at_most("boot decision, 16 slots, the last one starts",
                 nanoseconds_of([&] { decide(sixteen, 16); }) / 1000, 5, "us");
}

PartitionRows full_table() {
  PartitionRows rows;
  for (std::uint32_t i = 0; i < 94; ++i) {
    formats::PartitionRow row;
    row.type = formats::PartitionType::kData;
    row.subtype = formats::kDataUndefined;
    row.offset = 0x9000 + i * 0x1000;
    row.size = 0x1000;
    const std::string label = "data_" + std::to_string(i);
    label.copy(row.label_storage.data(), 16);
    if (!rows.push_back(row)) break;
  }
  return rows;
}

void bench_tables(Report& report) {
  std::array<std::byte, formats::kTableBytes> bytes{};
  if (!formats::write_table(full_table(), true, bytes).ok()) return;
  std::size_t rows_read = 0;
  report.at_most("read and verify a table of 94 rows",
                 nanoseconds_of([&] {
                   const auto rows = formats::read_table_as_bootloader(bytes, 4U << 20U);
                   rows_read = rows.ok() ? rows->size() : 0;
                 }) / 1000,
                 20, "us");
  if (rows_read != 94) report.note("the table was not read whole", std::to_string(rows_read));

  const std::string_view csv = formats::find_predefined_table("two_ota")->csv;
  formats::PartitionCsvReader reader;
  PartitionRows rows;
  report.at_most("CSV to binary table, two_ota",
                 nanoseconds_of([&] {
                   if (!reader.read(bytes_of(csv), {}, rows).ok()) return;
                   static_cast<void>(formats::write_table(rows, true, bytes));
                 }) / 1000,
                 1000, "us");
}

}  // namespace
}  // namespace rota::bench

int main() {
  rota::bench::Report report("boot decision and partition tables");
  rota::bench::bench_decisions(report);
  rota::bench::bench_tables(report);
  return report.status();
}
