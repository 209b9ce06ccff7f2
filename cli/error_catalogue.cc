#include "cli/error_catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "base/assert.h"
#include "base/error.h"

namespace rota::cli {

// Made by the build from the files of these names.
extern const std::string_view kErrorsRota;
extern const std::string_view kErrorsEspIdf;
extern const std::string_view kErrorsMbedtls;
extern const std::string_view kErrorsConnection;
extern const std::string_view kErrorsCsv;
extern const std::string_view kErrorsBootRules;
extern const std::string_view kErrorsResetReasons;

namespace {

// One entry of a file: its lines up to the next blank one.
using Lines = std::vector<std::string_view>;

std::vector<Lines> paragraphs_of(std::string_view text) {
  std::vector<Lines> paragraphs(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) {
      if (!paragraphs.back().empty()) paragraphs.emplace_back();
    } else if (line.front() != '#') {
      paragraphs.back().push_back(line);
    }
  }
  if (paragraphs.back().empty()) paragraphs.pop_back();
  return paragraphs;
}

// "0x1503 ESP_ERR_OTA_VALIDATE_FAILED", or a name alone.
CatalogueEntry entry_of(const Lines& lines) {
  ROTA_ASSERT(lines.size() == 7);
  CatalogueEntry entry;
  const std::size_t space = lines[0].find(' ');
  entry.name = lines[0].substr(space == std::string_view::npos ? 0 : space + 1);
  if (space != std::string_view::npos) entry.number = lines[0].substr(0, space);
  entry.english = {lines[1], lines[2], lines[3]};
  entry.chinese = {lines[4], lines[5], lines[6]};
  return entry;
}

std::vector<CatalogueEntry> entries_of(std::string_view text) {
  std::vector<CatalogueEntry> entries;
  for (const Lines& lines : paragraphs_of(text)) entries.push_back(entry_of(lines));
  return entries;
}

// Rota's own codes: English from the device side's catalogue, Chinese from the file.
std::vector<CatalogueEntry> rota_entries() {
  const std::vector<Lines> translated = paragraphs_of(kErrorsRota);
  std::vector<CatalogueEntry> entries;
  for (const ErrorText& text : error_catalogue()) {
    const auto lines = std::find_if(translated.begin(), translated.end(),
                                    [&](const Lines& one) { return one[0] == text.name; });
    ROTA_ASSERT(lines != translated.end() && lines->size() == 4);
    entries.push_back({fmt::format("{}", static_cast<unsigned>(text.code)),
                       text.name,
                       {text.what, text.cause, text.next},
                       {(*lines)[1], (*lines)[2], (*lines)[3]}});
  }
  return entries;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  if (is_hex) text.remove_prefix(2);
  std::uint32_t value = 0;
  const auto parsed =
      std::from_chars(text.data(), text.data() + text.size(), value, is_hex ? 16 : 10);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return is_negative ? -std::int64_t{value} : std::int64_t{value};
}

bool is_same_word(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

// Logs print mbedTLS' numbers with and without the minus, and -1 also as 0xffffffff.
bool is_number_of(const CatalogueEntry& entry, std::int64_t number) {
  const auto own = number_of(entry.number);
  if (!own) return false;
  if (*own == number) return true;
  return *own < 0 && (-*own == number || *own + (std::int64_t{1} << 32) == number);
}

struct PageWords {
  std::string_view title, lead, what, cause, next;
};

constexpr PageWords kEnglishPage = {
    "# Errors, boot rules and reset reasons\n",
    "Every code that Rota, ESP-IDF's API or a boot decision gives you to read. On the command "
    "line:\n"
    "`rota help NAME` or `rota help NUMBER`, such as `rota help 0x1503`. [中文](errors.zh-CN.md)\n"
    "\n"
    "This page is made by `rota help --error-pages docs` from the texts in `cli/errors` and\n"
    "`base/error.cc`; change those.\n",
    "What happened", "Likely cause", "Next step"};

constexpr PageWords kChinesePage = {
    "# 错误、启动规则和复位原因\n",
    "Rota、ESP-IDF 的 API 或启动决策给出的每个代码。命令行：`rota help 名称` 或 `rota help "
    "数字`，\n"
    "例如 `rota help 0x1503 --language zh`。[English](errors.md)\n"
    "\n"
    "本页由 `rota help --error-pages docs` 根据 `cli/errors` 和 `base/error.cc` 中的文本生成；\n"
    "请修改那些文件。\n",
    "发生了什么", "可能的原因", "下一步"};

// Bytes and columns of the UTF-8 character at the start of the text.
struct Character {
  std::size_t bytes;
  std::size_t columns;
};

Character character_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return {std::min(bytes, text.size()), bytes >= 3 ? std::size_t{2} : std::size_t{1}};
}

// These do not begin a line.
bool ends_a_phrase(std::string_view character) {
  constexpr std::array<std::string_view, 8> kMarks = {"，", "。", "；", "：",
                                                      "）", "、", "！", "？"};
  return std::find(kMarks.begin(), kMarks.end(), character) != kMarks.end();
}

// What stays together on a line: one wide character with the marks after it, a run of narrow ones,
// or a space.
std::string_view unit_at(std::string_view text) {
  std::size_t end = character_at(text).bytes;
  if (text[0] == ' ') return text.substr(0, end);
  const bool is_wide = end >= 3;
  while (end < text.size()) {
    const Character next = character_at(text.substr(end));
    const std::string_view mark = text.substr(end, next.bytes);
    if (!ends_a_phrase(mark) && (is_wide || next.bytes >= 3 || mark == " ")) break;
    end += next.bytes;
  }
  return text.substr(0, end);
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = character_at(text);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

}  // namespace

std::optional<Language> language_of(std::string_view word) {
  if (word == "en") return Language::kEnglish;
  if (word == "zh") return Language::kChinese;
  return std::nullopt;
}

Language language_of_environment() {
  for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string locale(value);
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const bool is_utf8 =
        locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
    return locale.starts_with("zh") && is_utf8 ? Language::kChinese : Language::kEnglish;
  }
  return Language::kEnglish;
}

