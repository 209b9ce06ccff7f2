// The commands of the program and the task that reads them from the console (esp_console.h).
//
// Thread use: by the task that has the baton.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "esp_console.h"
#include "idf/runtime.h"

namespace rota::idf {

class CommandLine {
 public:
  struct Command {
    esp_console_cmd_t given{};
    std::string help;
    std::string hint;
  };

  bool is_open = false;
  esp_console_config_t settings{};

  std::map<std::string, Command>& commands() { return commands_; }

 private:
  std::map<std::string, Command> commands_;  // by name
};

// The words of a line, as the chip's console cuts it.
std::vector<std::string> words_of(std::string_view line);

}  // namespace rota::idf
