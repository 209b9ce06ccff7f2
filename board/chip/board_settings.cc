#include "board/chip/board_settings.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace rota::board {
namespace {

constexpr std::uint32_t kMegabyte = 1U << 20U;

enum Key : unsigned {
  kChip,
  kRevision,
  kEfuseBlockRevision,
  kFlashSize,
  kTiming,
  kFlashTime,
  kMac,
  kKeyCount,
};
constexpr std::array<std::string_view, kKeyCount> kKeyNames{
    "chip", "revision", "efuse_block_revision", "flash_size", "timing", "flash_time", "mac"};
constexpr std::string_view kAllKeys =
    "chip, revision, efuse_block_revision, flash_size, timing, flash_time, mac";

struct NamedFlashTime {
  std::string_view name;
  FlashTime time;
};
constexpr std::array<NamedFlashTime, 3> kFlashTimes{
    {{"off", FlashTime::kOff}, {"accounted", FlashTime::kAccounted}, {"slept", FlashTime::kSlept}}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

template <class Number>
std::optional<Number> number_of(std::string_view text, int base = 10) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return number;
}

std::optional<std::array<std::uint8_t, 6>> mac_of(std::string_view text) {
  std::array<std::uint8_t, 6> mac{};
  if (text.size() != 17) return std::nullopt;
  for (std::size_t i = 0; i < mac.size(); ++i) {
    const auto byte = number_of<std::uint8_t>(text.substr(3 * i, 2), 16);
    if (!byte || (i < 5 && text[3 * i + 2] != ':')) return std::nullopt;
    mac[i] = *byte;
  }
  return mac;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// Reads line by line; the first problem ends it.
class Reader {
 public:
  Reader(std::string_view text, std::string_view where) : rest_(text), where_(where) {}

  Result<BoardSettings, BoardProblem> run() {
    while (!rest_.empty() && problem_.empty()) {
      const std::size_t end = rest_.find('\n');
      const std::string_view line = rest_.substr(0, end);
      rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
      ++line_number_;
      take_line(trimmed(line));
    }
    if (!problem_.empty()) return fail(problem_, line_number_);
    for (unsigned key = 0; key < kKeyCount; ++key) {
      const bool may_be_left_out = key == kEfuseBlockRevision;
      if (seen_at_line_[key] == 0 && !may_be_left_out) {
        return fail("'" + std::string(kKeyNames[key]) + "' is missing; add a line for it", 0);
      }
    }
    if (const std::string problem = problem_of(settings_); !problem.empty()) {
      return fail(problem, 0);
    }
    return settings_;
  }

 private:
  Failed<BoardProblem> fail(const std::string& problem, int line) const {
    const std::string place = line > 0 ? ", line " + std::to_string(line) : "";
    return {{BoardProblem::Kind::kSettings, std::string(where_) + place + ": " + problem}};
  }

  void take_line(std::string_view line) {
    if (line.empty() || line.front() == '#') return;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      problem_ = quoted(line) + " is not of the form `key = value`";
      return;
    }
    const std::string_view name = trimmed(line.substr(0, equals));
    unsigned key = 0;
    while (key < kKeyCount && kKeyNames[key] != name) ++key;
    if (key == kKeyCount) {
      problem_ = "unknown key " + quoted(name) + "; a board has: " + std::string(kAllKeys);
      return;
    }
    if (seen_at_line_[key] != 0) {
      problem_ = quoted(name) + " was given before, in line " + std::to_string(seen_at_line_[key]) +
                 "; remove one of the two";
      return;
    }
    seen_at_line_[key] = line_number_;
    take_value(static_cast<Key>(key), trimmed(line.substr(equals + 1)));
  }

  void take_value(Key key, std::string_view value) {
    const bool is_number = key == kRevision || key == kEfuseBlockRevision;
    if (is_number) {
      const auto number = number_of<std::uint16_t>(trimmed(value.substr(0, value.find('#'))));
      if (!number) {
        problem_ = quoted(kKeyNames[key]) + " is a whole number, e.g. 300 for revision v3.0, not " +
                   quoted(value);
        return;
      }
      (key == kRevision ? settings_.revision : settings_.efuse_block_revision) = *number;
      return;
    }
    const std::size_t close = value.find('"', 1);
    const bool is_string = !value.empty() && value.front() == '"' && close != value.npos;
    const std::string_view behind = is_string ? trimmed(value.substr(close + 1)) : "";
    if (!is_string || (!behind.empty() && behind.front() != '#')) {
      problem_ = "the value of " + quoted(kKeyNames[key]) + " stands in double quotes, e.g. " +
                 std::string(kKeyNames[key]) + " = \"...\"";
      return;
    }
    take_text(key, value.substr(1, close - 1));
  }

  void take_text(Key key, std::string_view text) {
    switch (key) {
      case kChip:
        settings_.chip = formats::find_chip(text);
        if (settings_.chip == nullptr) {
          problem_ = quoted(text) + " is not a chip; known are: " + chip_names();
        }
        break;
      case kFlashSize:
        settings_.flash_bytes = parse_flash_size(text);
        if (settings_.flash_bytes == 0) {
          problem_ = quoted(text) + " is not a flash size; use 1MB, 2MB, 4MB ... 128MB";
        }
        break;
      case kTiming:
        settings_.timing = text;
        break;
      case kFlashTime:
        take_flash_time(text);
        break;
      case kMac:
        if (const auto mac = mac_of(text)) {
          settings_.mac = *mac;
        } else {
          problem_ = quoted(text) + " is not a MAC address; write it like 24:0a:c4:00:00:01";
        }
        break;
      default:
        break;
    }
  }

  void take_flash_time(std::string_view text) {
    for (const NamedFlashTime& named : kFlashTimes) {
      if (named.name != text) continue;
      settings_.flash_time = named.time;
      return;
    }
    problem_ = quoted(text) + " is not a way to take flash time; use off, accounted or slept";
  }

  static std::string chip_names() {
    std::string names;
    for (const formats::ChipFacts& chip : formats::all_chips()) {
      names += (names.empty() ? "" : ", ") + std::string(chip.target);
    }
    return names;
  }

  std::string_view rest_;
  std::string_view where_;
  int line_number_ = 0;
  std::array<int, kKeyCount> seen_at_line_{};
  std::string problem_;
  BoardSettings settings_;
};

}  // namespace

