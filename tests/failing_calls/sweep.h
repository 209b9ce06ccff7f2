// Each call of each border of a story fails, in each way; the story judges what is left.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/failing_calls/story.h"

namespace rota::failing {

struct Violation {
  std::string token;
  std::string what;
};

struct SweptStory {
  std::map<Border, std::uint32_t> calls;  // of the attempt without a failure
  std::uint64_t failures = 0;             // tried
  std::uint64_t reported = 0;             // of these: the attempt said that it failed
  std::uint64_t survived = 0;             // of these: it reached its goal all the same
  std::uint64_t outcomes = 0;             // distinct: what was reported, after which calls
  std::vector<Violation> violations;
};

// `every`: takes each n-th call only, beginning with the first (a short form).
SweptStory sweep_story(const StoryKind& kind,
                       Seeded seeded = Seeded::kNothing,
                       std::uint32_t every = 1);

// One failure; "" when all holds.
std::string run_failure(const StoryKind& kind,
                        const Failure& failure,
                        Seeded seeded = Seeded::kNothing);

}  // namespace rota::failing
