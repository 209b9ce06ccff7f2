// A file that is being written beside the one whose place it will take. It is removed when it is
// not finished: by the destructor, and also when a signal ends the program (Ctrl-C, TERM, HUP), so
// that an interrupted command leaves the old file and nothing else.
#pragma once

#include <cstddef>
#include <string>

namespace rota::cli {

class UnfinishedFile {
 public:
  UnfinishedFile() = default;
  UnfinishedFile(UnfinishedFile&& other) noexcept;
  UnfinishedFile& operator=(UnfinishedFile&&) = delete;
  ~UnfinishedFile() { remove(); }

  // A new file "TARGET.XXXXXX", open for reading and writing. Returns its descriptor, which the
  // caller closes, or -1 with errno. At most kMaxUnfinishedFiles at a time are removed by signals.
  int create_beside(const std::string& target);
  bool exists() const { return !path_.empty(); }
  // Renames it to the target. False, with errno: it stays unfinished.
  bool take_place_of(const std::string& target);
  void remove();

 private:
  void forget();

  std::string path_;      // empty: there is none
  std::size_t note_ = 0;  // 1 + where the signal handler finds the path; 0: nowhere
};

inline constexpr std::size_t kMaxUnfinishedFiles = 8;

}  // namespace rota::cli
