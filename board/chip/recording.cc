#include "board/chip/recording.h"

#include <fcntl.h>
#include <unistd.h>
#include <ctime>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "board/chip/mapped_file.h"

namespace rota::board {
namespace {

// Longer text of the console is recorded in pieces, so that a line under construction stays small.
constexpr std::size_t kTextBytes = 400;
constexpr std::size_t kLineBytes = kTextBytes * 6 + 256;

// A line under construction. Never longer than its room: texts are cut before they come here.
class Line {
 public:
  Line() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    add("{\"t\":");
    number(static_cast<std::uint64_t>(now.tv_sec) * 1'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec) / 1'000U);
  }

  void add(std::string_view text) {
    for (const char c : text) put(c);
  }
  void number(std::uint64_t value) {
    std::array<char, 24> digits{};
    std::snprintf(digits.data(), digits.size(), "%llu", static_cast<unsigned long long>(value));
    add(digits.data());
  }
  void member(std::string_view name, std::uint64_t value) {
    name_of(name);
    number(value);
  }
  void member(std::string_view name, std::string_view text) {
    name_of(name);
    put('"');
    for (const char c : text) escaped(c);
    put('"');
  }
  void hex_member(std::string_view name, Bytes bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    name_of(name);
    put('"');
    for (const std::byte byte : bytes) {
      put(kDigits[std::to_integer<unsigned>(byte) >> 4U]);
      put(kDigits[std::to_integer<unsigned>(byte) & 15U]);
    }
    put('"');
  }
  std::string_view finish() {
    add("}\n");
    return {text_.data(), size_};
  }

 private:
  void put(char c) {
    if (size_ < text_.size()) text_[size_++] = c;
  }
  void name_of(std::string_view name) {
    add(",\"");
    add(name);
    add("\":");
  }
  // Bytes above 7F go out as they are; the reader mends what is not UTF-8.
  void escaped(char c) {
    if (c == '\n') return add("\\n");
    if (c == '"' || c == '\\') {
      put('\\');
      return put(c);
    }
    if (static_cast<unsigned char>(c) >= 0x20) return put(c);
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c) & 0x1FU);
    add(code.data());
  }

  std::array<char, kLineBytes> text_;
  std::size_t size_ = 0;
};

void write_whole(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // A full disk: the board goes on without being recorded.
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Result<Recording, BoardProblem> Recording::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return system_problem(path + " can not be written", errno);
  Recording recording(file);
  recording.owns_descriptor_ = true;
  ::lseek(file, 0, SEEK_END);  // where line() sees how much there is
  return recording;
}

Recording::Recording(Recording&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      owns_descriptor_(std::exchange(other.owns_descriptor_, false)) {}

Recording& Recording::operator=(Recording&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(owns_descriptor_, other.owns_descriptor_);
  return *this;
}

Recording::~Recording() {
  if (owns_descriptor_) ::close(descriptor_);
}

void Recording::line(std::string_view json) {
  // The offset of a file that is open for appending is where the last write of any process ended.
  const off_t size = ::lseek(descriptor_, 0, SEEK_CUR);
  if (size >= static_cast<off_t>(kRecordingMaxBytes)) return;
  write_whole(descriptor_, json);
  if (size + static_cast<off_t>(json.size()) < static_cast<off_t>(kRecordingMaxBytes)) return;
  Line last;
  last.member("event", "full");
  write_whole(descriptor_, last.finish());
}

void Recording::console(std::string_view source, std::string_view text) {
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kTextBytes);
    text.remove_prefix(piece.size());
    Line said;
    said.member("console", source);
    said.member("text", piece);
    line(said.finish());
  }
}

void Recording::event(std::string_view name, std::string_view text, std::uint32_t address) {
  Line happened;
  happened.member("event", name);
  if (!text.empty()) happened.member("text", text.substr(0, kTextBytes));
  if (address != 0) happened.member("at", address);
  line(happened.finish());
}

void Recording::saw(ChipOperation kind,
                    core::FlashRange range,
                    std::uint32_t bytes_done,
                    Bytes bytes) {
  Line operation;
  operation.member("op", kind == ChipOperation::kErase ? "erase" : "program");
  operation.member("at", range.start.value);
  operation.member("bytes", range.size_bytes);
  if (bytes_done != range.size_bytes) operation.member("done", bytes_done);
  if (!bytes.empty() && bytes.size() <= kRecordedBytes) operation.hex_member("data", bytes);
  line(operation.finish());
}

}  // namespace rota::board
