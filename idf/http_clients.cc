#include "idf/http_clients.h"

namespace rota::idf {

HttpClients::Wait::Wait(HttpClients& clients, client::Connection& connection)
    : clients_(clients), connection_(connection) {
  const std::lock_guard<std::mutex> lock(clients_.mutex_);
  clients_.waiting_.insert(&connection_);
  if (clients_.is_cancelled_) connection_.cancel();
}

HttpClients::Wait::~Wait() noexcept(false) {
  const std::lock_guard<std::mutex> lock(clients_.mutex_);
  clients_.waiting_.erase(&connection_);
}

void HttpClients::cancel_all() {
  const std::lock_guard<std::mutex> lock(mutex_);
  is_cancelled_ = true;
  for (client::Connection* connection : waiting_) connection->cancel();
}

}  // namespace rota::idf
