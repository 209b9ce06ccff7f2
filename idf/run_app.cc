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

Boot& begin_boot(Platform& platform) { return *new Boot(platform); }

int run_app(Boot& boot) { return boot.run(&start_app); }

}  // namespace rota::idf
