// The runner itself: it must be able to fail. Vectors of this test are tables as text, one of them
// recorded as what it is not.
#include "runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "vectors.h"

namespace rota::conformance {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Runner : public ::testing::Test {
 protected:
  Runner() { fs::create_directories(folder_ / "deep"); }
  ~Runner() override { fs::remove_all(folder_); }

  // Not packed: the reader takes such files, too.
  fs::path write(const std::string& name, const std::string& lines) {
    std::ofstream(folder_ / name) << lines;
    return folder_ / name;
  }
  FileReport run(const std::string& lines) {
    return run_file(write("ptable_csv.jsonl.gz", lines), folder_, {});
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("rota_runner_test_" + std::to_string(getpid()));
  const std::string accepted_ =
      R"({"id":1,"csv":"a,data,fat,,4K,","ok":false,"cat":"size_empty","msg":""})";
  const std::string refused_ =
      R"({"id":2,"csv":"a,data,fat,,,","ok":false,"cat":"size_empty","msg":""})";
};

TEST_F(Runner, WhatAgreesIsCounted) {
  const FileReport report = run(refused_ + "\n" + refused_ + "\n");
  EXPECT_TRUE(report.is_known);
  EXPECT_TRUE(report.holds());
  EXPECT_EQ(report.vectors, 2U);
  EXPECT_EQ(report.compared, 2U);
  EXPECT_EQ(report.agreeing, 2U);
  EXPECT_EQ(report.steps_compared, 2U);
}

TEST_F(Runner, ADifferenceIsUnexplainedAndNamed) {
  const FileReport report = run(refused_ + "\n" + accepted_ + "\n");
  EXPECT_FALSE(report.holds());
  EXPECT_EQ(report.agreeing, 1U);
  EXPECT_EQ(report.unexplained, 1U);
  ASSERT_EQ(report.examples.size(), 1U);
  EXPECT_EQ(report.examples[0], R"(id 1: verdict: recorded "size_empty", got "accepted")");
  EXPECT_THAT(text_of(std::span(&report, 1)), HasSubstr(report.examples[0]));
}

TEST_F(Runner, AVectorThatIsNotOneIsUnexplained) {
  const FileReport report = run(refused_ + "\n{\"ok\":true}\nnot JSON\n");
  EXPECT_EQ(report.vectors, 3U);
  EXPECT_EQ(report.unexplained, 2U);
}

TEST_F(Runner, OneVectorCanBeChosen) {
  const fs::path file = write("ptable_csv.jsonl.gz", refused_ + "\n" + accepted_ + "\n");
  RunOptions options;
  options.only_id = 2;
  EXPECT_EQ(run_file(file, folder_, options).vectors, 1U);
}

TEST_F(Runner, AnUnknownFileIsNamedAsSuch) {
  const FileReport report = run_file(write("deep/other.jsonl.gz", "{\"x\":1}\n"), folder_, {});
  EXPECT_FALSE(report.is_known);
  EXPECT_EQ(report.name, "deep/other.jsonl.gz");
  EXPECT_THAT(text_of(std::span(&report, 1)), HasSubstr("unknown"));
  EXPECT_EQ(vector_files_in(folder_).size(), 1U);
}

TEST_F(Runner, ADamagedFileIsAnErrorWithItsName) {
  const fs::path file = write("ptable_csv.jsonl.gz", "\x1f\x8b\x08 no gzip");
  EXPECT_THROW(run_file(file, folder_, {}), std::runtime_error);
}

// The rule covers searches that never end in the reference, but not every vector of a file.
TEST_F(Runner, ARuleThatAppliesTooOftenBreaksItsCeiling) {
  std::string searches;
  for (int i = 0; i < 100; ++i) {
    searches += R"({"kind":"search","list":"n,x","label":"","found":"!hang"})"
                "\n";
  }
  const FileReport report = run_file(write("erase_list.jsonl.gz", searches), folder_, {});
  EXPECT_EQ(report.unexplained, 0U);
  EXPECT_EQ(report.deviations.at(&deviation::kEndlessListSearch), 100U);
  ASSERT_EQ(report.broken_ceilings.size(), 1U);
  EXPECT_THAT(report.broken_ceilings[0], HasSubstr("BOOT-2 applied to 100 of 100 vectors"));
  EXPECT_FALSE(report.holds());
}

TEST(Deviations, EachIsInTheListOnceAndHasACeiling) {
  for (const Deviation* rule : kAllDeviations) {
    EXPECT_GT(rule->ceiling_per_thousand, 0) << rule->row;
    EXPECT_LT(rule->ceiling_per_thousand, 500) << rule->row << " would cover most vectors";
    EXPECT_EQ(std::count(kAllDeviations.begin(), kAllDeviations.end(), rule), 1) << rule->row;
  }
}

}  // namespace
}  // namespace rota::conformance
