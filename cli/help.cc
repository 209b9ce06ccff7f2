#include "cli/help.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/dispatch.h"
#include "cli/input_file.h"

namespace rota::cli {
namespace {

struct Topic {
  std::string_view name;
  std::string_view text;
};

constexpr std::array kTopics = {
    Topic{"exit-status",
          "0: done, or the answer is yes. 1: the answer is no, or it could not be done; standard "
          "error says why and "
          "what to do. 2: the command line makes no sense. Commands that judge (why, image verify, "
          "doctor, image "
          "diff, flash compare) answer with 0 and 1, so that scripts need not read their text."},
    Topic{"files",
          "Where a flash dump is expected, a board folder will do, and - is standard input or "
          "output. Dumps are read "
          "piece by piece. A command that changes a dump writes a copy beside it, which takes its "
          "place when it is "
          "whole: an interrupted command leaves the old file. Files that exist are kept unless "
          "--force is given; "
          "what a build makes anew (table build, image pack, image from-elf, flash merge) replaces "
          "its own output."},
    Topic{"numbers",
          "4096, 0x1000, 4K, 4KB, 1M and 4MB are numbers wherever one is wanted; K is 1024."},
    Topic{"places",
          "A place in a flash is a partition's name (ota_0), its type and subtype (data/nvs), boot "
          "(factory, else the "
          "lowest slot), an address (0x9000: up to the end of its partition), or a range "
          "(0x9000:0x1000)."},
    Topic{"rollback",
          "An update is written to the other slot, and OTA data record it as NEW. A bootloader "
          "that was built with "
          "rollback starts it once, on trial (PENDING_VERIFY). If the app confirms itself "
          "(esp_ota_mark_app_valid_cancel_rollback) it is VALID; if the board restarts before "
          "that, the bootloader "
          "gives it up (ABORTED) and starts the previous image. A bootloader without rollback "
          "starts a NEW image "
          "again and again, whatever it does: rota why and rota doctor say which kind a flash has, "
          "as far as it "
          "tells."},
    Topic{"originals",
          "Linked or installed under the names gen_esp32part, parttool or otatool (with or without "
          ".py), rota takes "
          "the command lines of ESP-IDF's tools. What they do over a serial port, it does on a "
          "flash dump or board "
          "that stands in place of the port: parttool --port dump.bin read_partition -n nvs "
          "--output nvs.bin."},
};

void print_error(Console& console, const ErrorText& entry) {
  console.print("{} {}\n", static_cast<unsigned>(entry.code), console.ink(Ink::kBold, entry.name));
  console.write(wrap(fmt::format("{} {} {}", entry.what, entry.cause, entry.next), 4));
}

ExitStatus print_catalogue(Console& console) {
  for (const ErrorText& entry : error_catalogue()) print_error(console, entry);
  return ExitStatus::kDone;
}

const ErrorText* find_error(std::string_view word) {
  unsigned number = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool is_number = parsed.ec == std::errc{} && parsed.ptr == word.data() + word.size();
  for (const ErrorText& entry : error_catalogue()) {
    if (entry.name == word || (is_number && static_cast<unsigned>(entry.code) == number))
      return &entry;
  }
  return nullptr;
}

// Text for troff: a backslash, and a dot or quote at the start of a line, mean something there.
std::string troff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool at_line_start = result.empty() || result.back() == '\n';
    if (at_line_start && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  return result;
}

std::string page_name(const CommandSpec& command) {
  std::string name = "rota-" + std::string(command.name);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string header_of(std::string_view name, std::string_view summary) {
  return fmt::format(".TH {} 1 \"\" \"rota\" \"rota manual\"\n.SH NAME\n{} \\- {}\n", troff(name),
                     troff(name), troff(summary));
}

std::string man_page(const CommandSpec& command) {
  std::string text = header_of(page_name(command), command.summary);
  text += ".SH SYNOPSIS\n.nf\n" + troff(fmt::format("rota {} {}", command.name, command.usage)) +
          "\n.fi\n";
  if (!command.about.empty()) text += ".SH DESCRIPTION\n" + troff(command.about) + "\n";
  if (!command.options.empty()) text += ".SH OPTIONS\n";
  for (const OptionSpec& option : command.options) {
    std::string left(option.name);
    if (!option.short_name.empty()) left.insert(0, std::string(option.short_name) + ", ");
    if (!option.value_name.empty()) left += " " + std::string(option.value_name);
    text += ".TP\n.B ";
    text += troff(left) + "\n";
    text += troff(option.text) + "\n";
  }
  text += ".SH EXAMPLE\n.nf\n" + troff(command.example) + "\n.fi\n";
  return text + ".SH SEE ALSO\n.BR rota (1)\n";
}

std::string man_overview() {
  std::string text = header_of("rota", "over-the-air firmware update for ESP32-class devices");
  text += ".SH SYNOPSIS\n.B rota\n" + troff("COMMAND [OPTIONS]") + "\n.SH COMMANDS\n";
  for (const CommandSpec* command : all_commands()) {
    text +=
        fmt::format(".TP\n.BR {} (1)\n{}\n", troff(page_name(*command)), troff(command->summary));
  }
  for (const Topic& topic : kTopics) {
    std::string title(topic.name);
    std::transform(title.begin(), title.end(), title.begin(), [](char c) {
      return c == '-' ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    text += fmt::format(".SH {}\n{}\n", title, troff(topic.text));
  }
  return text;
}

ExitStatus write_pages(std::string_view folder, Console& console) {
  const std::string path(folder);
  Outcome written;
  if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    written = refuse(system_sentence("make the folder", path, errno));
  }
  const auto write = [&](const std::string& name, const std::string& text) {
    if (written.ok())
      written = write_file(path + "/" + name + ".1", bytes_of(text), FileContent::kText);
  };
  write("rota", man_overview());
  for (const CommandSpec* command : all_commands()) write(page_name(*command), man_page(*command));
  if (written.ok()) return ExitStatus::kDone;
  console.write_error(wrap("rota help: " + written.error().sentence, 0));
  return written.error().status;
}

}  // namespace

std::string topic_names() {
  std::string names = "errors";
  for (const Topic& topic : kTopics) names += ", " + std::string(topic.name);
  return names;
}

ExitStatus print_help_topic(std::span<const std::string_view> words, Console& console) {
  if (words.size() == 2 && words[0] == "--man-pages") return write_pages(words[1], console);
  if (words.size() == 1 && words[0] == "errors") return print_catalogue(console);
  if (words.size() == 1) {
    for (const Topic& topic : kTopics) {
      if (topic.name != words[0]) continue;
      console.write(wrap(topic.text, 0));
      return ExitStatus::kDone;
    }
    if (const ErrorText* entry = find_error(words[0])) {
      print_error(console, *entry);
      return ExitStatus::kDone;
    }
  }
  console.write_error(
      wrap(fmt::format("rota help: '{}' is neither a command, nor an error's name or number, nor a "
                       "topic; the topics are {}.",
                       printable(words[0]), topic_names()),
           0));
  return ExitStatus::kWrongUse;
}

}  // namespace rota::cli
