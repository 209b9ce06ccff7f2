// esp_console.h over CommandLine, and the lines of linenoise (surface: step 12).
#include "esp_console.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "argtable3/argtable3.h"
#include "esp_log.h"
#include "idf/command_arguments.h"
#include "idf/command_line.h"
#include "idf/config.h"
#include "linenoise/linenoise.h"

using rota::idf::CommandLine;
using rota::idf::runtime;
using rota::idf::Task;

namespace {

constexpr std::size_t kLineBytes = 256;

CommandLine& line() { return runtime().command_line(); }

struct Repl;

// What the program sees of a REPL, and the way back.
struct ReplFace {
  esp_console_repl_t face{};
  Repl* repl = nullptr;
};

struct Repl final : rota::idf::KernelObject {
  ReplFace face;
  std::string prompt;
  std::size_t line_bytes = kLineBytes;
  rota::idf::TaskSettings settings;
  Task* task = nullptr;
};

Repl* repl_of(esp_console_repl_t* face) {
  if (face == nullptr) return nullptr;
  Repl* repl = reinterpret_cast<ReplFace*>(face)->repl;
  return runtime().holds(repl) ? repl : nullptr;
}

void run_line(const char* text) {
  int result = 0;
  switch (esp_console_run(text, &result)) {
    case ESP_ERR_NOT_FOUND:
      std::printf("Unrecognized command\n");
      break;
    case ESP_ERR_INVALID_ARG:  // empty
      break;
    case ESP_OK:
      if (result != ESP_OK) {
        std::printf("Command returned non-zero error code: 0x%x (%s)\n",
                    static_cast<unsigned>(result), esp_err_to_name(result));
      }
      break;
    default:
      std::printf("The command could not be run\n");
  }
}

void read_and_run(const Repl& repl) {
  std::vector<char> text(repl.line_bytes);
  while (true) {
    std::fputs(repl.prompt.c_str(), stdout);
    if (std::fgets(text.data(), static_cast<int>(text.size()), stdin) == nullptr) return;
    text[std::strcspn(text.data(), "\r\n")] = '\0';
    run_line(text.data());
  }
}

esp_err_t stop(Repl& repl) {
  if (repl.task != nullptr) runtime().scheduler().end_task(*repl.task);
  runtime().destroy(&repl);
  return esp_console_deinit();
}

esp_err_t new_repl(const esp_console_repl_config_t* config, esp_console_repl_t** out) {
  if (config == nullptr || out == nullptr) return ESP_ERR_INVALID_ARG;
  esp_console_config_t settings = ESP_CONSOLE_CONFIG_DEFAULT();
  if (config->max_cmdline_length != 0) settings.max_cmdline_length = config->max_cmdline_length;
  const esp_err_t opened = esp_console_init(&settings);
  if (opened != ESP_OK) return opened;
  esp_console_register_help_command();
  Repl* repl = runtime().create<Repl>();
  if (repl == nullptr) return ESP_ERR_NO_MEM;
  repl->face.repl = repl;
  repl->face.face.del = [](esp_console_repl_t* face) {
    Repl* its = repl_of(face);
    return its == nullptr ? ESP_ERR_INVALID_ARG : stop(*its);
  };
  const std::string name =
      config->prompt != nullptr ? config->prompt : std::string(rota::idf::config().target) + ">";
  repl->prompt = name + " ";
  repl->line_bytes = settings.max_cmdline_length + 2;  // its end and a NUL
  repl->settings = {"console_repl", config->task_priority, config->task_stack_size};
  *out = &repl->face.face;
  return ESP_OK;
}

int help(int argc, char** argv) {
  for (const auto& [name, command] : line().commands()) {
    const bool is_wanted = argc < 2 || std::find(argv + 1, argv + argc, name) != argv + argc;
    if (!is_wanted || command.given.help == nullptr) continue;
    std::printf("%s %s\n  %s\n", name.c_str(), command.hint.c_str(), command.help.c_str());
    if (command.given.argtable != nullptr) {
      arg_print_glossary(stdout, static_cast<void**>(command.given.argtable), "  %12s  %s\n");
    }
    std::printf("\n");
  }
  return 0;
}

}  // namespace

namespace rota::idf {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char letter = text[i];
    if (!in_quotes && (letter == ' ' || letter == '\t')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (letter == '"') {
      in_quotes = !in_quotes;
      continue;
    }
    if (letter == '\\' && i + 1 < text.size()) letter = text[++i];
    words.back() += letter;
  }
  return words;
}

}  // namespace rota::idf

