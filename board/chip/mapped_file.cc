#include "board/chip/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace rota::board {

using Kind = BoardProblem::Kind;

BoardProblem system_problem(const std::string& what, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {Kind::kMissing, what + ": it does not exist; check the path"};
    case EACCES:
    case EPERM:
      return {Kind::kNoPermission,
              what + ": no permission; check who owns it, or use a folder of your own"};
    case EROFS:
      return {Kind::kNoPermission, what + ": the file system is read-only; use another folder"};
    case ENOSPC:
    case EDQUOT:
      return {Kind::kDiskFull, what + ": the disk is full; make room, or use another folder"};
    default:
      return {Kind::kSystem, what + ": " + std::strerror(error)};
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Result<MappedFile, BoardProblem> MappedFile::open(const std::string& path,
                                                  Access access,
                                                  bool writable_mapping) {
  MappedFile file;
  const bool may_write = access == Access::kReadWrite;
  file.descriptor_ = ::open(path.c_str(), (may_write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  if (file.descriptor_ < 0) return system_problem(path + " can not be opened", errno);
  struct stat facts {};
  if (::fstat(file.descriptor_, &facts) != 0) return system_problem(path, errno);
  if (!S_ISREG(facts.st_mode) || facts.st_size <= 0) {
    return BoardProblem{Kind::kDamaged, path +
                                            " is damaged: it is empty or not a plain file; "
                                            "restore it from a copy, or make a new board"};
  }
  if (!file.map(may_write && writable_mapping)) {
    return system_problem(path + " can not be mapped", errno);
  }
  return file;
}

Result<MappedFile, BoardProblem> MappedFile::in_memory(const char* name, std::size_t bytes) {
  MappedFile file;
  file.descriptor_ = ::memfd_create(name, MFD_CLOEXEC);
  if (file.descriptor_ < 0 || ::ftruncate(file.descriptor_, static_cast<off_t>(bytes)) != 0) {
    return system_problem("no memory for the board", errno);
  }
  if (!file.map(true)) return system_problem("no memory for the board", errno);
  return file;
}

bool MappedFile::adopt(int descriptor, bool writable_mapping) {
  descriptor_ = descriptor;
  return map(writable_mapping);
}

bool MappedFile::map(bool is_writable) {
  struct stat facts {};
  if (::fstat(descriptor_, &facts) != 0 || facts.st_size <= 0) return false;
  const auto bytes = static_cast<std::size_t>(facts.st_size);
  const int protection = is_writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void* mapped = ::mmap(nullptr, bytes, protection, MAP_SHARED, descriptor_, 0);
  if (mapped == MAP_FAILED) return false;
  data_ = static_cast<std::byte*>(mapped);
  size_ = bytes;
  return true;
}

}  // namespace rota::board
