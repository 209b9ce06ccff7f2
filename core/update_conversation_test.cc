// Tables of requests and answers (spec 6.3), and whole updates over a scripted server.
#include "core/update_conversation.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/update_board_for_test.h"

namespace rota::core {
namespace {

using Kind = Wish::Kind;

Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }

std::string text_of(const Wish& wish) {
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

HttpAnswer ok(std::int64_t length) { return {200, length, -1, -1}; }
HttpAnswer part(std::int64_t first, std::int64_t last, std::int64_t total) {
  return {206, last - first + 1, first, total};
}
HttpAnswer status(int code) { return {code, 0, -1, -1}; }

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

// ---- Plain downloads ----

TEST_F(Conversations, ADownloadIsWrittenVerifiedAndSwitchedTo) {
  Server server{image_};
  start();
  EXPECT_EQ(error(), Error::kWrongState) << "nothing has failed";
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_, std::vector<std::string>{"request"});
  EXPECT_EQ(conversation_->image_bytes(), static_cast<std::int64_t>(image_.size()));
  EXPECT_EQ(conversation_->bytes_done(), image_.size());
  EXPECT_TRUE(conversation_->finish().ok());
  expect_installed();
}

TEST_F(Conversations, PiecesMayHaveAnySize) {
  for (const std::size_t piece : {1, 511, 4096, 100000}) {
    Server server{image_};
    server.piece = piece;
    start();
    ASSERT_EQ(run(server), Kind::kComplete);
    EXPECT_TRUE(conversation_->finish().ok());
    expect_installed();
  }
}

TEST_F(Conversations, ABulkEraseNeedsNoLength) {
  options_.bulk_erase = true;
  for (const bool sends_length : {true, false}) {
    Server server{image_};
    server.sends_length = sends_length;
    start();
    ASSERT_EQ(run(server), Kind::kComplete);
    EXPECT_TRUE(conversation_->finish().ok());
    expect_installed();
  }
}

TEST_F(Conversations, ABulkEraseOfTooMuchIsRefusedBeforeAnythingIsRead) {
  options_.bulk_erase = true;
  start();
  EXPECT_EQ(next(), "request");
  conversation_->on_response(ok(UpdateBoardForTest::kSlotBytes + 1));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kPartitionOverrun);
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
}

// ---- Every row of spec 6.3 ----

struct StatusRow {
  int status;
  const char* plain;       // the next wish, or the error's name
  const char* resumption;  // with an offset of 8192
  const char* later_part;  // of a download in parts
};

class StatusTable : public Conversations, public testing::WithParamInterface<StatusRow> {
 protected:
  std::string outcome() {
    const std::string wish = next();
    return wish == "failed" ? std::string(describe(error()).name) : wish;
  }
};

TEST_P(StatusTable, ForADownload) {
  start();
  EXPECT_EQ(next(), "request");
  conversation_->on_response({GetParam().status, 5000, -1, -1});
  EXPECT_EQ(outcome(), GetParam().plain);
  EXPECT_EQ(conversation_->status_code(), GetParam().status);
}

TEST_P(StatusTable, ForAResumedDownload) {
  options_.resumption = true;
  options_.resume_at = 8192;
  start();
  EXPECT_EQ(next(), "request 8192-");
  conversation_->on_response({GetParam().status, 5000, -1, -1});
  EXPECT_EQ(outcome(), GetParam().resumption);
}

TEST_P(StatusTable, ForALaterPart) {
  options_.partial_download = true;
  options_.max_request_bytes = 2048;
  start();
  EXPECT_EQ(next(), "request head");
  conversation_->on_response(ok(8000));
  EXPECT_EQ(next(), "request 0-2047 on a new connection");
  conversation_->on_response(part(0, 2047, 8000));
  EXPECT_EQ(next(), "read 1024");
  conversation_->on_bytes(Bytes(image_).first(2048));
  conversation_->on_end(true);
  EXPECT_EQ(next(), "request 2048-4095");
  conversation_->on_response({GetParam().status, 2048, -1, -1});
  EXPECT_EQ(outcome(), GetParam().later_part);
}

constexpr const char* kAgain = "request on a new connection";  // from the first byte

