#include "idf/run_app.h"

#include "idf/update_service.h"

extern "C" void app_main(void);

namespace rota::idf {

namespace {

void start_app() {
  update_service().log_rollback_state();
  app_main();
}

}  // namespace

int run_app(Platform& platform) { return run_program(platform, &start_app); }

}  // namespace rota::idf
