#include "server/byte_range.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace rota::server {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

// Numbers beyond 64 bits count as the largest: a range may name any end.
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (kLargest - digit) / 10 ? kLargest : value * 10 + digit;
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_bytes_unit(std::string_view text) {
  return text == "bytes" || text == "Bytes" || text == "BYTES";
}

}  // namespace

RangeChoice choose_range(std::string_view header, std::uint64_t file_bytes) {
  const RangeChoice whole{RangeKind::kWhole, {0, file_bytes}};
  const RangeChoice none{RangeKind::kUnsatisfiable, {}};
  const std::size_t equals = header.find('=');
  if (equals == std::string_view::npos || !is_bytes_unit(trimmed(header.substr(0, equals)))) {
    return whole;
  }
  const std::string_view wanted = trimmed(header.substr(equals + 1));
  const std::size_t dash = wanted.find('-');
  if (dash == std::string_view::npos || wanted.find(',') != std::string_view::npos) return whole;
  const std::string_view before = trimmed(wanted.substr(0, dash));
  const std::string_view behind = trimmed(wanted.substr(dash + 1));
  if (before.empty()) {  // the last so many bytes
    const auto count = number(behind);
    if (!count) return whole;
    if (*count == 0 || file_bytes == 0) return none;
    const std::uint64_t bytes = std::min(*count, file_bytes);
    return {RangeKind::kPart, {file_bytes - bytes, bytes}};
  }
  const auto first = number(before);
  const auto last = behind.empty() ? std::optional(kLargest) : number(behind);
  if (!first || !last || *last < *first) return whole;
  if (*first >= file_bytes) return none;
  return {RangeKind::kPart, {*first, std::min(*last, file_bytes - 1) - *first + 1}};
}

}  // namespace rota::server