INSTANTIATE_TEST_SUITE_P(
    Spec63,
    StatusTable,
    testing::Values(StatusRow{100, "read 1024", kAgain, "HttpRangeMismatch"},
                    StatusRow{200, "read 1024", kAgain, "HttpRangeMismatch"},
                    StatusRow{201, "read 1024", kAgain, "HttpRangeMismatch"},
                    StatusRow{206, "read 1024", "read", "read"},
                    StatusRow{300, "read 1024", kAgain, "HttpRangeMismatch"},
                    StatusRow{301, "redirect", "redirect", "redirect"},
                    StatusRow{302, "redirect", "redirect", "redirect"},
                    StatusRow{303, "redirect", "redirect", "redirect"},
                    StatusRow{304, "HttpNotModified", "HttpNotModified", "HttpNotModified"},
                    StatusRow{305, "read 1024", kAgain, "HttpRangeMismatch"},
                    StatusRow{307, "redirect", "redirect", "redirect"},
                    StatusRow{308, "redirect", "redirect", "redirect"},
                    StatusRow{400, "HttpStatus", "HttpStatus", "HttpStatus"},
                    StatusRow{401, "authorize", "authorize", "authorize"},
                    StatusRow{403, "HttpForbidden", "HttpForbidden", "HttpForbidden"},
                    StatusRow{404, "HttpNotFound", "HttpNotFound", "HttpNotFound"},
                    StatusRow{416, "HttpRangeRefused", kAgain, "HttpRangeRefused"},
                    StatusRow{429, "HttpStatus", "HttpStatus", "HttpStatus"},
                    StatusRow{500, "HttpServerError", "HttpServerError", "HttpServerError"},
                    StatusRow{503, "HttpServerError", "HttpServerError", "HttpServerError"}),
    [](const auto& row) { return std::to_string(row.param.status); });

// ---- Redirects and credentials ----

TEST_F(Conversations, DetoursLeadBackToTheSameRequest) {
  options_.resumption = true;
  options_.resume_at = 8192;
  start();
  EXPECT_EQ(next(), "request 8192-");
  conversation_->on_response(status(302));
  EXPECT_EQ(next(), "redirect");
  conversation_->on_redirected(true);
  EXPECT_EQ(next(), "request 8192-");
  conversation_->on_response(status(401));
  EXPECT_EQ(next(), "authorize");
  conversation_->on_authorized(true);
  EXPECT_EQ(next(), "request 8192-");
  conversation_->on_response(part(8192, 20000, 20001));
  EXPECT_EQ(next(), "read");
}

TEST_F(Conversations, Trap60_RedirectsEnd) {
  options_.max_redirects = 5;
  start();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(next(), "request");
    conversation_->on_response(status(301));
    EXPECT_EQ(next(), "redirect");
    conversation_->on_redirected(true);
  }
  EXPECT_EQ(next(), "request");
  conversation_->on_response(status(301));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpTooManyRedirects);
}

TEST_F(Conversations, ADetourThatFailsEndsTheUpdate) {
  start().next();
  conversation_->on_response(status(302));
  EXPECT_EQ(next(), "redirect");
  conversation_->on_redirected(false);
  EXPECT_EQ(next(), "failed");

  start().next();
  conversation_->on_response(status(401));
  EXPECT_EQ(next(), "authorize");
  conversation_->on_authorized(false);
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpUnauthorized);
}

// ---- Resumption ----

TEST_F(Conversations, AResumeStartsAtTheSectorBelowAndChecksItAgain) {
  board_.put("ota_0", Bytes(image_).first(10000));
  const std::byte torn = image_[9000] & std::byte{0x0F};
  board_.put("ota_0", Bytes(&torn, 1), 9000);
  options_.resumption = true;
  options_.resume_at = 10000;
  Server server{image_};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_, std::vector<std::string>{"request 8192-"});
  EXPECT_EQ(conversation_->resumed_at(), 8192u);
  EXPECT_TRUE(conversation_->finish().ok());
  expect_installed();
}

TEST_F(Conversations, Trap61_AServerWithoutRangesStartsOverInTheSameCall) {
  options_.resumption = true;
  options_.resume_at = 8192;
  Server server{image_};
  server.knows_ranges = false;
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_, (std::vector<std::string>{"request 8192-", "request on a new connection"}));
  EXPECT_EQ(conversation_->resumed_at(), 0u);
  EXPECT_TRUE(conversation_->finish().ok());
  expect_installed();
}

TEST_F(Conversations, AnOffsetBeyondTheFileStartsOver) {
  options_.resumption = true;
  options_.resume_at = 0x10000;
  Server server{image_};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_, (std::vector<std::string>{"request 65536-", "request on a new connection"}));
}

TEST_F(Conversations, Trap62_ALittleIsNotResumed) {
  options_.resumption = true;
  for (const std::uint32_t few : {0U, 512U, 1023U}) {
    options_.resume_at = few;
    start();
    EXPECT_EQ(next(), "request 0-");
    conversation_->on_response(part(0, 5000, 5001));
    EXPECT_EQ(next(), "read 1024");
    ASSERT_TRUE(conversation_->abort().ok());
  }
}

