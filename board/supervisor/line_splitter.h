// Cuts a console's bytes into lines. Keeps the unfinished rest, up to kMaxLineBytes: a longer line
// is handed out in pieces, so that an app that never ends its line takes no memory.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rota::board {

class LineSplitter {
 public:
  static constexpr std::size_t kMaxLineBytes = 4096;

  // Calls `take` with each finished line, without "\n" or "\r\n".
  void add(std::string_view bytes, const std::function<void(std::string_view)>& take);
  // Hands out the rest, if any: no more bytes will come.
  void finish(const std::function<void(std::string_view)>& take);
  // What has come of a line that is not finished: a prompt, for example.
  std::string_view unfinished() const { return rest_; }

 private:
  void finish_line(const std::function<void(std::string_view)>& take);

  std::string rest_;
};

}  // namespace rota::board
