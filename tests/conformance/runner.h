// Runs recorded vectors through our code and counts how they compare. Each kind of file is one
// class (images.cc, otadata.cc ...) that compares one vector at a time; the runner finds the files,
// unpacks them, shares the vectors between threads, counts, and prints one table.
//
// To add a kind: implement VectorKind in a file of its own and give it a line in kinds.cc.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "deviations.h"
#include "recorded_json.h"

namespace rota::conformance {

// How one vector compares. Steps are the vector's boots, operations or readers.
struct Verdict {
  std::uint32_t steps_present = 0;
  std::uint32_t steps_compared = 0;  // up to the first step that a deviation makes differ
  std::vector<const Deviation*> deviations;
  std::string unexplained;  // what differs and no rule covers; the first difference is enough

  void deviates(const Deviation& deviation) { deviations.push_back(&deviation); }
  // Remembers the first difference.
  void differs(std::string what) {
    if (unexplained.empty()) unexplained = std::move(what);
  }
  // The usual comparison of one value.
  template <class Got, class Recorded>
  bool expect_equal(std::string_view what, const Got& got, const Recorded& recorded) {
    const nlohmann::json got_value = got;
    const nlohmann::json recorded_value = recorded;
    if (got_value == recorded_value) return true;
    differs(std::string(what) + ": recorded " + recorded_value.dump() + ", got " +
            got_value.dump());
    return false;
  }
};

class VectorKind {
 public:
  virtual ~VectorKind() = default;
  // Called from several threads at once. What it throws counts as unexplained.
  virtual Verdict compare(const nlohmann::json& vector) const = 0;
};

struct KindEntry {
  std::string_view file_prefix;  // of the file's name
  std::string_view key;          // a member that every vector of the kind has, none of another has
  // `folder` holds what belongs to the recording besides the vectors (partition tables, blobs).
  std::unique_ptr<VectorKind> (*open)(const std::filesystem::path& folder);
};
std::span<const KindEntry> all_kinds();

struct FileReport {
  std::string name;  // relative to the folder that was asked for
  bool is_known = false;
  std::uint64_t vectors = 0;
  std::uint64_t compared = 0;
  std::uint64_t agreeing = 0;
  std::uint64_t steps_present = 0;
  std::uint64_t steps_compared = 0;
  std::map<const Deviation*, std::uint64_t> deviations;  // vectors in which a rule applied
  std::uint64_t unexplained = 0;
  std::vector<std::string> examples;  // of what is unexplained, with the vector's id
  std::vector<std::string> broken_ceilings;

  bool holds() const { return unexplained == 0 && broken_ceilings.empty(); }
};

struct RunOptions {
  unsigned threads = 2;
  std::optional<std::int64_t> only_id;
  std::size_t max_examples = 5;
};

// All files of vectors in `folder` and below it, in order of their names.
std::vector<std::filesystem::path> vector_files_in(const std::filesystem::path& folder);

FileReport run_file(const std::filesystem::path& file,
                    const std::filesystem::path& folder,
                    const RunOptions& options);

// The table of all reports, then what is unexplained and which ceilings broke.
std::string text_of(std::span<const FileReport> reports);

}  // namespace rota::conformance
