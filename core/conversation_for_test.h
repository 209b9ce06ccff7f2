// What the tests of UpdateConversation share: a board, and a server that answers as it is told. Not
// a test by itself.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/update_board_for_test.h"
#include "core/update_conversation.h"

namespace rota::core {

using Kind = Wish::Kind;

inline Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }

inline std::string text_of(const Wish& wish) {
  constexpr const char* kNames[] = {"request", "redirect", "authorize",
                                    "read",    "complete", "failed"};
  std::string text = kNames[static_cast<std::size_t>(wish.kind)];
  if (wish.kind == Kind::kRequest && wish.head_only) text += " head";
  if (wish.range) {
    text += " " + std::to_string(wish.range->first) + "-";
    if (wish.range->last) text += std::to_string(*wish.range->last);
  }
  if (wish.kind == Kind::kRequest && wish.new_connection) text += " on a new connection";
  if (wish.read_exactly != 0) text += " " + std::to_string(wish.read_exactly);
  return text;
}

inline HttpAnswer ok(std::int64_t length) { return {200, length, -1, -1}; }
inline HttpAnswer part(std::int64_t first, std::int64_t last, std::int64_t total) {
  return {206, last - first + 1, first, total};
}
inline HttpAnswer status(int code) { return {code, 0, -1, -1}; }

class Conversations : public testing::Test {
 protected:
  Conversations() {
    options_.staging = &board_.partition("ota_0");
    options_.final = options_.staging;
  }

  UpdateConversation& start() {
    conversation_.emplace(*board_.update, *board_.selection, *board_.access,
                          board_.partition("factory"), board_.settings, options_);
    return *conversation_;
  }
  std::string next() { return text_of(conversation_->next()); }
  Error error() const { return conversation_->error(); }

  // What a server with ranges does with one request.
  struct Server {
    std::vector<std::byte> file;
    bool knows_ranges = true;
    bool knows_head = true;
    bool sends_length = true;
    std::size_t piece = 1400;
    std::size_t closes_after = ~std::size_t{0};  // bytes of all bodies
  };

  // Runs until kComplete or kFailed; every request goes to `requests_`.
  Kind run(Server& server) {
    std::size_t at = 0;
    std::size_t end = 0;
    std::size_t sent = 0;
    for (int guard = 0; guard < 100000; ++guard) {
      const Wish wish = conversation_->next();
      if (wish.kind == Kind::kRequest) {
        requests_.push_back(text_of(wish));
        const bool ranged = wish.range && server.knows_ranges;
        at = ranged ? wish.range->first : 0;
        end = ranged && wish.range->last ? *wish.range->last + 1 : server.file.size();
        end = std::min(end, server.file.size());
        conversation_->on_response(answer(server, wish, ranged, at, end));
      } else if (wish.kind == Kind::kRead) {
        std::size_t count = std::min(server.piece, end - at);
        if (wish.read_exactly != 0) count = std::min<std::size_t>(wish.read_exactly, end - at);
        count = std::min(count, server.closes_after - sent);
        if (count == 0 || (wish.read_exactly != 0 && count < wish.read_exactly)) {
          conversation_->on_end(at == end || !server.sends_length);
          continue;
        }
        conversation_->on_bytes(Bytes(server.file).subspan(at, count));
        at += count;
        sent += count;
      } else {
        return wish.kind;
      }
    }
    ADD_FAILURE() << "the conversation does not end";
    return Kind::kFailed;
  }

  // As far as the first read of the body.
  void connect(std::int64_t length) {
    EXPECT_EQ(next(), "request");
    conversation_->on_response(ok(length));
    EXPECT_EQ(next(), "read 1024");
  }

  void expect_installed(std::string_view label = "ota_0") {
    EXPECT_EQ(board_.read(label, static_cast<std::uint32_t>(image_.size())), image_);
    EXPECT_TRUE(conversation_->switched());
    EXPECT_EQ(board_.selection->boot_partition(), &board_.partition(label));
  }
  void expect_nothing_switched() {
    EXPECT_FALSE(conversation_->switched());
    EXPECT_TRUE(board_.is_blank("otadata", 0, 0x2000));
  }

  UpdateBoardForTest board_;
  UpdateConversation::Options options_;
  std::optional<UpdateConversation> conversation_;
  std::vector<std::string> requests_;
  const std::vector<std::byte> image_ =
      ImageForTest{.version = "2.0.0", .payload_bytes = 30000}.build();

 private:
  static HttpAnswer answer(
      const Server& server, const Wish& wish, bool ranged, std::size_t at, std::size_t end) {
    const auto size = static_cast<std::int64_t>(server.file.size());
    if (wish.head_only) return server.knows_head ? ok(size) : status(405);
    if (ranged && at >= server.file.size()) return status(416);
    const auto first = static_cast<std::int64_t>(at);
    if (ranged) return part(first, static_cast<std::int64_t>(end) - 1, size);
    return ok(server.sends_length ? size : -1);
  }
};

}  // namespace rota::core
