// What each answer of a server does to an update: the tables of spec 6.3, detours, resumption and
// parts. Whole downloads and how they end: update_conversation_test.cc.
#include <gtest/gtest.h>

#include "core/conversation_for_test.h"

namespace rota::core {
namespace {

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

  start().next();
  conversation_->on_response(part(0, 29999, 30000));  // from its beginning
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

  start().next();
  conversation_->on_response(ok(8000));
  EXPECT_EQ(next(), "request 0-2047 on a new connection");
  conversation_->on_response(part(0, 2047, 0));
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

TEST_F(Conversations, WithoutResumptionAnOffsetMeansNothing) {
  options_.resume_at = 8192;
  start();
  EXPECT_EQ(conversation_->resumed_at(), 0U);
  EXPECT_EQ(next(), "request");
}

TEST_F(Conversations, AnEmptyFileHasALength) {
  start().next();
  EXPECT_EQ(conversation_->image_bytes(), -1);
  conversation_->on_response(ok(0));
  EXPECT_EQ(conversation_->image_bytes(), 0);
}

TEST_F(Conversations, AFileAsLargeAsOnePartNeedsNoRange) {
  options_.partial_download = true;
  options_.max_request_bytes = 5000;
  start().next();
  conversation_->on_response(ok(5000));
  EXPECT_EQ(next(), "request on a new connection");
}

TEST_F(Conversations, APartSizeOfZeroMeansTheDefault) {
  options_.partial_download = true;
  options_.max_request_bytes = 0;
  start().next();
  conversation_->on_response(ok(100000));
  EXPECT_EQ(next(), "request 0-65535 on a new connection");
}

TEST_F(Conversations, AnAnswerFromAnotherFileStartsOverOnce) {
  const auto other = [](int code) {
    HttpAnswer answer = status(code);
    answer.content_length = 5000;
    answer.is_other_content = true;
    return answer;
  };
  options_.resumption = true;
  options_.resume_at = 8192;
  for (const int code : {200, 206}) {
    start().next();
    conversation_->on_response(other(code));
    EXPECT_EQ(next(), kAgain) << code;
  }
  start().next();
  conversation_->on_response(other(400));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpStatus);
  start().next();
  conversation_->on_response(other(404));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpNotFound) << "an error page is no other file";

  // In the middle of an update its first bytes are in flash already.
  options_.partial_download = true;
  options_.max_request_bytes = 2048;
  options_.resume_at = 0;
  for (const bool is_other : {false, true}) {
    start().next();
    conversation_->on_response(ok(8000));
    EXPECT_EQ(next(), "request 0-2047 on a new connection");
    conversation_->on_response(part(0, 2047, 8000));
    EXPECT_EQ(next(), "read 1024");
    conversation_->on_bytes(Bytes(image_).first(2048));
    conversation_->on_end(true);
    EXPECT_EQ(next(), "request 2048-4095");
    conversation_->on_response(is_other ? other(206) : status(416));
    EXPECT_EQ(next(), "failed");
    EXPECT_EQ(error(), is_other ? Error::kHttpBodyChanged : Error::kHttpRangeRefused);
    ASSERT_TRUE(conversation_->abort().ok());
  }
}

TEST_F(Conversations, TheProbeMayBeToldThatNothingChanged) {
  options_.partial_download = true;
  start().next();
  conversation_->on_response(status(304));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpNotModified);
}

TEST_F(Conversations, TheProbeByRangeMayBeSentElsewhereOrRefused) {
  options_.partial_download = true;
  const auto probe_by_range = [&] {
    start().next();
    conversation_->on_response(status(405));
    EXPECT_EQ(next(), "request 0-0 on a new connection");
  };
  probe_by_range();
  conversation_->on_response(status(401));
  EXPECT_EQ(next(), "authorize");
  conversation_->on_authorized(true);
  EXPECT_EQ(next(), "request 0-0 on a new connection");
  conversation_->on_response(status(404));
  EXPECT_EQ(next(), "failed");
  EXPECT_EQ(error(), Error::kHttpNotFound);
}

TEST_F(Conversations, PartsThatResumeBeyondTheFileStartOver) {
  options_.partial_download = true;
  options_.resumption = true;
  options_.resume_at = 8192;
  options_.max_request_bytes = 2048;
  start();
  EXPECT_EQ(next(), "request head");
  conversation_->on_response(ok(5000));
  EXPECT_EQ(next(), "request 0-2047 on a new connection");

  start().next();
  conversation_->on_response(ok(8192));
  EXPECT_EQ(next(), "request 0-2047 on a new connection") << "nothing is left of it";
}

TEST_F(Conversations, AnEmptyFileIsAskedForInOnePart) {
  options_.partial_download = true;
  start().next();
  conversation_->on_response(ok(0));
  EXPECT_EQ(next(), "request on a new connection");
}

}  // namespace
}  // namespace rota::core
