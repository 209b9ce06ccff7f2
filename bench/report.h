// The rows of ./dev bench: a figure, the peer or limit beside it, and the verdict. Ratios are
// gates, absolute figures are for people.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rota::bench {

using Seconds = std::chrono::duration<double>;

double median(std::vector<double> values);

// How long one call takes, in seconds.
template <class Call>
double seconds_of(Call&& call) {
  const auto begin = std::chrono::steady_clock::now();
  call();
  return Seconds(std::chrono::steady_clock::now() - begin).count();
}

// Two sides that take turns, so that a machine that slows down slows both.
struct Medians {
  double ours_s = 0;
  double theirs_s = 0;
  double ratio = 0;  // median of theirs / ours, round by round: above 1 = we are faster
};
Medians take_turns(std::size_t rounds,
                   const std::function<void()>& ours,
                   const std::function<void()>& theirs);

// The time of one call of something short, in nanoseconds: the median of several batches.
double nanoseconds_of(const std::function<void()>& call);

class Report {
 public:
  // Prints the heading. `subject` names the program's rows.
  explicit Report(std::string_view subject);

  void at_least(std::string_view what,
                std::string_view measured,
                double ratio,
                double gate,
                std::string_view against);
  // `value` and `limit` in `unit`.
  void at_most(std::string_view what,
               double value,
               double limit,
               std::string_view unit,
               std::string_view against = "limit");
  // A time that a person waits, beside the goal for a machine of two cores. No gate: machines
  // differ.
  void wait(std::string_view what, double seconds, double goal_s);
  // For scale; no gate.
  void note(std::string_view what, std::string_view measured);

  // The exit status: 1 when a gate was missed.
  int status() const { return missed_ == 0 ? 0 : 1; }

 private:
  int missed_ = 0;
};

}  // namespace rota::bench
