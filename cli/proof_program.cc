#include "cli/proof_program.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>

#include "cli/demo_server.h"
#include "cli/input_file.h"
#include "cli/neighbour.h"
#include "cli/proof_board.h"
#include "cli/recorded_run.h"

namespace rota::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kServerPatience{15};
constexpr milliseconds kAfterConfirmation{250};
constexpr int kMostPowerCycles = 3;
constexpr std::string_view kServerWord = "{server}";

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string with_server(std::string text, const std::string& base_url) {
  for (auto at = text.find(kServerWord); at != std::string::npos; at = text.find(kServerWord)) {
    text.replace(at, kServerWord.size(), base_url);
  }
  return text;
}

}  // namespace

std::size_t ProgramProof::strata_reached() const {
  std::vector<std::string> names;
  for (const CutResult& result : cuts) {
    if (std::find(names.begin(), names.end(), result.cut.stratum) == names.end()) {
      names.push_back(result.cut.stratum);
    }
  }
  return names.size();
}

struct ProgramProver::Parts {
  ProgramSubject subject;
  std::string folder;
  std::vector<std::unique_ptr<UpdateServer>> servers;  // the update; the version after it
  UpdatePlace update;
  UpdatePlace next_update;

  ~Parts() {
    servers.clear();
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  }

  Outcome make_folder();
  Outcome serve(const std::string& name, const ProofImage& image, UpdatePlace& place);
  Result<std::vector<SeenOperation>, Refusal> run_without_cuts(const ProgramEffort& effort,
                                                               ProgramProof& proof);
  Refusal why_no_update(ProofBoard::End end, const ProofBoard& board, milliseconds patience) const;
  Result<CutResult, Refusal> cut_once(ProofBoard& board,
                                      const PlannedCut& cut,
                                      milliseconds patience,
                                      const std::atomic<bool>* stop) const;
};

Outcome ProgramProver::Parts::make_folder() {
  std::error_code error;
  std::string pattern = std::filesystem::temp_directory_path(error).string() + "/rota-prove-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    return refuse(system_sentence("make the folder", pattern, errno));
  }
  folder = pattern;
  return {};
}

Outcome ProgramProver::Parts::serve(const std::string& name,
                                    const ProofImage& image,
                                    UpdatePlace& place) {
  const std::string files = folder + "/" + name;
  std::error_code error;
  for (const std::string& path : subject.paths) {
    std::filesystem::create_directories(std::filesystem::path(files + "/" + path).parent_path(),
                                        error);
    if (error)
      return refuse(system_sentence("make the folder of", files + "/" + path, error.value()));
    ROTA_TRY(write_file(files + "/" + path, image.bytes));
  }
  const auto program = neighbour_program("rota-server");
  if (!program) return Failed{program.error()};
  auto server =
      UpdateServer::start(*program, files, subject.state_folder, folder + "/" + name + ".log",
                          kServerPatience, subject.plain_http);
  if (!server) return Failed{server.error()};
  place.base_url = (*server)->base_url();
  place.host_and_port = place.base_url.substr(place.base_url.find("://") + 3);
  for (const std::string& line : subject.inputs) {
    place.lines.push_back(with_server(line, place.base_url));
  }
  servers.push_back(std::move(server).value());
  return {};
}

// ---- The run without cuts -----------------------------------------------------------------------

Refusal ProgramProver::Parts::why_no_update(ProofBoard::End end,
                                            const ProofBoard& board,
                                            milliseconds patience) const {
  std::string sentence;
  const std::string log = servers[0]->log();
  if (end == ProofBoard::End::kStopped || end == ProofBoard::End::kWrongImage) {
    sentence = fmt::format("without any cut the board stopped: {}.", board.why_stopped());
  } else if (board.new_image_ran()) {
    sentence = fmt::format(
        "the new image runs, but did not confirm itself within {} s: the next power cut would go "
        "back "
        "to the old one. Call esp_ota_mark_app_valid_cancel_rollback() when it has shown that it "
        "works.",
        patience.count() / 1000);
  } else if (log.find("GET /") == std::string::npos) {
    sentence = fmt::format(
        "within {} s your program asked the update server for nothing. Say what it needs: --input "
        "for "
        "lines on its console ({{server}} is the server's address), --path for the file that its "
        "URL "
        "names, --http when its URL begins with http:, and the server's certificate authority in "
        "the "
        "program (rota serve prints the line).",
        patience.count() / 1000);
  } else {
    sentence = fmt::format("within {} s your program did not update itself without any cut.",
                           patience.count() / 1000);
  }
  sentence += "\nIts console said last:";
  for (const std::string& line : board.last_lines()) sentence += "\n  " + line;
  return {sentence};
}

Result<std::vector<SeenOperation>, Refusal> ProgramProver::Parts::run_without_cuts(
    const ProgramEffort& effort, ProgramProof& proof) {
  ProofBoard board(subject, folder + "/without", folder + "/without.jsonl");
  ROTA_TRY(board.begin(update, nullptr));
  const auto begin = Clock::now();
  const ProofBoard::End end = board.power_and_wait(update, effort.patience, effort.stop);
  proof.seconds_without_cuts = seconds_since(begin);
  if (end == ProofBoard::End::kInterrupted) return refuse("interrupted.");
  if (end != ProofBoard::End::kUpdated) {
    return Failed{why_no_update(end, board, effort.patience)};
  }
  board.linger(kAfterConfirmation);
  board.power_off();
  return operations_of_recording(board.recording());
}

// ---- Cuts ---------------------------------------------------------------------------------------

