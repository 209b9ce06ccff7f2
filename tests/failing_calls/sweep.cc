#include "tests/failing_calls/sweep.h"

#include <set>

namespace rota::failing {

namespace {

constexpr std::array kAllHows{How::kRefused, How::kHalfDone, How::kForGood};

struct Seen {
  std::string wrong;  // "" = all holds
  bool happened = false;
  bool reported = false;
  std::string outcome;
};

bool attempt(Story& story, Calls& calls, const std::optional<Failure>& failure) {
  calls.begin(failure);
  const bool reached = story.attempt();
  calls.end();
  return reached;
}

// What is wrong right after an attempt.
std::string look_at(Story& story, bool reached) {
  std::string left = story.leftovers();
  if (!left.empty()) return left;
  return story.judge(reached);
}

std::string counts_of(const Calls& calls) {
  std::string text;
  for (std::size_t border = 0; border < kBorderNames.size(); ++border) {
    text += std::to_string(calls.count(static_cast<Border>(border))) + "/";
  }
  return text;
}

Seen see(const StoryKind& kind, const Failure& failure, Seeded seeded) {
  Seen seen;
  Calls calls;
  const auto story = kind.make(calls, seeded);
  const bool reached = attempt(*story, calls, failure);
  seen.happened = calls.failure_happened();
  seen.reported = !reached;
  seen.outcome = (reached ? "reached " : "failed ") + counts_of(calls);
  seen.wrong = look_at(*story, reached);
  if (!seen.wrong.empty()) return seen;
  if (!reached) {
    if (!attempt(*story, calls, std::nullopt)) {
      seen.wrong = "the same, again and in the same boot, fails";
      return seen;
    }
    const std::string then = look_at(*story, true);
    if (!then.empty()) seen.wrong = "after the retry: " + then;
  }
  if (seen.wrong.empty()) seen.wrong = story->end();
  return seen;
}

// Without a failure the attempt must reach its goal; says how often it calls each border.
std::string run_control(const StoryKind& kind, Seeded seeded, SweptStory& swept) {
  Calls calls;
  const auto story = kind.make(calls, seeded);
  const bool reached = attempt(*story, calls, std::nullopt);
  for (std::size_t border = 0; border < kBorderNames.size(); ++border) {
    const std::uint32_t count = calls.count(static_cast<Border>(border));
    if (count > 0) swept.calls[static_cast<Border>(border)] = count;
  }
  if (!reached) return "without a failure the goal is not reached";
  const std::string wrong = look_at(*story, true);
  return wrong.empty() ? story->end() : wrong;
}

}  // namespace

SweptStory sweep_story(const StoryKind& kind, Seeded seeded, std::uint32_t every) {
  SweptStory swept;
  const std::string control = run_control(kind, seeded, swept);
  if (!control.empty()) {
    swept.violations.push_back({std::string(kind.name) + ":control", control});
    return swept;
  }
  std::set<std::string> outcomes;
  for (const auto& [border, count] : swept.calls) {
    for (const How how : kAllHows) {
      if (!may_fail_so(border, how)) continue;
      for (std::uint32_t number = 1; number <= count; number += every) {
        const Failure failure{border, number, how};
        const Seen seen = see(kind, failure, seeded);
        if (!seen.happened) {
          // Where timing decides how many calls there are, this time there were fewer.
          if (!kind.has_fixed_counts) continue;
          swept.violations.push_back({token_of(kind.name, failure), "this call was not made"});
          continue;
        }
        ++swept.failures;
        ++(seen.reported ? swept.reported : swept.survived);
        outcomes.insert(seen.outcome);
        if (!seen.wrong.empty()) {
          swept.violations.push_back({token_of(kind.name, failure), seen.wrong});
        }
      }
    }
  }
  swept.outcomes = outcomes.size();
  return swept;
}

std::string run_failure(const StoryKind& kind, const Failure& failure, Seeded seeded) {
  return see(kind, failure, seeded).wrong;
}

}  // namespace rota::failing