extern "C" {

esp_err_t esp_console_init(const esp_console_config_t* config) {
  if (config == nullptr || config->max_cmdline_length == 0 || config->max_cmdline_args == 0) {
    return ESP_ERR_INVALID_ARG;
  }
  if (line().is_open) return ESP_ERR_INVALID_STATE;
  line().is_open = true;
  line().settings = *config;
  return ESP_OK;
}

esp_err_t esp_console_deinit(void) {
  if (!line().is_open) return ESP_ERR_INVALID_STATE;
  line().is_open = false;
  line().commands().clear();
  return ESP_OK;
}

esp_err_t esp_console_cmd_register(const esp_console_cmd_t* cmd) {
  if (cmd == nullptr || cmd->command == nullptr || *cmd->command == '\0' ||
      std::strchr(cmd->command, ' ') != nullptr ||
      (cmd->func == nullptr) == (cmd->func_w_context == nullptr)) {
    return ESP_ERR_INVALID_ARG;
  }
  CommandLine::Command command{*cmd, cmd->help == nullptr ? "" : cmd->help, ""};
  if (cmd->hint != nullptr) {
    command.hint = cmd->hint;
  } else if (cmd->argtable != nullptr) {
    command.hint = rota::idf::argument_syntax(static_cast<void**>(cmd->argtable));
  }
  line().commands()[cmd->command] = std::move(command);
  return ESP_OK;
}

esp_err_t esp_console_cmd_deregister(const char* cmd_name) {
  if (cmd_name == nullptr) return ESP_ERR_INVALID_ARG;
  return line().commands().erase(cmd_name) > 0 ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_console_run(const char* cmdline, int* cmd_ret) {
  if (!line().is_open) return ESP_ERR_INVALID_STATE;
  if (cmdline == nullptr || cmd_ret == nullptr) return ESP_ERR_INVALID_ARG;
  std::vector<std::string> words =
      rota::idf::words_of(std::string_view(cmdline).substr(0, line().settings.max_cmdline_length));
  if (words.empty()) return ESP_ERR_INVALID_ARG;
  if (words.size() > line().settings.max_cmdline_args) {
    words.resize(line().settings.max_cmdline_args);
  }
  const auto found = line().commands().find(words[0]);
  if (found == line().commands().end()) return ESP_ERR_NOT_FOUND;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const auto count = static_cast<int>(words.size());
  const esp_console_cmd_t command = found->second.given;  // it may remove itself
  *cmd_ret = command.func_w_context != nullptr
                 ? command.func_w_context(command.context, count, arguments.data())
                 : command.func(count, arguments.data());
  return ESP_OK;
}

size_t esp_console_split_argv(char* text, char** argv, size_t argv_size) {
  if (text == nullptr || argv == nullptr || argv_size == 0) return 0;
  const std::vector<std::string> words = rota::idf::words_of(text);
  const std::size_t count = std::min(words.size(), argv_size - 1);
  // The words are never longer than what they were cut from.
  for (std::size_t i = 0; i < count; ++i) {
    argv[i] = text;
    std::memcpy(text, words[i].c_str(), words[i].size() + 1);
    text += words[i].size() + 1;
  }
  argv[count] = nullptr;
  return count;
}

esp_err_t esp_console_register_help_command(void) {
  esp_console_cmd_t command{};
  command.command = "help";
  command.help = "Print the list of registered commands";
  command.func = help;
  return esp_console_cmd_register(&command);
}

const char* esp_console_get_hint(const char* buf, int* color, int* bold) {
  const auto found = buf == nullptr ? line().commands().end() : line().commands().find(buf);
  if (found == line().commands().end() || found->second.hint.empty()) return nullptr;
  if (color != nullptr) *color = line().settings.hint_color;
  if (bold != nullptr) *bold = line().settings.hint_bold;
  return found->second.hint.c_str();
}

esp_err_t esp_console_new_repl_uart(const esp_console_dev_uart_config_t*,
                                    const esp_console_repl_config_t* repl_config,
                                    esp_console_repl_t** ret_repl) {
  return new_repl(repl_config, ret_repl);
}

esp_err_t esp_console_new_repl_usb_cdc(const esp_console_dev_usb_cdc_config_t*,
                                       const esp_console_repl_config_t* repl_config,
                                       esp_console_repl_t** ret_repl) {
  return new_repl(repl_config, ret_repl);
}

esp_err_t esp_console_new_repl_usb_serial_jtag(const esp_console_dev_usb_serial_jtag_config_t*,
                                               const esp_console_repl_config_t* repl_config,
                                               esp_console_repl_t** ret_repl) {
  return new_repl(repl_config, ret_repl);
}

esp_err_t esp_console_start_repl(esp_console_repl_t* face) {
  Repl* repl = repl_of(face);
  if (repl == nullptr) return ESP_ERR_INVALID_ARG;
  if (repl->task != nullptr) return ESP_ERR_INVALID_STATE;
  std::printf("\nType 'help' to get the list of commands.\n");
  repl->task = runtime().scheduler().create(repl->settings, [repl] {
    read_and_run(*repl);
    repl->task = nullptr;
  });
  return repl->task == nullptr ? ESP_FAIL : ESP_OK;
}

esp_err_t esp_console_stop_repl(esp_console_repl_t* face) {
  Repl* repl = repl_of(face);
  return repl == nullptr ? ESP_ERR_INVALID_ARG : stop(*repl);
}

// ---- linenoise ----

char* linenoise(const char* prompt) {
  if (prompt != nullptr) std::fputs(prompt, stdout);
  const auto text = std::make_unique<char[]>(kLineBytes * 16);
  if (std::fgets(text.get(), kLineBytes * 16, stdin) == nullptr) return nullptr;
  text[std::strcspn(text.get(), "\r\n")] = '\0';
  return ::strdup(text.get());
}

}  // extern "C"
