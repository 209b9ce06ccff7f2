#include "base/error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace rota {
namespace {

// Names and numbers as the header spells them: a new enumerator can not stay without its text.
std::vector<std::pair<std::string, unsigned>> enumerators_of_the_header() {
  std::ifstream file(ROTA_SOURCE_DIR "/base/error.h");
  std::stringstream text;
  text << file.rdbuf();
  const std::string header = text.str();
  const std::size_t begin = header.find("enum class Error");
  const std::string body = header.substr(begin, header.find("};", begin) - begin);
  const std::regex enumerator(R"(\n\s*k(\w+)\s*=\s*(\d+))");
  std::vector<std::pair<std::string, unsigned>> found;
  for (std::sregex_iterator it(body.begin(), body.end(), enumerator), end; it != end; ++it) {
    found.emplace_back((*it)[1], static_cast<unsigned>(std::stoul((*it)[2])));
  }
  return found;
}

bool is_a_sentence(std::string_view text) {
  return text.size() > 10 && text.back() == '.' && text.find("  ") == std::string_view::npos;
}

TEST(ErrorCatalogue, HasOneEntryForEveryEnumeratorInTheHeadersOrder) {
  const auto expected = enumerators_of_the_header();
  ASSERT_GE(expected.size(), 90U);
  const auto catalogue = error_catalogue();
  for (std::size_t i = 0; i < std::min(expected.size(), catalogue.size()); ++i) {
    ASSERT_EQ(catalogue[i].name, expected[i].first) << "entry " << i << " of base/error.cc";
    ASSERT_EQ(static_cast<unsigned>(catalogue[i].code), expected[i].second) << expected[i].first;
  }
  EXPECT_EQ(catalogue.size(), expected.size());
}

TEST(ErrorCatalogue, AscendsByNumber) {
  const auto catalogue = error_catalogue();
  for (std::size_t i = 1; i < catalogue.size(); ++i) {
    EXPECT_LT(catalogue[i - 1].code, catalogue[i].code) << catalogue[i].name;
  }
}

TEST(ErrorCatalogue, SaysWhatHappenedWhyAndWhatToDo) {
  for (const ErrorText& entry : error_catalogue()) {
    EXPECT_TRUE(is_a_sentence(entry.what)) << entry.name << ": " << entry.what;
    EXPECT_TRUE(is_a_sentence(entry.cause)) << entry.name << ": " << entry.cause;
    EXPECT_TRUE(is_a_sentence(entry.next)) << entry.name << ": " << entry.next;
  }
}

TEST(Describe, FindsEachEntryByItsCode) {
  for (const ErrorText& entry : error_catalogue()) {
    EXPECT_EQ(&describe(entry.code), &entry) << entry.name;
  }
}

TEST(Describe, SaysSoWhenTheNumberIsUnknown) {
  for (const unsigned number : {0U, 99U, 199U, 9999U}) {
    EXPECT_EQ(describe(static_cast<Error>(number)).name, "Unknown") << number;
    EXPECT_TRUE(is_a_sentence(describe(static_cast<Error>(number)).next));
  }
}

}  // namespace
}  // namespace rota
