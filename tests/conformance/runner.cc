#include "runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "vectors.h"

namespace rota::conformance {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::string_view kSuffix = ".jsonl.gz";

const KindEntry* kind_of(const std::string& file_name, const json& first_vector) {
  for (const KindEntry& entry : all_kinds()) {
    if (file_name.starts_with(entry.file_prefix) && first_vector.contains(entry.key)) return &entry;
  }
  return nullptr;
}

std::string id_of(const json& vector, std::size_t line) {
  return vector.is_object() && vector.contains("id") ? "id " + vector["id"].dump()
                                                     : fmt::format("line {}", line + 1);
}

// By its id or, without one, by its line.
bool is_chosen(const json& vector, std::size_t line, const RunOptions& options) {
  if (!options.only_id) return true;
  const bool has_id =
      vector.is_object() && vector.contains("id") && vector["id"].is_number_integer();
  const auto id = has_id ? vector["id"].get<std::int64_t>() : static_cast<std::int64_t>(line) + 1;
  return id == *options.only_id;
}

Verdict compare_safely(const VectorKind& kind, const json& vector) {
  if (!vector.is_object()) {
    Verdict verdict;
    verdict.differs("the line is not a JSON object");
    return verdict;
  }
  try {
    return kind.compare(vector);
  } catch (const std::exception& e) {
    Verdict verdict;
    verdict.differs(std::string("the vector can not be compared: ") + e.what());
    return verdict;
  }
}

void count(FileReport& report,
           const Verdict& verdict,
           const std::string& id,
           std::size_t max_examples) {
  ++report.vectors;
  report.steps_present += verdict.steps_present;
  report.steps_compared += verdict.steps_compared;
  if (verdict.steps_compared > 0) ++report.compared;
  if (verdict.deviations.empty() && verdict.unexplained.empty()) ++report.agreeing;
  std::vector<const Deviation*> rules = verdict.deviations;
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  for (const Deviation* rule : rules) ++report.deviations[rule];
  if (verdict.unexplained.empty()) return;
  ++report.unexplained;
  if (report.examples.size() < max_examples) {
    report.examples.push_back(id + ": " + verdict.unexplained);
  }
}

void merge(FileReport& into, const FileReport& part, std::size_t max_examples) {
  into.vectors += part.vectors;
  into.compared += part.compared;
  into.agreeing += part.agreeing;
  into.steps_present += part.steps_present;
  into.steps_compared += part.steps_compared;
  into.unexplained += part.unexplained;
  for (const auto& [rule, vectors] : part.deviations) into.deviations[rule] += vectors;
  for (const std::string& example : part.examples) {
    if (into.examples.size() < max_examples) into.examples.push_back(example);
  }
}

void check_ceilings(FileReport& report) {
  for (const auto& [rule, vectors] : report.deviations) {
    const double allowed =
        std::ceil(rule->ceiling_per_thousand * static_cast<double>(report.vectors) / 1000.0);
    if (static_cast<double>(vectors) <= allowed) continue;
    report.broken_ceilings.push_back(
        fmt::format("{} applied to {} of {} vectors, more than its ceiling of {}: {}", rule->row,
                    vectors, report.vectors, allowed, rule->when));
  }
}

std::string deviations_by_row(const FileReport& report) {
  std::map<std::string, std::uint64_t> rows;
  for (const auto& [rule, vectors] : report.deviations) rows[std::string(rule->row)] += vectors;
  std::string text;
  for (const auto& [row, vectors] : rows) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", row, vectors);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<fs::path> vector_files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename().string().ends_with(kSuffix)) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

FileReport run_file(const fs::path& file, const fs::path& folder, const RunOptions& options) {
  FileReport report;
  report.name = fs::relative(file, folder).string();
  const std::string text = read_unpacked(file);
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.empty()) return report;
  const KindEntry* entry =
      kind_of(file.filename().string(), json::parse(lines.front(), nullptr, false));
  if (entry == nullptr) {
    report.vectors = lines.size();
    return report;
  }
  report.is_known = true;
  const std::unique_ptr<VectorKind> kind = entry->open(file.parent_path());

  std::atomic<std::size_t> next_line = 0;
  std::vector<FileReport> parts(std::max(1U, options.threads));
  const auto work = [&](FileReport& part) {
    for (std::size_t line = next_line++; line < lines.size(); line = next_line++) {
      const json vector = json::parse(lines[line], nullptr, false);
      if (!is_chosen(vector, line, options)) continue;
      count(part, compare_safely(*kind, vector), id_of(vector, line), options.max_examples);
    }
  };
  {
    std::vector<std::jthread> threads;
    threads.reserve(parts.size());
    for (FileReport& part : parts) threads.emplace_back(work, std::ref(part));
  }
  for (const FileReport& part : parts) merge(report, part, options.max_examples);
  check_ceilings(report);
  return report;
}

std::string text_of(std::span<const FileReport> reports) {
  std::size_t name_width = 4;
  for (const FileReport& report : reports) name_width = std::max(name_width, report.name.size());
  std::string text = fmt::format("{:<{}}  {:>7}  {:>8}  {:>8}  {:>15}  {:>11}  {}\n", "file",
                                 name_width, "vectors", "compared", "agreeing", "steps compared",
                                 "unexplained", "deviations (docs/compatibility.md)");
  for (const FileReport& report : reports) {
    if (!report.is_known) {
      text += fmt::format("{:<{}}  {:>7}  unknown: no comparison for this kind of vectors\n",
                          report.name, name_width, report.vectors);
      continue;
    }
    text += fmt::format("{:<{}}  {:>7}  {:>8}  {:>8}  {:>15}  {:>11}  {}\n", report.name,
                        name_width, report.vectors, report.compared, report.agreeing,
                        fmt::format("{}/{}", report.steps_compared, report.steps_present),
                        report.unexplained, deviations_by_row(report));
  }
  for (const FileReport& report : reports) {
    if (report.holds()) continue;
    text += fmt::format("\n{}:\n", report.name);
    for (const std::string& example : report.examples) text += "  " + example + "\n";
    for (const std::string& broken : report.broken_ceilings) text += "  " + broken + "\n";
  }
  return text;
}

}  // namespace rota::conformance
