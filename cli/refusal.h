// Why a command could not do what was asked: one or more sentences for a person, with the cause and
// the next step, and the exit status that goes with them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"

namespace rota::cli {

enum class ExitStatus : int {
  kDone = 0,
  kNo = 1,        // the answer is no, or it could not be done
  kWrongUse = 2,  // the command line makes no sense
};

struct Refusal {
  std::string sentence;  // empty: everything was said already
  ExitStatus status = ExitStatus::kNo;
};

using Outcome = BasicStatus<Refusal>;

inline Failed<Refusal> refuse(std::string sentence) {
  return {Refusal{std::move(sentence), ExitStatus::kNo}};
}
inline Failed<Refusal> wrong_use(std::string sentence) {
  return {Refusal{std::move(sentence), ExitStatus::kWrongUse}};
}
// The answer is no, and the output already says so.
inline Failed<Refusal> answer_is_no() { return {Refusal{{}, ExitStatus::kNo}}; }

// "What happened; likely cause. Next step." of the error catalogue, led by `subject` and a colon.
std::string sentence_of(std::string_view subject, Error error);
inline Failed<Refusal> refuse(std::string_view subject, Error error) {
  return refuse(sentence_of(subject, error));
}

// The same for a failed system call: "cannot open x: Permission denied; check the owner and mode".
std::string system_sentence(std::string_view what, std::string_view path, int error_number);

}  // namespace rota::cli