TEST_F(Conversations, Trap62_AResumedImageIsJudgedOnlyAtTheEnd) {
  const std::vector<std::byte> foreign = ImageForTest{.payload_bytes = 30000, .chip_id = 5}.build();
  board_.put("ota_0", Bytes(foreign).first(8192));
  options_.resumption = true;
  options_.resume_at = 8192;
  Server server{foreign};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(error_of(conversation_->finish()), Error::kValidationFailed);
  EXPECT_EQ(conversation_->detail(), Error::kImageWrongChip);
  expect_nothing_switched();
}

TEST_F(Conversations, AnAnswerWithAnotherRangeIsRefused) {
  options_.resumption = true;
  options_.resume_at = 8192;
  start().next();
  conversation_->on_response(part(4096, 20000, 20001));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpRangeMismatch);
}

// ---- Parts ----

TEST_F(Conversations, PartsFollowEachOther) {
  options_.partial_download = true;
  options_.max_request_bytes = 10000;
  Server server{image_};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  const std::string last = std::to_string(image_.size() - 1);
  EXPECT_EQ(requests_, (std::vector<std::string>{
                           "request head", "request 0-9999 on a new connection",
                           "request 10000-19999", "request 20000-29999", "request 30000-" + last}));
  EXPECT_TRUE(conversation_->all_data_arrived(true));
  EXPECT_TRUE(conversation_->finish().ok());
  expect_installed();
}

TEST_F(Conversations, TheLastPartMayBeFull) {
  options_.partial_download = true;
  options_.max_request_bytes = static_cast<std::uint32_t>(image_.size() / 2);
  ASSERT_EQ(image_.size() % 2, 0u);
  Server server{image_};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_.size(), 3u);
}

TEST_F(Conversations, AFileThatFitsOneRequestNeedsNoRange) {
  options_.partial_download = true;
  Server server{image_};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_, (std::vector<std::string>{"request head", "request on a new connection"}));
}

TEST_F(Conversations, WithoutHeadTheLengthIsAskedForByARange) {
  options_.partial_download = true;
  Server server{image_};
  server.knows_head = false;
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_, (std::vector<std::string>{"request head", "request 0-0 on a new connection",
                                                 "request on a new connection"}));
}

TEST_F(Conversations, ARedirectOfTheProbeLeadsBackToTheProbe) {
  options_.partial_download = true;
  start();
  EXPECT_EQ(next(), "request head");
  conversation_->on_response(status(302));
  EXPECT_EQ(next(), "request 0-0 on a new connection");
  conversation_->on_response(status(302));
  EXPECT_EQ(next(), "redirect");
  conversation_->on_redirected(true);
  EXPECT_EQ(next(), "request 0-0 on a new connection");
  conversation_->on_response(part(0, 0, 5000));
  EXPECT_EQ(next(), "request on a new connection");
  EXPECT_EQ(conversation_->image_bytes(), 5000);
}

TEST_F(Conversations, PartsNeedALength) {
  options_.partial_download = true;
  start().next();
  conversation_->on_response(ok(-1));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpLengthUnknown);

  start().next();
  conversation_->on_response(ok(0x100000000));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpLengthUnknown);
}

TEST_F(Conversations, PartsOfDifferentFilesAreNotMixed) {
  options_.partial_download = true;
  options_.max_request_bytes = 2048;
  start().next();
  conversation_->on_response(ok(8000));
  EXPECT_EQ(next(), "request 0-2047 on a new connection");
  conversation_->on_response(part(0, 2047, 9000));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpBodyChanged);
}

TEST_F(Conversations, MoreThanTheFileHoldsIsRefused) {
  options_.partial_download = true;
  start().next();
  conversation_->on_response(ok(2000));
  EXPECT_EQ(next(), "request on a new connection");
  conversation_->on_response(ok(2000));
  EXPECT_EQ(next(), "read 1024");
  conversation_->on_bytes(Bytes(image_).first(3000));
  conversation_->on_end(true);
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpBodyChanged);
}

TEST_F(Conversations, PartsResumeWhereTheyStopped) {
  board_.put("ota_0", Bytes(image_).first(8192));
  options_.partial_download = true;
  options_.max_request_bytes = 20000;
  options_.resumption = true;
  options_.resume_at = 8192;
  Server server{image_};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(requests_,
            (std::vector<std::string>{"request head", "request 8192-28191 on a new connection",
                                      "request 28192-" + std::to_string(image_.size() - 1)}));
  EXPECT_TRUE(conversation_->finish().ok());
  expect_installed();
}