std::vector<CatalogueGroup> read_catalogue() {
  std::vector<CatalogueGroup> groups;
  groups.push_back({"rota", "Rota", "Rota 的错误", rota_entries()});
  const auto add = [&](std::string_view key, std::string_view english, std::string_view chinese,
                       std::string_view text) {
    groups.push_back({key, english, chinese, entries_of(text)});
  };
  add("boot_rules", "Boot rules", "启动规则", kErrorsBootRules);
  add("reset_reasons", "Reset reasons", "复位原因", kErrorsResetReasons);
  add("esp_idf", "ESP-IDF (esp_err_t)", "ESP-IDF（esp_err_t）", kErrorsEspIdf);
  add("mbedtls", "mbedTLS", "mbedTLS", kErrorsMbedtls);
  add("connection", "Connections", "连接", kErrorsConnection);
  add("csv", "Partition table in CSV", "分区表 CSV", kErrorsCsv);
  return groups;
}

std::vector<const CatalogueEntry*> find_in_catalogue(std::span<const CatalogueGroup> groups,
                                                     std::string_view word) {
  std::vector<const CatalogueEntry*> found;
  const auto number = number_of(word);
  for (const CatalogueGroup& group : groups) {
    for (const CatalogueEntry& entry : group.entries) {
      if (is_same_word(entry.name, word) || (number && is_number_of(entry, *number))) {
        found.push_back(&entry);
      }
    }
  }
  return found;
}

std::string catalogue_page(std::span<const CatalogueGroup> groups, Language language) {
  const bool is_chinese = language == Language::kChinese;
  const PageWords& words = is_chinese ? kChinesePage : kEnglishPage;
  std::string page = fmt::format("{}\n{}", words.title, words.lead);
  const std::string_view colon = is_chinese ? "：" : ": ";
  for (const CatalogueGroup& group : groups) {
    page += fmt::format("\n## {}\n", is_chinese ? group.chinese_title : group.english_title);
    for (const CatalogueEntry& entry : group.entries) {
      const Explanation& text = entry.in(language);
      const std::string_view space = entry.number.empty() ? "" : " ";
      page += fmt::format("\n### {}{}{}\n\n- {}{}{}\n- {}{}{}\n- {}{}{}\n", entry.number, space,
                          entry.name, words.what, colon, text.what, words.cause, colon, text.cause,
                          words.next, colon, text.next);
    }
  }
  return page;
}

std::string wrap_chinese(std::string_view text, std::size_t indent, std::size_t width) {
  const std::string lead(indent, ' ');
  std::string result;
  std::string line;
  std::size_t used = indent;
  while (!text.empty()) {
    const std::string_view unit = unit_at(text);
    text.remove_prefix(unit.size());
    const std::size_t wide = columns_of(unit);
    if (used + wide > width && !line.empty()) {
      if (line.ends_with(' ')) line.pop_back();
      result += lead + line + "\n";
      line.clear();
      used = indent;
    }
    if (unit == " " && line.empty()) continue;
    line += unit;
    used += wide;
  }
  return result + lead + line + "\n";
}

}  // namespace rota::cli
