// A file that a command reads: an image, a table, a flash dump, or `-` for standard input. Read
// piece by piece, so that memory stays small whatever the length; it also reads as a flash chip,
// which is how dumps reach core's code. It can not be written through: program and erase fail.
//
// A board folder may be named wherever a dump may: its flash.bin is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "cli/refusal.h"
#include "cli/unfinished_file.h"
#include "core/flash.h"

namespace rota::cli {

inline constexpr std::uint64_t kMaxInputBytes = 0xFFFFFFFF;         // what 32-bit addresses reach
inline constexpr std::size_t kMaxStandardInputBytes = 256U << 20U;  // kept in memory

class InputFile final : public core::Flash {
 public:
  // Refuses with a sentence: missing, no permission, a folder that is no board, larger than
  // kMaxInputBytes.
  static Result<InputFile, Refusal> open(std::string_view path);
  // Bytes that are at hand already.
  static InputFile of_bytes(std::string name, std::vector<std::byte> bytes);

  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  const std::string& name() const { return name_; }  // as a person calls it
  std::uint32_t size() const { return geometry_.size_bytes; }

  // Up to `bytes` from `offset`; shorter at the end of the file. Refuses when the disk does.
  Result<std::vector<std::byte>, Refusal> read_some(std::uint32_t offset, std::size_t bytes);

  Status read(core::FlashAddress from, MutableBytes into) override;
  Status program(core::FlashAddress, Bytes) override { return Error::kFlashProtected; }
  Status erase(core::FlashRange) override { return Error::kFlashProtected; }
  const core::FlashGeometry& geometry() const override { return geometry_; }

 private:
  InputFile() = default;
  Status read_from_disk(std::uint32_t from, MutableBytes into) const;

  std::string name_;
  int descriptor_ = -1;             // or
  std::vector<std::byte> content_;  // when there is no descriptor
  core::FlashGeometry geometry_;
  // Small reads that follow each other are served from one large one.
  std::vector<std::byte> ahead_;
  std::uint32_t ahead_start_ = 0;
  std::uint32_t next_ = 0;  // where the last read ended
};

enum class FileContent : std::uint8_t { kBinary, kText };

// Writes a file so that it is there whole or not at all: a new file beside it, then a rename. `-`
// is standard output, which may be a terminal for text only.
Outcome write_file(std::string_view path, Bytes content, FileContent kind = FileContent::kBinary);

// The same for content that comes piece by piece. Borrows nothing; until finish() the old file
// stays.
class OutputFile {
 public:
  explicit OutputFile(std::string_view path) : path_(path) {}
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  Outcome append(Bytes content);
  Outcome finish();

 private:
  Outcome open();

  std::string path_;
  UnfinishedFile beside_;  // until it takes its place
  int descriptor_ = -1;
};

// True if the path names a folder.
bool is_folder(const std::string& path);
bool path_exists(const std::string& path);

}  // namespace rota::cli
