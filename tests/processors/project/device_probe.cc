// Uses what the update path of a device uses, so that the linker keeps exactly that: the boot plan,
// boot selection, handles, slot writer, and the update conversation. Linked for its size, never
// run.
#include "core/app_update.h"
#include "core/boot_plan.h"
#include "core/boot_selection.h"
#include "core/update_conversation.h"
#include "core/update_settings.h"

namespace rota::core {

extern Flash* volatile port_flash;
extern EFuses* volatile port_efuses;
Flash* volatile port_flash = nullptr;
EFuses* volatile port_efuses = nullptr;

namespace {

void boot(const formats::PartitionRows& rows) {
  BootInputs inputs;
  inputs.table = boot_table_of(rows);
  BootPlan plan(inputs);
  for (;;) {
    const BootStep step = plan.next();
    if (step.kind == BootStep::Kind::kStart || step.kind == BootStep::Kind::kReset) return;
    BootAnswer answer;
    if (step.kind == BootStep::Kind::kTryImage) {
      const auto image =
          verify_image(*port_flash, {}, {step.range, ImageKind::kApp, ImageChecks::kBootloader});
      if (!image) answer.image_error = image.error();
    }
    if (step.kind == BootStep::Kind::kWriteRecord) {
      OtaDataStore store(*port_flash, inputs.table.ota_data, OtaDataWriting::kCutSafe);
      static_cast<void>(store.write(step.sector, step.record));
    }
    plan.report(answer);
  }
}

void update(const formats::PartitionRows& rows) {
  UpdateSettings settings;
  PartitionAccess access(*port_flash, rows, false);
  BootSelection selection(access, *port_efuses, rows[0], settings);
  AppUpdate app_update(access, selection, rows[0], settings);
  UpdateConversation conversation(app_update, selection, access, rows[0], settings, {});
  std::array<std::byte, 1024> buffer{};
  for (;;) {
    switch (conversation.next().kind) {
      case Wish::Kind::kRequest:
        conversation.on_response({200, 1024, -1, -1});
        break;
      case Wish::Kind::kRead:
        conversation.on_bytes(buffer);
        conversation.on_end(true);
        break;
      case Wish::Kind::kComplete:
        static_cast<void>(conversation.finish());
        return;
      case Wish::Kind::kRedirect:
        conversation.on_redirected(true);
        break;
      case Wish::Kind::kAuthorize:
        conversation.on_authorized(true);
        break;
      case Wish::Kind::kFailed:
        static_cast<void>(conversation.abort());
        return;
    }
  }
}

}  // namespace
}  // namespace rota::core

extern "C" void probe() {
  using namespace rota;
  std::array<std::byte, formats::kTableBytes> table{};
  static_cast<void>(core::port_flash->read({formats::kDefaultTableOffset}, table));
  const auto rows = formats::read_table_as_app(table, true);
  if (!rows) return;
  core::boot(*rows);
  core::update(*rows);
  core::UpdateSettings settings;
  core::PartitionAccess access(*core::port_flash, *rows, false);
  core::BootSelection selection(access, *core::port_efuses, (*rows)[0], settings);
  static_cast<void>(selection.confirm());
  static_cast<void>(selection.reject());
}
