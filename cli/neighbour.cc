#include "cli/neighbour.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace rota::cli {

std::string executable_folder() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (length <= 0) return ".";
  std::string text(path.data(), static_cast<std::size_t>(length));
  return text.substr(0, text.rfind('/'));
}

Result<std::string, Refusal> neighbour_program(const std::string& name) {
  const std::string path = executable_folder() + "/" + name;
  if (access(path.c_str(), X_OK) == 0) return path;
  return refuse(
      fmt::format("the program {} is missing beside rota ({}); run ./dev build, or install it "
                  "together with rota.",
                  name, path));
}

}  // namespace rota::cli
