// The server of the device stories: a process of its own, so that neither its descriptors nor its
// memory are taken for the device's. It ends with this process.
#pragma once

#include <sys/types.h>

#include <string>

namespace rota::failing {

class FileServer {
 public:
  // Serves the new image of the stories, over HTTP and over HTTPS.
  static FileServer& the_one();

  const std::string& url() const { return url_; }
  const std::string& tls_url() const { return tls_url_; }
  const std::string& authority_pem() const { return authority_pem_; }

  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  ~FileServer();

 private:
  FileServer();

  pid_t process_ = -1;
  std::string url_;
  std::string tls_url_;
  std::string authority_pem_;
};

}  // namespace rota::failing
