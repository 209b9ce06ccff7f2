#include "cli/command_line.h"

#include <algorithm>
#include <charconv>

namespace rota::cli {
namespace {

const OptionSpec* find_option(const CommandSpec& command, std::string_view name) {
  for (const OptionSpec& option : command.options) {
    if (option.name == name || (!option.short_name.empty() && option.short_name == name)) {
      return &option;
    }
  }
  return nullptr;
}

Failed<Refusal> unknown_option(const CommandSpec& command, std::string_view name) {
  std::vector<std::string_view> names;
  for (const OptionSpec& option : command.options) names.push_back(option.name);
  const std::string_view near = nearest(name, names);
  return wrong_use(fmt::format(
      "{} is not an option of rota {}{} See rota {} --help.", printable(name), command.name,
      near.empty() ? std::string(".") : fmt::format("; did you mean {}?", near), command.name));
}

// How many letters must be changed, added or dropped to get from one word to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// One option with its value, taken off the front of `arguments`.
Outcome take_option(const CommandSpec& command,
                    std::span<const std::string_view>& arguments,
                    Invocation& into) {
  std::string_view name = arguments[0];
  arguments = arguments.subspan(1);
  std::optional<std::string_view> value;
  if (const std::size_t equals = name.find('='); name.starts_with("--") && equals != name.npos) {
    value = name.substr(equals + 1);
    name = name.substr(0, equals);
  }
  const OptionSpec* option = find_option(command, name);
  if (option == nullptr) return unknown_option(command, name);
  switch (option->kind) {
    case OptionKind::kSwitch:
      if (value) return wrong_use(fmt::format("{} takes no value.", name));
      value = "";
      break;
    case OptionKind::kOnOff:
      if (!value && !arguments.empty() && (arguments[0] == "on" || arguments[0] == "off")) {
        value = arguments[0];
        arguments = arguments.subspan(1);
      }
      if (!value) value = "on";
      if (*value != "on" && *value != "off") {
        return wrong_use(fmt::format("{} is on or off, not '{}'.", name, printable(*value)));
      }
      break;
    case OptionKind::kValue:
      if (!value) {
        if (arguments.empty()) {
          return wrong_use(fmt::format("{} needs a value: {} {}.", name, name, option->value_name));
        }
        value = arguments[0];
        arguments = arguments.subspan(1);
      }
      break;
  }
  into.given.emplace_back(option->name, *value);
  return {};
}

}  // namespace

bool Invocation::has(std::string_view option) const {
  return std::any_of(given.begin(), given.end(),
                     [&](const auto& one) { return one.first == option; });
}

std::optional<std::string_view> Invocation::value(std::string_view option) const {
  std::optional<std::string_view> found;
  for (const auto& [name, value] : given) {
    if (name == option) found = value;
  }
  return found;
}

std::vector<std::string_view> Invocation::values(std::string_view option) const {
  std::vector<std::string_view> found;
  for (const auto& [name, value] : given) {
    if (name == option) found.push_back(value);
  }
  return found;
}

std::optional<bool> Invocation::on_off(std::string_view option) const {
  const auto text = value(option);
  if (!text) return std::nullopt;
  return *text == "on";
}

Result<std::uint32_t, Refusal> Invocation::number(std::string_view option,
                                                  std::uint32_t otherwise,
                                                  std::uint32_t limit) const {
  const auto text = value(option);
  if (!text) return otherwise;
  const auto number = parse_number(*text);
  if (!number) {
    return wrong_use(fmt::format("{} needs a number such as 4096, 0x1000, 64K or 4MB, not '{}'.",
                                 option, printable(*text)));
  }
  if (*number > limit) {
    return wrong_use(fmt::format("{} may be at most {}, not {}.", option, limit, *number));
  }
  return *number;
}

Result<Invocation, Refusal> match_command_line(const CommandSpec& command,
                                               std::span<const std::string_view> arguments) {
  Invocation invocation;
  invocation.command = &command;
  bool options_ended = false;
  while (!arguments.empty()) {
    const std::string_view argument = arguments[0];
    if (!options_ended && argument == "--") {
      options_ended = true;
      arguments = arguments.subspan(1);
    } else if (!options_ended && argument.size() > 1 && argument[0] == '-') {
      ROTA_TRY(take_option(command, arguments, invocation));
    } else {
      invocation.operands.push_back(argument);
      arguments = arguments.subspan(1);
    }
  }
  if (invocation.operands.size() < command.min_operands) {
    return wrong_use(fmt::format("rota {} needs more: rota {} {}. See rota {} --help.",
                                 command.name, command.name, command.usage, command.name));
  }
  if (invocation.operands.size() > command.max_operands) {
    return wrong_use(fmt::format("'{}' is one too many: rota {} {}. See rota {} --help.",
                                 printable(invocation.operands[command.max_operands]), command.name,
                                 command.usage, command.name));
  }
  return invocation;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint64_t unit = 1;
  const auto drop_suffix = [&](std::string_view upper, std::string_view lower,
                               std::uint64_t bytes) {
    if (unit != 1 || !(text.ends_with(upper) || text.ends_with(lower))) return;
    text.remove_suffix(upper.size());
    unit = bytes;
  };
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) {
    text.remove_prefix(2);
  } else {
    drop_suffix("KB", "kb", 0x400);
    drop_suffix("MB", "mb", 0x100000);
  }
  drop_suffix("K", "k", 0x400);
  drop_suffix("M", "m", 0x100000);
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number, hexadecimal ? 16 : 10);
  if (result.ec != std::errc{} || result.ptr != end || number > 0xFFFFFFFF ||
      number * unit > 0xFFFFFFFF) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(number * unit);
}