// ---- The first bytes ----

TEST_F(Conversations, Trap55_AFileBelow1024BytesIsTooShort) {
  start();
  connect(900);
  conversation_->on_end(true);
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kImageTooShort);
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
}

TEST_F(Conversations, AnImageForAnotherChipIsRefusedBeforeAnythingIsErased) {
  const std::vector<std::byte> foreign = ImageForTest{.chip_id = 5}.build();
  start();
  connect(static_cast<std::int64_t>(foreign.size()));
  conversation_->on_bytes(Bytes(foreign).first(1024));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kImageWrongChip);
  EXPECT_EQ(board_.chip.state.operation_count, 0u);
}

TEST_F(Conversations, AnotherSpiModeIsRefusedWhenBothAreKnown) {
  struct Row {
    std::uint8_t mode;
    bool check;
    bool accepted;
  };
  for (const Row row :
       {Row{1, true, false}, Row{0, true, true}, Row{3, true, true}, Row{1, false, true}}) {
    SCOPED_TRACE(int{row.mode});
    const std::vector<std::byte> other = ImageForTest{.spi_flash_mode = row.mode}.build();
    options_.check_spi_mode = row.check;
    start();
    connect(static_cast<std::int64_t>(other.size()));
    conversation_->on_bytes(Bytes(other).first(1024));
    EXPECT_EQ(next(), row.accepted ? "read" : "failed");
    if (!row.accepted) {
      EXPECT_EQ(error(), Error::kImageSpiModeMismatch);
    }
    ASSERT_TRUE(conversation_->abort().ok());
  }
}

TEST_F(Conversations, AWebPageIsNamedByItsFirstBytes) {
  std::string page = "<!DOCTYPE html><html><head><title>Login</title>";
  page.resize(2000, ' ');
  start();
  connect(2000);
  conversation_->on_bytes(bytes_of(page).first(1024));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kFirstByteWrong);
  EXPECT_TRUE(rota::text_of(conversation_->first_bytes()).starts_with("<!DOCTYPE html>"));
}

TEST_F(Conversations, DataHaveNoHeader) {
  options_.staging = &board_.partition("ota_0");
  options_.final = &board_.partition("nvs");
  options_.finalize_with_copy = true;
  Server server{std::vector<std::byte>(700, std::byte{0x12})};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_TRUE(conversation_->finish().ok());
  EXPECT_EQ(board_.read("nvs", 700), server.file);
  expect_nothing_switched();
}

TEST_F(Conversations, AFactoryImageIsCopiedAndNotSwitchedTo) {
  board_.put("ota_1", ImageForTest{}.build());
  board_.boot("ota_1");
  options_.final = &board_.partition("factory");
  options_.finalize_with_copy = true;
  Server server{image_};
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_TRUE(conversation_->finish().ok());
  EXPECT_EQ(board_.read("factory", static_cast<std::uint32_t>(image_.size())), image_);
  expect_nothing_switched();
}

// ---- Ends ----

TEST_F(Conversations, AConnectionThatEndsEarlyIsAnError) {
  Server server{image_};
  server.closes_after = 20000;
  start();
  EXPECT_EQ(run(server), Kind::kFailed);
  EXPECT_EQ(error(), Error::kHttpConnectionClosed);
  ASSERT_TRUE(conversation_->abort().ok());
  expect_nothing_switched();
}

TEST_F(Conversations, Trap64_WithoutALengthTheImageItselfTells) {
  Server server{image_};
  server.sends_length = false;
  server.closes_after = 20000;
  start();
  EXPECT_EQ(run(server), Kind::kComplete);
  EXPECT_EQ(error_of(conversation_->finish()), Error::kValidationFailed);
  expect_nothing_switched();
}

TEST_F(Conversations, Trap57_FinishBeforeTheEndSwitchesNothing) {
  start();
  EXPECT_TRUE(conversation_->finish().ok());  // nothing was begun
  expect_nothing_switched();

  start();
  connect(static_cast<std::int64_t>(image_.size()));
  conversation_->on_bytes(image_);  // all of it, but the end was not seen
  EXPECT_TRUE(conversation_->finish().ok());
  expect_nothing_switched();
}

