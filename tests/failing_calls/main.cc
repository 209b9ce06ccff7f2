// Every call of every border fails once: ./dev sweep --calls.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/failing_calls/sweep.h"

namespace rota::failing {
namespace {

constexpr std::size_t kShownViolations = 8;

void print_usage() {
  std::printf(
      "usage: failing_calls [--brief | --core | --device | --self-test | --story NAME |\n"
      "                      --replay TOKEN | --list]\n\n"
      "The Nth call of each border of the device (flash, fuses, server, network, threads, heap)\n"
      "fails, for all N and in each way. Afterwards nothing may be left open, the board must boot "
      "a\n"
      "sound image, and the same attempt must succeed in the same boot. Status 1 if not.\n\n"
      "  --brief          each fifth call\n"
      "  --core           the device core and named values alone\n"
      "  --device         what a program does through the ESP-IDF face, over a real network\n"
      "  --self-test      with seeded mistakes of the program; each must be noticed\n"
      "  --story NAME     one story\n"
      "  --replay TOKEN   one failure, as the sweep names it: native-bulk:flash-read.17.refused\n"
      "  --list           the stories\n\n"
      "example: ./dev sweep --calls\n");
}

std::vector<StoryKind> stories_of(std::initializer_list<std::span<const StoryKind>> parts) {
  std::vector<StoryKind> all;
  for (const auto part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<StoryKind> all_stories() {
  return stories_of({core_stories(), nvs_stories(), device_stories()});
}

std::optional<StoryKind> find_story(std::string_view name) {
  for (const StoryKind& kind : all_stories()) {
    if (kind.name == name) return kind;
  }
  return std::nullopt;
}

template <std::size_t kCount>
std::optional<std::size_t> index_of(const std::array<std::string_view, kCount>& names,
                                    std::string_view name) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (names[i] == name) return i;
  }
  return std::nullopt;
}

int no_such_token(const std::string& token) {
  std::fprintf(
      stderr,
      "'%s' names no failure. A token looks like native-bulk:flash-read.17.refused; --list "
      "names the stories.\n",
      token.c_str());
  return 2;
}

int replay(const std::string& token) {
  const std::size_t colon = token.find(':');
  const std::size_t first = token.find('.', colon);
  const std::size_t second = token.rfind('.');
  if (colon == std::string::npos || first == std::string::npos || second <= first) {
    return no_such_token(token);
  }
  const auto kind = find_story(token.substr(0, colon));
  const auto border = index_of(kBorderNames, token.substr(colon + 1, first - colon - 1));
  const auto how = index_of(kHowNames, token.substr(second + 1));
  const int number = std::atoi(token.c_str() + first + 1);
  if (!kind || !border || !how || number < 1) return no_such_token(token);
  const Failure failure{static_cast<Border>(*border), static_cast<std::uint32_t>(number),
                        static_cast<How>(*how)};
  const std::string wrong = run_failure(*kind, failure);
  std::printf("%s: %s\n", token.c_str(), wrong.empty() ? "all holds" : wrong.c_str());
  return wrong.empty() ? 0 : 1;
}

void print_row(const StoryKind& kind, const SweptStory& swept) {
  std::string calls;
  for (const auto& [border, count] : swept.calls) {
    calls += (calls.empty() ? "" : ", ") +
             std::string(kBorderNames[static_cast<std::size_t>(border)]) + " " +
             std::to_string(count);
  }
  std::printf("%-22s %8" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %6zu  %s\n",
              std::string(kind.name).c_str(), swept.failures, swept.reported, swept.survived,
              swept.outcomes, swept.violations.size(), calls.c_str());
  for (std::size_t i = 0; i < swept.violations.size() && i < kShownViolations; ++i) {
    std::printf("    %s: %s\n", swept.violations[i].token.c_str(),
                swept.violations[i].what.c_str());
  }
  std::fflush(stdout);
}

int run_stories(const std::vector<StoryKind>& kinds, std::uint32_t every) {
  std::printf("%-22s %8s %9s %9s %9s %6s  %s\n", "story", "failures", "reported", "survived",
              "outcomes", "wrong", "calls of each border");
  SweptStory sum;
  std::size_t wrong = 0;
  for (const StoryKind& kind : kinds) {
    const SweptStory swept = sweep_story(kind, Seeded::kNothing, every);
    print_row(kind, swept);
    sum.failures += swept.failures;
    sum.reported += swept.reported;
    sum.survived += swept.survived;
    sum.outcomes += swept.outcomes;
    wrong += swept.violations.size();
  }
  std::printf("%-22s %8" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %6zu\n", "all",
              sum.failures, sum.reported, sum.survived, sum.outcomes, wrong);
  if (wrong > 0) std::printf("One again: ./dev sweep --calls --replay TOKEN\n");
  return wrong == 0 ? 0 : 1;
}

struct SeededMistake {
  Seeded mistake;
  std::string_view story;
  std::string_view what;
};
constexpr std::array kMistakes{
    SeededMistake{Seeded::kHandleIsLeft, "native-sequential", "a failed update is not given up"},
    SeededMistake{Seeded::kHandleIsLeft, "conversation", "the same, over HTTP"},
    SeededMistake{Seeded::kErrorIsSwallowed, "confirm", "a failed confirmation counts as done"},
    SeededMistake{Seeded::kSwitchesAllTheSame, "native-sequential",
                  "failed writes are ignored, nothing is verified"},
    SeededMistake{Seeded::kHandleIsLeft, "esp_ota_ops", "a failed update is not aborted"},
    SeededMistake{Seeded::kMemoryIsLeft, "esp_http_client", "a client is not cleaned up"},
    SeededMistake{Seeded::kMemoryIsLeft, "kernel-objects", "a queue is not deleted"},
    SeededMistake{Seeded::kDescriptorIsLeft, "esp_https_ota-steps", "a descriptor is not closed"},
};

int run_self_test() {
  std::size_t found = 0;
  for (const SeededMistake& seeded : kMistakes) {
    const auto kind = find_story(seeded.story);
    const SweptStory swept = sweep_story(*kind, seeded.mistake);
    found += swept.violations.empty() ? 0U : 1U;
    std::printf("%-22s %-45s %s\n", std::string(seeded.story).c_str(),
                std::string(seeded.what).c_str(),
                swept.violations.empty()
                    ? "NOT FOUND"
                    : (swept.violations[0].token + ": " + swept.violations[0].what).c_str());
  }
  std::printf("score: %zu of %zu seeded mistakes found\n", found, kMistakes.size());
  return found == kMistakes.size() ? 0 : 1;
}

int run(int count, char** arguments) {
  const std::string option = count > 1 ? arguments[1] : "";
  const std::string value = count > 2 ? arguments[2] : "";
  if (option.empty()) return run_stories(all_stories(), 1);
  if (option == "--brief") return run_stories(all_stories(), 5);
  if (option == "--core") return run_stories(stories_of({core_stories(), nvs_stories()}), 1);
  if (option == "--device") return run_stories(stories_of({device_stories()}), 1);
  if (option == "--self-test") return run_self_test();
  if (option == "--replay" && !value.empty()) return replay(value);
  if (option == "--story" && find_story(value)) return run_stories({*find_story(value)}, 1);
  if (option == "--list") {
    for (const StoryKind& kind : all_stories()) {
      std::printf("%-22s %s\n", std::string(kind.name).c_str(), std::string(kind.what).c_str());
    }
    return 0;
  }
  if (option == "--help") return print_usage(), 0;
  std::fprintf(stderr, "failing_calls: '%s %s' can not be done; --help lists what can.\n",
               option.c_str(), value.c_str());
  return 2;
}

}  // namespace
}  // namespace rota::failing

int main(int count, char** arguments) { return rota::failing::run(count, arguments); }