Result<CutResult, Refusal> ProgramProver::Parts::cut_once(ProofBoard& board,
                                                          const PlannedCut& cut,
                                                          milliseconds patience,
                                                          const std::atomic<bool>* stop) const {
  using End = ProofBoard::End;
  CutResult result;
  result.cut = cut;
  ROTA_TRY(board.begin(update, &cut.plan));
  End end = board.power_and_wait(update, patience, stop);
  result.was_interrupted = end == End::kInterrupted;
  result.struck = end == End::kCut;
  if (end == End::kUpdated) {
    board.linger(kAfterConfirmation);  // the place may lie behind the confirmation
    end = board.power_and_wait(update, milliseconds(1), stop);
    result.struck = end == End::kCut;
  }
  if (!result.struck) return result;
  while (end != End::kUpdated) {
    if (++result.power_cycles > kMostPowerCycles) {
      result.lost = fmt::format("the update did not arrive within {} power-ons", kMostPowerCycles);
      break;
    }
    // A program may refuse for good what a cut ended on trial: then the version after it must
    // arrive.
    const bool offers_next = result.power_cycles > 1;
    end = board.power_and_wait(offers_next ? next_update : update, patience, stop);
    result.boots_to_update += board.boots();
    if (result.boots_to_image == 0) result.boots_to_image = board.boots_to_image();
    result.took_next_version = offers_next && end == End::kUpdated;
    if (end == End::kInterrupted) {
      result.was_interrupted = true;
      break;
    }
    if (end == End::kStopped || end == End::kWrongImage) {
      result.lost = board.why_stopped();
      break;
    }
  }
  board.power_off();
  return result;
}

Result<std::unique_ptr<ProgramProver>, Refusal> ProgramProver::prepare(
    const ProgramSubject& subject) {
  auto parts = std::make_unique<Parts>();
  parts->subject = subject;
  ROTA_TRY(parts->make_folder());
  ROTA_TRY(parts->serve("update", subject.update, parts->update));
  ROTA_TRY(parts->serve("next", subject.next_update, parts->next_update));
  return std::unique_ptr<ProgramProver>(new ProgramProver(std::move(parts)));
}

ProgramProver::ProgramProver(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ProgramProver::~ProgramProver() = default;

namespace {

// Worse than another: lost, then more boots.
bool is_worse(const CutResult& one, const CutResult& other) {
  if (one.lost.empty() != other.lost.empty()) return !one.lost.empty();
  if (one.boots_to_image != other.boots_to_image) return one.boots_to_image > other.boots_to_image;
  return one.boots_to_update > other.boots_to_update;
}

}  // namespace

Result<ProgramProof, Refusal> ProgramProver::prove(const ProgramEffort& effort) {
  const auto begin = Clock::now();
  ProgramProof proof;
  auto operations = parts_->run_without_cuts(effort, proof);
  if (!operations) return Failed{operations.error()};
  proof.operations = operations->size();
  const CutSampler sampler(std::move(operations).value(), parts_->subject.forecast.rows,
                           effort.seed);
  proof.strata = sampler.strata();
  proof.possible = sampler.size();
  const std::size_t wanted = std::min(effort.most_cuts, sampler.size());
  // As long as the run without cuts could take on a machine that has other things to do, too.
  const auto patience =
      std::max(milliseconds(10'000),
               milliseconds(static_cast<std::int64_t>(proof.seconds_without_cuts * 6000)));
  const auto until = begin + effort.budget;

  std::mutex mutex;
  std::size_t next = 0;
  std::optional<Refusal> failed;
  std::vector<std::pair<std::size_t, CutResult>> results;
  const std::string worst_recording = parts_->folder + "/worst.jsonl";
  std::optional<CutResult> worst;
  const auto work = [&](unsigned number) {
    const std::string name = parts_->folder + "/board" + std::to_string(number);
    ProofBoard board(parts_->subject, name, name + ".jsonl");
    for (;;) {
      std::size_t which = 0;
      {
        const std::lock_guard lock(mutex);
        const bool is_over =
            Clock::now() >= until || (effort.stop != nullptr && effort.stop->load());
        if (failed || is_over || next >= wanted) return;
        which = next++;
      }
      auto result = parts_->cut_once(board, sampler.cut(which), patience, effort.stop);
      const std::lock_guard lock(mutex);
      if (!result) {
        failed = result.error();
        return;
      }
      if (result->was_interrupted) return;
      if (result->struck && (!worst || is_worse(*result, *worst))) {
        worst = *result;
        std::error_code ignored;
        std::filesystem::rename(board.recording(), worst_recording, ignored);
      }
      results.emplace_back(which, std::move(result).value());
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < std::max(effort.boards, 1U); ++i) workers.emplace_back(work, i);
  for (std::thread& worker : workers) worker.join();
  if (failed) return Failed{*failed};

  std::sort(results.begin(), results.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [which, result] : results) {
    if (!result.struck) {
      ++proof.not_reached;
      continue;
    }
    proof.worst_boots_to_image = std::max(proof.worst_boots_to_image, result.boots_to_image);
    proof.worst_boots_to_update = std::max(proof.worst_boots_to_update, result.boots_to_update);
    if (!result.lost.empty()) ++proof.lost;
    if (result.took_next_version) ++proof.took_next_version;
    if (worst && worst->cut.sentence == result.cut.sentence) proof.worst = proof.cuts.size();
    proof.cuts.push_back(std::move(result));
  }
  if (proof.worst) {
    const auto run = movie_of_recording(worst_recording);
    if (run) proof.movie = run->movie;
  }
  proof.seconds = seconds_since(begin);
  proof.was_stopped = effort.stop != nullptr && effort.stop->load();
  return proof;
}

}  // namespace rota::cli
