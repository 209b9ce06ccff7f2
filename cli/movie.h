// The update movie: a run of a board as steps that a page plays back and forth. Where the events
// come from does not matter: a recording of a virtual board (recorded_run.h) or a sweep of the core
// (proof_movie.h) drive the same MovieMaker.
//
// The maker keeps just enough of the flash to explain each step: which sectors are blank, written
// or torn is left to the page; the two records of OTA data are decoded here. Operations that only
// carry an update on are put together, up to kMovieRunBytes of a slot in one step, so that the
// movie of an update of 4 MB has hundreds of steps and not thousands.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/json.h"
#include "core/flash.h"
#include "formats/ota_data.h"
#include "formats/partition_table.h"

namespace rota::cli {

inline constexpr std::uint32_t kMovieRunBytes = 0x10000;
// A movie that grows larger than this as JSON says so in a step and ends with its verdict.
inline constexpr std::size_t kMovieMaxBytes = 1'500'000;

// Which board the movie shows, as it is before the first step.
struct MovieBoard {
  std::string chip;
  std::uint32_t flash_bytes = 0;
  formats::PartitionRows rows;
  std::vector<std::string> holds;  // beside each row: "native_ota 1.0.0", "empty", ""
  std::vector<bool> written;       // each 4 KiB sector: not blank
  // The first two sectors of OTA data; shorter when the table has none.
  std::vector<std::byte> ota_data;
};
// The same from the bytes of a flash.
MovieBoard movie_board(std::string chip, Bytes flash, const formats::PartitionRows& rows);

// {"a_recording": ...} and back; the first line of a recording, and each time a run goes on later.
Json json_of(const MovieBoard& board);
// nullopt: not what json_of() writes.
std::optional<MovieBoard> movie_board_of(const Json& json);

class MovieMaker {
 public:
  explicit MovieMaker(MovieBoard board);

  // What the next steps belong to, in microseconds since any moment; absent: no clock is shown.
  void at_time_us(std::uint64_t time_us);

  void power_on();
  void power_off(std::string_view why);
  void boots(std::string_view why);
  void rule(std::string_view sentence);  // of the bootloader, in the order in which they decided
  void starts(std::string_view position, std::string_view image);
  // Text of the console; it may end within a line.
  void console(std::string_view source, std::string_view text);

  // A flash operation. `data`: what was to be stored, where it is known. `bytes_done` less than
  // all: torn.
  void erases(core::FlashRange range, std::uint32_t bytes_done);
  void programs(core::FlashRange range, std::uint32_t bytes_done, Bytes data);
  void burns(std::uint32_t bits);
  // What happened to the operation before, which is shown as torn where it was not done whole.
  void fault(std::string_view sentence);
  // The board's OTA data are now these, whatever the operations said: a torn write of single bits.
  void ota_data_is(Bytes bytes);
  // A tool changed the flash between two runs.
  void board_is(const MovieBoard& board);

  void note(std::string_view sentence);
  void verdict(bool is_good, std::string_view sentence);

  std::size_t step_count() const { return steps_.size(); }
  // "ota_0+0x1000", as steps name places.
  std::string place_of(std::uint32_t address) const;
  // Ends the movie. Members: docs/schemas/board_movie.json.
  Json finish(std::string_view title, std::string_view subtitle);

 private:
  // Operations that are put together.
  struct Run {
    std::size_t row = 0;
    std::uint32_t start = 0;
    std::uint32_t end = 0;
    std::uint32_t erase_end = 0;  // 0: nothing erased
    std::uint32_t erase_start = 0;
    std::uint32_t write_end = 0;
    std::uint32_t write_start = 0;
    std::uint32_t operations = 0;
    std::uint32_t last_bytes = 0;
  };

  Json& step(std::string_view kind, std::string_view text);
  bool has_room();
  void flush();
  void flush_run();
  void flush_console();
  void take_line(std::string_view source, std::string_view line);
  bool joins_run(std::size_t row, core::FlashRange range) const;
  void add_to_run(std::size_t row, core::FlashRange range, bool is_erase);
  std::optional<std::size_t> row_at(std::uint32_t address) const;
  bool change_ota_data(core::FlashRange range, std::uint32_t bytes_done, Bytes data, bool is_erase);
  std::string ota_sentence(const formats::OtaRecords& before, std::string_view otherwise) const;
  formats::OtaRecords records() const;
  Json json_of_records() const;
  std::string record_sentence(const formats::OtaRecord& record) const;

  MovieBoard board_;
  Json start_;
  Json start_records_;
  std::uint32_t slot_count_ = 0;
  std::optional<core::FlashRange> ota_data_;
  Json steps_ = Json::array();
  std::size_t bytes_ = 0;
  bool is_full_ = false;
  std::optional<std::uint64_t> first_us_;
  std::uint64_t now_us_ = 0;
  std::optional<Run> run_;
  std::uint64_t run_us_ = 0;    // when they began
  std::string pending_source_;  // of a line that has not ended
  std::string pending_text_;
  Json lines_ = Json::array();
  std::uint64_t lines_us_ = 0;
  Json rules_ = Json::array();
  std::string running_;
};

// The page: one file without anything from elsewhere, that plays the movies. `facts`: names and
// values above them; `sections`: headings with their points, below.
struct MoviePage {
  std::string title;
  std::string summary;
  bool is_good = true;
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::pair<std::string, std::vector<std::string>>> sections;
  std::vector<Json> movies;
};
std::string html_of(const MoviePage& page);

}  // namespace rota::cli
