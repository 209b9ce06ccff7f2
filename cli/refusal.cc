#include "cli/refusal.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace rota::cli {

std::string sentence_of(std::string_view subject, Error error) {
  const ErrorText& text = describe(error);
  return fmt::format("{}: {} {} {}", subject, text.what, text.cause, text.next);
}

std::string system_sentence(std::string_view what, std::string_view path, int error_number) {
  const char* next = "";
  switch (error_number) {
    case ENOENT:
      next = "check the path";
      break;
    case EACCES:
    case EPERM:
      next = "check owner and mode of the file and its folder";
      break;
    case ENOSPC:
    case EDQUOT:
      next = "free some space and try again";
      break;
    case EFBIG:
      next = "the file may not become that large here (ulimit -f); raise the limit";
      break;
    case EISDIR:
      next = "name a file, not a folder";
      break;
    case ENOTDIR:
      next = "a part of the path is a file, not a folder";
      break;
    case EROFS:
      next = "choose a place that can be written";
      break;
    case EMFILE:
    case ENFILE:
      next = "too many files are open on this machine";
      break;
    default:
      next = "check the disk and the path";
      break;
  }
  return fmt::format("cannot {} {}: {}; {}.", what, path, std::strerror(error_number), next);
}

}  // namespace rota::cli
