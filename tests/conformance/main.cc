// rota_conformance [DIR] [--only NAME] [--id N] [--threads N]
//
// Compares what our code does with what the reference did, for every file of recorded vectors in
// DIR. Exit: 0 everything is explained and no rule of deviation exceeds its ceiling, 1 not so,
// 2 wrong use or nothing to compare.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "runner.h"
#include "vectors.h"

namespace {

namespace fs = std::filesystem;
using rota::conformance::FileReport;

std::string closing_line(const std::vector<FileReport>& reports) {
  std::uint64_t vectors = 0;
  std::uint64_t unexplained = 0;
  std::uint64_t unknown_files = 0;
  std::uint64_t ceilings = 0;
  for (const FileReport& report : reports) {
    if (report.is_known) vectors += report.vectors;
    if (!report.is_known) ++unknown_files;
    unexplained += report.unexplained;
    ceilings += report.broken_ceilings.size();
  }
  std::string line = fmt::format("\n{} vectors compared, {} unexplained", vectors, unexplained);
  if (ceilings > 0) line += fmt::format(", {} ceilings exceeded", ceilings);
  if (unknown_files > 0) line += fmt::format("; {} files of an unknown kind", unknown_files);
  return line + ".\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Compares our code with recordings of the reference."};
  std::string folder = rota::conformance::usual_vectors_folder().string();
  std::string only;
  rota::conformance::RunOptions options;
  app.add_option("DIR", folder, "Folder with *.jsonl.gz files (also in subfolders)")
      ->capture_default_str();
  app.add_option("--only", only, "Only files whose name contains this");
  app.add_option("--id", options.only_id, "Only the vector with this id (or line number)");
  app.add_option("--threads", options.threads, "Threads")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }

  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    std::cerr << fmt::format("{} is not a folder; name one with recorded vectors (*.jsonl.gz)\n",
                             folder);
    return 2;
  }
  try {
    std::vector<FileReport> reports;
    for (const fs::path& file : rota::conformance::vector_files_in(folder)) {
      if (file.filename().string().find(only) == std::string::npos) continue;
      reports.push_back(rota::conformance::run_file(file, folder, options));
    }
    if (reports.empty()) {
      std::cerr << fmt::format("there are no recorded vectors (*.jsonl.gz) in {}\n", folder);
      return 2;
    }
    std::cout << rota::conformance::text_of(reports) << closing_line(reports);
    const bool all_hold = std::all_of(reports.begin(), reports.end(),
                                      [](const FileReport& report) { return report.holds(); });
    return all_hold ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 2;
  }
}