std::uint32_t parse_flash_size(std::string_view text) {
  if (!text.ends_with("MB")) return 0;
  const auto megabytes = number_of<std::uint32_t>(text.substr(0, text.size() - 2));
  const bool is_size = megabytes && *megabytes >= 1 && *megabytes <= kMaxFlashBytes / kMegabyte &&
                       (*megabytes & (*megabytes - 1)) == 0;
  return is_size ? *megabytes * kMegabyte : 0;
}

std::string problem_of(const BoardSettings& settings) {
  if (settings.chip == nullptr) return "the board has no chip; name one, e.g. esp32";
  const std::uint32_t bytes = settings.flash_bytes;
  if (bytes < kMinFlashBytes || bytes > kMaxFlashBytes || (bytes & (bytes - 1)) != 0) {
    return "no chip has " + std::to_string(bytes) + " bytes of flash; use 1MB, 2MB, 4MB ... 128MB";
  }
  if (find_timing_profile(settings.timing) == nullptr) {
    return quoted(settings.timing) +
           " is not a timing profile; use one of: " + std::string(timing_profile_names());
  }
  return {};
}

std::string write_board_settings(const BoardSettings& settings) {
  std::string_view flash_time;
  for (const NamedFlashTime& named : kFlashTimes) {
    if (named.time == settings.flash_time) flash_time = named.name;
  }
  const auto& mac = settings.mac;
  std::array<char, 18> mac_text{};
  std::snprintf(mac_text.data(), mac_text.size(), "%02x:%02x:%02x:%02x:%02x:%02x", unsigned{mac[0]},
                unsigned{mac[1]}, unsigned{mac[2]}, unsigned{mac[3]}, unsigned{mac[4]},
                unsigned{mac[5]});
  std::string text = "# A virtual board of Rota. Stop the board before you edit this file.\n";
  text += "chip = \"" + std::string(settings.chip->target) + "\"\n";
  text += "revision = " + std::to_string(settings.revision) + "  # major * 100 + minor\n";
  text += "efuse_block_revision = " + std::to_string(settings.efuse_block_revision) + "\n";
  text += "flash_size = \"" + std::to_string(settings.flash_bytes / kMegabyte) + "MB\"\n";
  text += "timing = \"" + settings.timing + "\"  # typical, slow or off\n";
  text += "flash_time = \"" + std::string(flash_time) + "\"  # off, accounted or slept\n";
  text += "mac = \"" + std::string(mac_text.data()) + "\"\n";
  return text;
}

Result<BoardSettings, BoardProblem> read_board_settings(std::string_view text,
                                                        std::string_view where) {
  return Reader(text, where).run();
}

}  // namespace rota::board
