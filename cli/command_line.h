// What a person typed, matched against what a command understands.
//
// A command is one constant CommandSpec: name, options, help text, function. Our own matcher and
// not a library's: specs are constant data, so starting costs nothing, and each refusal can say
// what to type instead. Nothing here prints; the dispatcher (cli/dispatch.cc) does.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/console.h"
#include "cli/refusal.h"

namespace rota::cli {

enum class OptionKind : std::uint8_t {
  kSwitch,  // --json
  kValue,   // --offset N, --offset=N; given again, the last one counts (values() has all)
  kOnOff,   // --rollback on, --rollback off, --rollback alone = on
};

struct OptionSpec {
  std::string_view name;        // "--offset"
  std::string_view value_name;  // "N": for the help text
  std::string_view text;
  OptionKind kind = OptionKind::kValue;
  std::string_view short_name = {};  // "-o"
};

// Commands that print facts have it.
inline constexpr OptionSpec kJsonOption{"--json", "", "Print JSON.", OptionKind::kSwitch};
// Commands that could overwrite a file of the person's have it.
inline constexpr OptionSpec kForceOption{"--force", "", "Overwrite a file that is there already.",
                                         OptionKind::kSwitch};

struct Invocation;

struct CommandSpec {
  std::string_view name;     // "table show"
  std::string_view summary;  // one line, for the list of commands
  std::string_view usage;    // "FILE [--offset N] [--json]"
  std::string_view about;    // paragraphs of the help text
  std::string_view example;  // lines of the help text
  std::span<const OptionSpec> options;
  std::size_t min_operands = 0;
  std::size_t max_operands = 0;
  Outcome (*run)(const Invocation&);
};

// A matched command line. Borrows the arguments and the console.
struct Invocation {
  const CommandSpec* command = nullptr;
  Console* console = nullptr;
  std::string_view program_path;  // argv[0]
  std::vector<std::string_view> operands;
  std::vector<std::pair<std::string_view, std::string_view>> given;  // option name, value

  bool has(std::string_view option) const;
  std::optional<std::string_view> value(std::string_view option) const;
  std::vector<std::string_view> values(std::string_view option) const;
  // "on" and "off"; nullopt when not given.
  std::optional<bool> on_off(std::string_view option) const;
  // A number as parse_number() reads it; `otherwise` when not given; wrong use when it is no number
  // or above `limit`.
  Result<std::uint32_t, Refusal> number(std::string_view option,
                                        std::uint32_t otherwise,
                                        std::uint32_t limit = 0xFFFFFFFF) const;
};

// Errors (wrong use): unknown option with the nearest known one, missing or superfluous value,
// too few or too many operands.
Result<Invocation, Refusal> match_command_line(const CommandSpec& command,
                                               std::span<const std::string_view> arguments);

// 4096, 0x1000, 4K, 4KB, 1M, 4MB; nothing else, nothing above 32 bits.
std::optional<std::uint32_t> parse_number(std::string_view text);
std::optional<double> parse_seconds(std::string_view text);

// The text of `rota COMMAND --help`, at most 100 columns.
std::string help_text(const CommandSpec& command);

// The candidate that is nearest to what was typed; empty when none is near.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates);

// Breaks a paragraph into lines of at most `width` columns, each led by `indent`.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width = 100);

}  // namespace rota::cli
