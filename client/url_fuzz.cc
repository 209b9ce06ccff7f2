// Any bytes as a URL. Invariants:
// - every refusal has a sentence;
// - what is accepted can stand in a request: no spaces, controls or line ends, a target from '/'
// on;
// - what is accepted and written again reads back to the same host, port and target.
#include "base/assert.h"
#include "client/http_exchange.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using rota::client::Url;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = Url::parse(text);
  if (!url.ok()) {
    ROTA_ASSERT(!url.error().sentence.empty());
    return 0;
  }
  ROTA_ASSERT(url->port != 0 && !url->host.empty() && url->target.starts_with('/'));
  for (const char c : url->target + url->authority()) ROTA_ASSERT(c > ' ' && c < 0x7F);
  const auto again =
      Url::parse((url->tls ? "https://" : "http://") + url->authority() + url->target);
  if (url->target.size() > rota::client::kMaxUrlBytes / 3) return 0;  // escaping made it too long
  ROTA_ASSERT(again.ok() && again->port == url->port && again->target == url->target);
  ROTA_ASSERT(again->host == url->host.substr(0, url->host.find('%')));
  return 0;
}
