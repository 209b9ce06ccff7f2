#include "cli/help.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "cli/command_line.h"
#include "cli/dispatch.h"
#include "cli/error_catalogue.h"
#include "cli/input_file.h"

namespace rota::cli {
namespace {

struct Topic {
  std::string_view name;
  std::string_view text;
};

constexpr std::array kTopics = {
    Topic{"language",
          "rota help ERROR and rota help errors answer in Chinese with --language zh, or when "
          "LC_ALL, "
          "LC_MESSAGES or LANG (the first that is set) is a Chinese locale in UTF-8, such as "
          "zh_CN.UTF-8; --language en brings English back. Everything else is in English. The same "
          "texts are the pages docs/errors.md and docs/errors.zh-CN.md."},
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

void print_entry(Console& console, const CatalogueEntry& entry, Language language) {
  const std::string_view space = entry.number.empty() ? "" : " ";
  console.print("{}{}{}\n", entry.number, space, console.ink(Ink::kBold, entry.name));
  const Explanation& text = entry.in(language);
  if (language == Language::kChinese) {
    console.write(wrap_chinese(fmt::format("{}{}{}", text.what, text.cause, text.next), 4));
  } else {
    console.write(wrap(fmt::format("{} {} {}", text.what, text.cause, text.next), 4));
  }
}

ExitStatus print_catalogue(Console& console, Language language) {
  for (const CatalogueGroup& group : read_catalogue()) {
    for (const CatalogueEntry& entry : group.entries) print_entry(console, entry, language);
  }
  return ExitStatus::kDone;
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

// A folder of pages: made when it is missing; pages of the same names are replaced.
class PageFolder {
 public:
  explicit PageFolder(std::string_view path) : path_(path) {
    if (mkdir(path_.c_str(), 0777) != 0 && errno != EEXIST) {
      written_ = refuse(system_sentence("make the folder", path_, errno));
    }
  }
  void write(const std::string& name, const std::string& text) {
    if (written_.ok())
      written_ = write_file(path_ + "/" + name, bytes_of(text), FileContent::kText);
  }
  ExitStatus finish(Console& console) const {
    if (written_.ok()) return ExitStatus::kDone;
    console.write_error(wrap("rota help: " + written_.error().sentence, 0));
    return written_.error().status;
  }

 private:
  std::string path_;
  Outcome written_;
};

ExitStatus write_man_pages(std::string_view folder, Console& console) {
  PageFolder pages(folder);
  pages.write("rota.1", man_overview());
  for (const CommandSpec* command : all_commands())
    pages.write(page_name(*command) + ".1", man_page(*command));
  return pages.finish(console);
}

ExitStatus write_error_pages(std::string_view folder, Console& console) {
  PageFolder pages(folder);
  const auto groups = read_catalogue();
  pages.write("errors.md", catalogue_page(groups, Language::kEnglish));
  pages.write("errors.zh-CN.md", catalogue_page(groups, Language::kChinese));
  return pages.finish(console);
}

// Takes --language WORD or --language=WORD out of the words; wrong use for a word that is none.
Result<Language, Refusal> take_language(std::vector<std::string_view>& words) {
  constexpr std::string_view kOption = "--language";
  const auto option = std::find_if(words.begin(), words.end(), [&](std::string_view word) {
    return word == kOption || word.starts_with("--language=");
  });
  if (option == words.end()) return language_of_environment();
  const bool is_joined = *option != kOption;
  const bool has_word = is_joined || option + 1 != words.end();
  const std::string_view word = is_joined  ? option->substr(kOption.size() + 1)
                                : has_word ? *(option + 1)
                                           : std::string_view();
  const auto language = language_of(word);
  if (!language) return wrong_use("rota help: --language is followed by en or zh.");
  words.erase(option, option + (is_joined ? 1 : 2));
  return *language;
}

ExitStatus explain_word(std::string_view word, Language language, Console& console) {
  if (word == "errors") return print_catalogue(console, language);
  for (const Topic& topic : kTopics) {
    if (topic.name != word) continue;
    console.write(wrap(topic.text, 0));
    return ExitStatus::kDone;
  }
  const auto groups = read_catalogue();
  const auto entries = find_in_catalogue(groups, word);
  for (const CatalogueEntry* entry : entries) print_entry(console, *entry, language);
  if (!entries.empty()) return ExitStatus::kDone;
  std::vector<std::string_view> names;
  for (const CatalogueGroup& group : groups)
    for (const CatalogueEntry& entry : group.entries) names.push_back(entry.name);
  const std::string_view near = nearest(word, names);
  console.write_error(
      wrap(fmt::format("rota help: '{}' is neither a command, nor an error's name or number, nor a "
                       "topic{}; the topics are {}.",
                       printable(word),
                       near.empty() ? std::string() : fmt::format(" (did you mean {}?)", near),
                       topic_names()),
           0));
  return ExitStatus::kWrongUse;
}

}  // namespace

std::string topic_names() {
  std::string names = "errors";
  for (const Topic& topic : kTopics) names += ", " + std::string(topic.name);
  return names;
}

ExitStatus print_help_topic(std::span<const std::string_view> arguments, Console& console) {
  if (arguments.size() == 2 && arguments[0] == "--man-pages")
    return write_man_pages(arguments[1], console);
  if (arguments.size() == 2 && arguments[0] == "--error-pages")
    return write_error_pages(arguments[1], console);
  std::vector<std::string_view> words(arguments.begin(), arguments.end());
  const auto language = take_language(words);
  if (!language) {
    console.write_error(wrap(language.error().sentence, 0));
    return language.error().status;
  }
  return explain_word(words.empty() ? "errors" : words[0], *language, console);
}

}  // namespace rota::cli
