// The error catalogue: every code that Rota, ESP-IDF or a boot decision gives a person to read,
// with what happened, the likely cause and the next step, in English and Chinese.
//
// The texts are the files in cli/errors, which the build puts into the program; only the English of
// Rota's own codes is in base/error.cc, because devices print it too. docs/errors.md and
// docs/errors.zh-CN.md are made from the same texts: rota help --error-pages DIR.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rota::cli {

enum class Language : std::uint8_t { kEnglish, kChinese };

// "en", "zh".
std::optional<Language> language_of(std::string_view word);
// What the environment asks for (LC_ALL, LC_MESSAGES, LANG; the first that is set): Chinese for a
// zh locale in UTF-8, else English.
Language language_of_environment();

struct Explanation {
  std::string_view what;   // what happened
  std::string_view cause;  // the likely cause
  std::string_view next;   // what to do
};

struct CatalogueEntry {
  std::string number;  // "307", "0x1503", "-0x2700"; empty: it only has a name
  std::string_view name;
  Explanation english;
  Explanation chinese;

  const Explanation& in(Language language) const {
    return language == Language::kChinese ? chinese : english;
  }
};

struct CatalogueGroup {
  std::string_view key;  // "rota", "esp_idf": the name of its file in cli/errors
  std::string_view english_title;
  std::string_view chinese_title;
  std::vector<CatalogueEntry> entries;
};

// All groups; views into texts that live as long as the program.
std::vector<CatalogueGroup> read_catalogue();

// The entries that a word means: a name in any case, or a number (decimal or 0x, with or without
// the minus of mbedTLS). A number can be that of several groups.
std::vector<const CatalogueEntry*> find_in_catalogue(std::span<const CatalogueGroup> groups,
                                                     std::string_view word);

// The page docs/errors.md or docs/errors.zh-CN.md.
std::string catalogue_page(std::span<const CatalogueGroup> groups, Language language);

// Lines of at most `width` columns, led by `indent`, for text whose characters take two columns and
// which may break between any two of them.
std::string wrap_chinese(std::string_view text, std::size_t indent, std::size_t width = 100);

}  // namespace rota::cli
