#include "board/supervisor/line_splitter.h"

#include <algorithm>

namespace rota::board {

void LineSplitter::add(std::string_view bytes, const std::function<void(std::string_view)>& take) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::size_t room = kMaxLineBytes - rest_.size();
    const std::size_t count = std::min(std::min(end, bytes.size()), room);
    rest_ += bytes.substr(0, count);
    bytes.remove_prefix(count);
    const bool is_finished = !bytes.empty() && bytes.front() == '\n';
    if (is_finished) bytes.remove_prefix(1);
    if (!is_finished && rest_.size() < kMaxLineBytes) return;
    finish_line(take);
  }
}

void LineSplitter::finish(const std::function<void(std::string_view)>& take) {
  if (!rest_.empty()) finish_line(take);
}

void LineSplitter::finish_line(const std::function<void(std::string_view)>& take) {
  if (rest_.ends_with('\r')) rest_.pop_back();
  const std::string line = std::move(rest_);
  rest_.clear();  // Before the call: the callee may look at what is unfinished.
  take(line);
}

}  // namespace rota::board
