#include "idf/http_clients.h"

namespace rota::idf {

void HttpClients::cancel_all() {}

}  // namespace rota::idf