std::optional<double> parse_seconds(std::string_view text) {
  if (text.ends_with('s')) text.remove_suffix(1);
  double seconds = 0;
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, seconds);
  if (result.ec != std::errc{} || result.ptr != end || !(seconds >= 0) || seconds > 1e7) {
    return std::nullopt;
  }
  return seconds;
}

std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = std::min<std::size_t>(3, typed.size() / 2 + 1);
  for (const std::string_view candidate : candidates) {
    const std::size_t here = distance(typed.substr(0, 64), candidate);
    if (here < best_distance) {
      best = candidate;
      best_distance = here;
    }
  }
  return best;
}

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result;
  std::size_t at = 0;
  std::string line(indent, ' ');
  const auto end_line = [&] {
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + '\n';
    line.assign(indent, ' ');
  };
  bool line_is_empty = true;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (!line_is_empty && columns(line) + 1 + columns(word) > width) {
      end_line();
      line_is_empty = true;
    }
    if (!word.empty()) {
      if (!line_is_empty) line += ' ';
      line += word;
      line_is_empty = false;
    }
    if (end < text.size() && text[end] == '\n') {
      end_line();
      line_is_empty = true;
    }
    at = end + 1;
  }
  if (!line_is_empty) end_line();
  return result;
}

std::string help_text(const CommandSpec& command) {
  std::string text = fmt::format("rota {}: {}\n\n", command.name, command.summary);
  text += fmt::format("usage: rota {} {}\n\n", command.name, command.usage);
  if (!command.about.empty()) text += wrap(command.about, 0) + "\n";
  if (!command.options.empty()) {
    std::size_t width = 0;
    const auto left_of = [](const OptionSpec& option) {
      std::string left = "  ";
      if (!option.short_name.empty()) left += fmt::format("{}, ", option.short_name);
      left += option.name;
      if (!option.value_name.empty()) left += fmt::format(" {}", option.value_name);
      return left;
    };
    for (const OptionSpec& option : command.options) {
      width = std::max(width, left_of(option).size() + 2);
    }
    for (const OptionSpec& option : command.options) {
      std::string right = wrap(option.text, width);
      const std::string left = left_of(option);
      right.replace(0, left.size(), left);
      text += right;
    }
    text += '\n';
  }
  text += "example:\n" + wrap(command.example, 2);
  return text;
}

}  // namespace rota::cli
