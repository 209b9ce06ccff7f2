// The folder that holds the server's private keys: the user's own, mode 0700, its secret files
// 0600, never under a folder that is served. Every file is written whole and put in place by
// rename, so that a reader, a power cut or a full disk never meets half a file.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "net/descriptor.h"
#include "server/refusal.h"

namespace rota::server {

// $ROTA_STATE_DIR, else $XDG_STATE_HOME/rota, else ~/.local/state/rota.
Result<std::string, Refusal> default_state_folder();

class StateFolder {
 public:
  // Creates the folder where it is missing. Refuses when it lies inside `served_root` (which may be
  // empty), can not be created, or is no folder.
  static Result<StateFolder, Refusal> open(const std::string& path, const std::string& served_root);

  const std::string& path() const { return path_; }
  std::string path_of(std::string_view file) const { return path_ + "/" + std::string(file); }

  // Held until the descriptor goes. Waits while another process holds it; refuses after `patience`
  // and names that process.
  Result<net::Descriptor, Refusal> lock(std::chrono::milliseconds patience) const;

  // nullopt: there is no such file. A secret file that others may read is made private first.
  Result<std::optional<std::string>, Refusal> read(std::string_view file, bool is_secret) const;
  Outcome write(std::string_view file, std::string_view content, bool is_secret) const;

 private:
  explicit StateFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace rota::server
