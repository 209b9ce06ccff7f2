// A file of a board, open and mapped as a whole. Owns the descriptor and the mapping; movable.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "board/chip/board_settings.h"

namespace rota::board {

enum class Access : std::uint8_t { kRead, kReadWrite };

class MappedFile {
 public:
  MappedFile() = default;
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  // Maps the whole file. `writable_mapping` = false keeps the mapping read-only although the
  // descriptor may write. Errors: kMissing, kNoPermission, kDamaged (empty), kSystem.
  static Result<MappedFile, BoardProblem> open(const std::string& path,
                                               Access access,
                                               bool writable_mapping);
  // Maps `bytes` of an anonymous file that lives in memory. Errors: kSystem.
  static Result<MappedFile, BoardProblem> in_memory(const char* name, std::size_t bytes);

  // Takes over an open descriptor and maps its whole file. False: it can not be mapped.
  bool adopt(int descriptor, bool writable_mapping);

  int descriptor() const { return descriptor_; }
  std::size_t size() const { return size_; }
  Bytes bytes() const { return {data_, size_}; }
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }

 private:
  bool map(bool is_writable);

  int descriptor_ = -1;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// A problem from errno: "flash.bin can not be opened: no permission; ...".
BoardProblem system_problem(const std::string& what, int error);

}  // namespace rota::board