TEST_F(Conversations, AStalledServerEndsInAnError) {
  options_.max_stalls = 3;
  start();
  connect(static_cast<std::int64_t>(image_.size()));
  conversation_->on_bytes(Bytes(image_).first(1024));
  for (int round = 0; round < 5; ++round) {
    conversation_->on_stalled();
    conversation_->on_stalled();
    EXPECT_EQ(next(), "read");
    conversation_->on_bytes(Bytes(image_).subspan(1024 + static_cast<std::size_t>(round), 1));
  }
  conversation_->on_stalled();
  conversation_->on_stalled();
  conversation_->on_stalled();
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpStalled);
}

TEST_F(Conversations, AnUpdateThatCanNotBeOpenedIsTriedAgain) {
  const auto other = board_.update->begin(board_.partition("ota_0"), kUpdateSequentialWrites);
  ASSERT_TRUE(other.ok());
  start();
  EXPECT_EQ(next(), "request");
  conversation_->on_response(ok(5000));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kUpdateInProgress);
  ASSERT_TRUE(board_.update->abort(*other).ok());
  EXPECT_EQ(next(), "read 1024");
}

TEST_F(Conversations, AbortInEveryPhaseFreesTheSlot) {
  const std::vector<std::function<void()>> events = {
      [] {},
      [&] { next(); },
      [&] {
        conversation_->on_response(status(302));
        next();
      },
      [&] {
        conversation_->on_redirected(true);
        next();
      },
      [&] {
        conversation_->on_response(ok(static_cast<std::int64_t>(image_.size())));
        next();
      },
      [&] {
        conversation_->on_bytes(Bytes(image_).first(1024));
        next();
      },
      [&] {
        conversation_->on_bytes(Bytes(image_).subspan(1024));
        next();
      },
      [&] {
        conversation_->on_end(true);
        next();
      },
  };
  for (std::size_t count = 1; count <= events.size(); ++count) {
    SCOPED_TRACE(count);
    start();
    for (std::size_t i = 0; i < count; ++i) events[i]();
    EXPECT_TRUE(conversation_->abort().ok());
    expect_nothing_switched();
    const auto begun = board_.update->begin(board_.partition("ota_0"), kUpdateSequentialWrites);
    ASSERT_TRUE(begun.ok());
    ASSERT_TRUE(board_.update->abort(*begun).ok());
  }
}

TEST_F(Conversations, EventsThatNobodyAskedForAreRefused) {
  const std::vector<std::function<void()>> unexpected = {
      [&] { conversation_->on_bytes(Bytes(image_).first(10)); },
      [&] { conversation_->on_end(true); },
      [&] { conversation_->on_response(ok(10)); },
  };
  for (const auto& event : unexpected) {
    start();
    event();
    EXPECT_EQ(next(), "failed");
    EXPECT_EQ(error(), Error::kSequenceOfCallsWrong);
  }
}

TEST_F(Conversations, ReadingAndConnectingMayFail) {
  start().next();
  conversation_->on_connection_failed();
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpReadFailed);

  start();
  connect(5000);
  conversation_->on_read_failed();
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpReadFailed);
}

// ---- Decryption: what is received is not what is written ----

TEST_F(Conversations, Trap73_RangesCountWhatWasReceived) {
  options_.partial_download = true;
  options_.max_request_bytes = 2008;  // no multiple of a cipher block
  options_.encrypted_header_bytes = 512;
  start().next();
  conversation_->on_response(ok(5512));
  EXPECT_EQ(conversation_->image_bytes(), 5000);
  EXPECT_EQ(next(), "request 0-2007 on a new connection");
  conversation_->on_response(part(0, 2007, 5512));
  EXPECT_EQ(next(), "read 1024");
  conversation_->on_bytes(Bytes(image_).first(512), 1024);  // the header gives nothing
  EXPECT_EQ(next(), "read");
  conversation_->on_bytes(Bytes(image_).subspan(512, 976), 984);  // 8 bytes wait for their block
  EXPECT_EQ(conversation_->bytes_done(), 1488u);
  conversation_->on_end(true);
  EXPECT_EQ(next(), "request 2008-4015");
}

TEST_F(Conversations, Trap59_ADecrypterMayHoldBytesBack) {
  start();
  connect(5000);
  conversation_->on_bytes(Bytes(image_).first(1024), 1024);
  conversation_->on_bytes({}, 700);
  EXPECT_EQ(next(), "read");
  EXPECT_EQ(conversation_->bytes_done(), 1024u);
  // Of the header it may not: nothing could be judged.
  ASSERT_TRUE(conversation_->abort().ok());
  start();
  connect(5000);
  conversation_->on_bytes({}, 1024);
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kImageTooShort);
}

}  // namespace
}  // namespace rota::core
