#include "tests/failing_calls/calls.h"

namespace rota::failing {

std::string token_of(std::string_view story, const Failure& failure) {
  return std::string(story) + ":" +
         std::string(kBorderNames[static_cast<std::size_t>(failure.border)]) + "." +
         std::to_string(failure.number) + "." +
         std::string(kHowNames[static_cast<std::size_t>(failure.how)]);
}

void Calls::begin(const std::optional<Failure>& planned) {
  counts_ = {};
  planned_ = planned;
  is_attempt_ = true;
  has_happened_ = false;
}

std::optional<How> Calls::next(Border border) {
  if (!is_attempt_) return std::nullopt;
  const std::uint32_t number = ++counts_[static_cast<std::size_t>(border)];
  if (!planned_ || planned_->border != border) return std::nullopt;
  const bool is_for_good = planned_->how == How::kForGood;
  const bool fails = is_for_good ? number >= planned_->number : number == planned_->number;
  if (!fails) return std::nullopt;
  has_happened_ = true;
  return planned_->how;
}

}  // namespace rota::failing
