// What to send for a request: status, head and body, decided without any I/O but opening the file.
#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>

#include "server/byte_range.h"
#include "server/catalog.h"
#include "server/request.h"

namespace rota::server {

struct Answer {
  int status = 200;
  std::string head;                         // with its empty line
  std::shared_ptr<const std::string> text;  // the body: a text shared by all who ask for it,
  std::optional<OpenedFile> file;           // or `range` of a file, or none
  ByteRange range;
  bool closes = false;      // the connection ends after this answer
  std::string subject;      // for the log: "GET /a.bin"
  std::string explanation;  // for the log, when something was refused
};

// Answers requests from a catalog, which it borrows. Keeps the last listing, so that many readers
// of a large one share its memory.
class Answerer {
 public:
  explicit Answerer(Catalog& catalog) : catalog_(catalog) {}

  Answer answer(const Request& request, std::time_t now);
  static Answer refuse(const BadRequest& bad, std::time_t now);

 private:
  Answer listing(const Request& request, std::time_t now);
  static Answer file_answer(const Request& request, OpenedFile opened, std::time_t now);

  struct Listing {
    std::uint64_t generation = 0;
    std::shared_ptr<const std::string> text;
  };
  Catalog& catalog_;
  Listing page_, json_;
};

}  // namespace rota::server
