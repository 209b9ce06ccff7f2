// The servers of the demo: rota-server as a child process, and a server that stalls on purpose.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/bytes.h"
#include "cli/refusal.h"

namespace rota::cli {

// rota-server on 127.0.0.1 and a port that the system chooses, until the object goes.
class UpdateServer {
 public:
  // Starts `program` for the files in `folder`; its own words go to `log_file`. An empty state
  // folder is the default of the program. Returns when it listens. Refuses with the end of its
  // words when it does not within `patience`.
  static Result<std::unique_ptr<UpdateServer>, Refusal> start(const std::string& program,
                                                              const std::string& folder,
                                                              const std::string& state_folder,
                                                              const std::string& log_file,
                                                              std::chrono::seconds patience,
                                                              bool plain_http = false);
  ~UpdateServer();  // SIGTERM, then waits for it.
  UpdateServer(const UpdateServer&) = delete;
  UpdateServer& operator=(const UpdateServer&) = delete;

  std::string url_of(const std::string& file) const { return base_url_ + "/" + file; }
  const std::string& base_url() const { return base_url_; }
  pid_t process() const { return process_; }
  std::string log() const;  // what it said so far

 private:
  UpdateServer(pid_t process, std::string log_file)
      : process_(process), log_file_(std::move(log_file)) {}

  pid_t process_;
  std::string log_file_;
  std::string base_url_;
};

// Plain HTTP on 127.0.0.1: answers every request with a good head and the first bytes of an image,
// and then sends nothing more. One connection after the other.
class StallingServer {
 public:
  // `first_bytes` of a body that is said to be `total_bytes` long.
  static Result<std::unique_ptr<StallingServer>, Refusal> start(std::string first_bytes,
                                                                std::uint64_t total_bytes);
  ~StallingServer();
  StallingServer(const StallingServer&) = delete;
  StallingServer& operator=(const StallingServer&) = delete;

  std::string url_of(const std::string& file) const;

 private:
  StallingServer() = default;
  void serve();
  void answer(int connection) const;

  std::string head_and_first_bytes_;
  int listener_ = -1;
  int stop_event_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace rota::cli
