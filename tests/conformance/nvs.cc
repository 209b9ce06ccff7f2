// NVS: recorded calls with their results, flash operations and the hash of every byte in flash;
// damaged partitions; and what is left and seen after power cuts, our own and the recorded ones.
#include "kinds.h"
#include "nvs_board.h"

namespace rota::conformance {
namespace {

using nlohmann::json;

constexpr int kNotAllowed = 0x10D;  // ESP_ERR_NOT_ALLOWED

// Carries out recorded steps and compares each, up to the first difference.
class Steps {
 public:
  Steps(NvsBoard& board, Verdict& verdict, bool is_read_only)
      : board_(board), verdict_(verdict), is_read_only_(is_read_only), image_(board.image_hash()) {}

  void compare(const json& steps) {
    verdict_.steps_present += static_cast<std::uint32_t>(steps.size());
    std::size_t index = 0;
    for (const json& step : steps) {
      const std::string name =
          "step " + std::to_string(index++) + " (" + step["op"].get<std::string>() + ")";
      const json got = board_.carry_out(step);
      if (last_page_check_differs(step, got)) {
        verdict_.deviates(deviation::kNvsChunkIndex);
        return;
      }
      ++verdict_.steps_compared;
      if (!compare_step(name, step, got)) return;
    }
  }

 private:
  // On a read-only partition the repair that the reference attempts by mistake ends its mount.
  bool last_page_check_differs(const json& step, const json& got) const {
    return is_read_only_ && step["op"] == "init" && step["err"] == kNotAllowed && got["err"] == 0;
  }

  bool compare_step(const std::string& name, const json& step, const json& got) {
    for (const auto& [member, value] : got.items()) {
      if (member == "w" || member == "e") continue;
      const json recorded = step.contains(member) ? step[member] : json();
      if (!verdict_.expect_equal(name + " " + member, value, recorded)) return false;
    }
    if (!verdict_.expect_equal(name + " writes", got.value("w", 0), step.value("w", 0)) ||
        !verdict_.expect_equal(name + " erases", got.value("e", 0), step.value("e", 0))) {
      return false;
    }
    if (step.contains("img")) image_ = step["img"].get<std::string>();
    return verdict_.expect_equal(name + " bytes in flash", board_.image_hash(), image_);
  }

  NvsBoard& board_;
  Verdict& verdict_;
  bool is_read_only_;
  std::string image_;
};

class Sequences final : public VectorKind {
 public:
  Verdict compare(const json& vector) const override {
    Verdict verdict;
    NvsBoard board(vector);
    if (!verdict.expect_equal("start", board.image_hash(), vector["start"])) return verdict;
    Steps(board, verdict, vector.value("readonly", false)).compare(vector["steps"]);
    return verdict;
  }
};

class PowerCuts final : public VectorKind {
 public:
  Verdict compare(const json& vector) const override {
    Verdict verdict;
    verdict.steps_present = 2;
    compare_cut(vector, verdict);
    ++verdict.steps_compared;
    compare_recovery(vector, verdict);
    ++verdict.steps_compared;
    return verdict;
  }

 private:
  // The same calls, the same cut: the same bytes.
  static void compare_cut(const json& vector, Verdict& verdict) {
    NvsBoard board(vector);
    const json& steps = vector["steps"];
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) (void)board.carry_out(steps[i]);
    board.flash().plan_cut({vector["cut_at"], vector["torn_bytes"]});
    (void)board.carry_out(steps.back());
    verdict.expect_equal("operation that is cut", board.flash().cut_operation(), vector["cut_op"]);
    if (!vector.contains("recovery_cut_at")) {
      verdict.expect_equal("bytes after the cut", board.image_hash(), hash_after_cut(vector));
      return;
    }
    NvsBoard first_cut(vector);
    first_cut.put_image(vector["image_first_cut"]);
    verdict.expect_equal("bytes after the first cut", board.image_hash(), first_cut.image_hash());
    first_cut.flash().plan_cut(
        {vector["recovery_cut_at"], vector.value("recovery_torn_bytes", 0U)});
    (void)first_cut.carry_out({{"op", "init"}});
    verdict.expect_equal("bytes after the second cut", first_cut.image_hash(),
                         hash_after_cut(vector));
  }

  static std::string hash_after_cut(const json& vector) {
    NvsBoard board(vector);
    board.put_image(vector["image"]);
    return board.image_hash();
  }

  // What a new process makes of the recorded bytes.
  static void compare_recovery(const json& vector, Verdict& verdict) {
    NvsBoard board(vector);
    board.put_image(vector["image"]);
    const json seen = board.look(vector["namespaces"], vector["keys"]);
    if (vector.contains("expect_chunk_exact") && seen == vector["expect_chunk_exact"]) {
      verdict.deviates(deviation::kNvsChunkIndex);
      return;
    }
    for (const auto& [member, recorded] : vector["expect"].items()) {
      verdict.expect_equal("after the cut, " + member, seen[member], recorded);
    }
    if (!vector.contains("after")) return;
    NvsBoard again(vector);
    again.put_image(vector["image"]);
    Steps(again, verdict, false).compare(vector["after"]);
  }
};

}  // namespace

std::unique_ptr<VectorKind> open_nvs_sequences(const std::filesystem::path& /*folder*/) {
  return std::make_unique<Sequences>();
}

std::unique_ptr<VectorKind> open_nvs_power_cuts(const std::filesystem::path& /*folder*/) {
  return std::make_unique<PowerCuts>();
}

}  // namespace rota::conformance
