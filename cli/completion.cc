// rota completion: scripts that let a shell complete commands, options and files.
#include <array>
#include <map>
#include <vector>

#include "cli/commands.h"
#include "cli/dispatch.h"

namespace rota::cli {
namespace {

// "table" -> "show build diff plan"; commands of one word have no entry.
std::map<std::string, std::string> groups() {
  std::map<std::string, std::string> found;
  for (const CommandSpec* command : all_commands()) {
    const std::size_t space = command->name.find(' ');
    if (space == std::string_view::npos) continue;
    std::string& verbs = found[std::string(command->name.substr(0, space))];
    verbs += (verbs.empty() ? "" : " ") + std::string(command->name.substr(space + 1));
  }
  return found;
}

std::string first_words() {
  std::vector<std::string> words{"help"};
  for (const CommandSpec* command : all_commands()) {
    std::string word(command->name.substr(0, command->name.find(' ')));
    if (words.back() != word) words.push_back(std::move(word));
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string options_of(const CommandSpec& command) {
  std::string text = "--help";
  for (const OptionSpec& option : command.options) text += " " + std::string(option.name);
  return text;
}

std::string bash_script() {
  std::string text =
      "# rota completion for bash: eval \"$(rota completion bash)\"\n"
      "_rota() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]}\n"
      "  if [ \"$COMP_CWORD\" = 1 ]; then\n";
  text += fmt::format("    COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n    return\n  fi\n",
                      first_words());
  text += "  if [ \"$COMP_CWORD\" = 2 ]; then\n    case ${COMP_WORDS[1]} in\n";
  for (const auto& [group, verbs] : groups()) {
    text += fmt::format("      {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n", group,
                        verbs);
  }
  text += "    esac\n  fi\n  local options=\n  case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n";
  for (const CommandSpec* command : all_commands()) {
    const bool is_alone = command->name.find(' ') == std::string_view::npos;
    text += fmt::format("    '{}'{}) options='{}' ;;\n", command->name, is_alone ? "\\ *" : "",
                        options_of(*command));
  }
  text +=
      "  esac\n"
      "  case $word in\n"
      "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
      "  esac\n"
      "}\n"
      "complete -o filenames -F _rota rota\n";
  return text;
}

std::string zsh_script() {
  return "# rota completion for zsh: eval \"$(rota completion zsh)\"\n"
         "autoload -Uz bashcompinit && bashcompinit\n" +
         bash_script();
}

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("\\'") : std::string(1, c);
  return result + "'";
}

std::string fish_script() {
  std::string text = "# rota completion for fish: rota completion fish | source\n";
  text += fmt::format("complete -c rota -n __fish_use_subcommand -f -a '{}'\n", first_words());
  for (const CommandSpec* command : all_commands()) {
    const std::size_t space = command->name.find(' ');
    const std::string group(command->name.substr(0, space));
    std::string condition = fmt::format("__fish_seen_subcommand_from {}", group);
    if (space != std::string_view::npos) {
      const std::string verb(command->name.substr(space + 1));
      text += fmt::format("complete -c rota -n '{}' -f -a {} -d {}\n", condition, verb,
                          quoted(command->summary));
      condition += fmt::format("; and __fish_seen_subcommand_from {}", verb);
    }
    for (const OptionSpec& option : command->options) {
      text +=
          fmt::format("complete -c rota -n '{}' -l {}{} -d {}\n", condition, option.name.substr(2),
                      option.kind == OptionKind::kValue ? " -r" : "", quoted(option.text));
    }
  }
  return text;
}

Outcome run(const Invocation& invocation) {
  const std::string_view shell = invocation.operands[0];
  if (shell != "bash" && shell != "zsh" && shell != "fish")
    return wrong_use("the shells are bash, zsh and fish.");
  invocation.console->write(shell == "bash"  ? bash_script()
                            : shell == "zsh" ? zsh_script()
                                             : fish_script());
  return {};
}

}  // namespace

constinit const CommandSpec kCompletion{
    .name = "completion",
    .summary = "print a script that completes rota's commands in your shell",
    .usage = "bash|zsh|fish",
    .about = "Put the line of the example into your shell's start-up file.",
    .example = "eval \"$(rota completion bash)\"",
    .options = {},
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
