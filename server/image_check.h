// Is an app image in a file whole? Structure, checksum and appended digest (spec 4.1-4.4), as a
// device will check them, by reading the file piece by piece. Whether one chip may run it is the
// device's question, not the server's.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace rota::server {

struct ImageVerdict {
  bool is_whole = false;
  std::string problem;            // when not: what is wrong and what to do, in one sentence
  std::uint64_t image_bytes = 0;  // with checksum and digest; more may follow: a signature
  bool has_digest = false;
  bool is_native = false;  // a Rota native payload among the segments
};

// `file` is open for reading; its position is left alone. Reads at most `file_bytes`.
ImageVerdict check_image(int file, std::uint64_t file_bytes);

}  // namespace rota::server
