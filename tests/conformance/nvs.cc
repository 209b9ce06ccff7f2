// NVS: recorded calls with their results, flash operations and the hash of every byte in flash;
// damaged partitions; and what is left and seen after power cuts, our own and the recorded ones.
#include <algorithm>
#include <string>
#include <vector>

#include "formats/nvs.h"
#include "kinds.h"
#include "nvs_board.h"

namespace rota::conformance {
namespace {

using nlohmann::json;

constexpr int kNotAllowed = 0x10D;  // ESP_ERR_NOT_ALLOWED

// The written items of an active page, in order; none of another page.
std::vector<formats::NvsEntry> items_of_active_page(Bytes page) {
  std::vector<formats::NvsEntry> items;
  const auto header = formats::decode_nvs_header(page.first<formats::kNvsEntryBytes>());
  if (header.state != formats::NvsPageState::kActive || !header.crc_is_good) return items;
  formats::NvsEntryTable table;
  std::copy_n(page.begin() + formats::kNvsTableOffset, table.bytes().size(), table.bytes().begin());
  for (std::uint32_t i = 0; i < formats::kNvsEntryCount;) {
    const Bytes bytes = page.subspan(formats::kNvsFirstEntryOffset + i * formats::kNvsEntryBytes);
    const auto entry = formats::decode_nvs_entry(bytes.first<formats::kNvsEntryBytes>());
    const bool is_item = table.is_written(i) && entry.is_consistent_at(i);
    if (is_item) items.push_back(entry);
    i += is_item ? entry.span : 1;
  }
  return items;
}

// The last item of an active page is a chunk of a blob that has an earlier chunk on that page: what
// the reference's check takes for a duplicate.
bool ends_with_second_chunk(Bytes partition) {
  for (std::size_t at = 0; at < partition.size(); at += formats::kNvsPageBytes) {
    const auto items = items_of_active_page(partition.subspan(at, formats::kNvsPageBytes));
    if (items.empty() || items.back().type != formats::NvsType::kBlobChunk) continue;
    for (std::size_t i = 0; i + 1 < items.size(); ++i) {
      if (items[i].type == formats::NvsType::kBlobChunk &&
          items[i].namespace_index == items.back().namespace_index &&
          items[i].key.matches(items.back().key) && items[i].chunk != items.back().chunk) {
        return true;
      }
    }
  }
  return false;
}

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
          "step " + std::to_string(index++) + " (" + step.at("op").get<std::string>() + ")";
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
    return is_read_only_ && step.at("op") == "init" && step.at("err") == kNotAllowed &&
           got["err"] == 0 && ends_with_second_chunk(board_.flash().partition());
  }

  bool compare_step(const std::string& name, const json& step, const json& got) {
    for (const auto& [member, value] : got.items()) {
      if (member == "w" || member == "e") continue;
      if (!step.contains(member) && got.value("err", 0) != 0) continue;  // results of a success
      const json recorded = step.contains(member) ? step[member] : json();
      if (!verdict_.expect_equal(name + " " + member, value, recorded)) return false;
    }
    if (!verdict_.expect_equal(name + " writes", got.value("w", 0), step.value("w", 0)) ||
        !verdict_.expect_equal(name + " erases", got.value("e", 0), step.value("e", 0))) {
      return false;
    }
    if (step.contains("img")) image_ = step.at("img").get<std::string>();
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
    if (!verdict.expect_equal("start", board.image_hash(), vector.at("start"))) return verdict;
    Steps(board, verdict, vector.value("readonly", false)).compare(vector.at("steps"));
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
    const json& steps = vector.at("steps");
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) (void)board.carry_out(steps[i]);
    board.flash().plan_cut({vector.at("cut_at"), vector.at("torn_bytes")});
    (void)board.carry_out(steps.back());
    verdict.expect_equal("operation that is cut", board.flash().cut_operation(),
                         vector.at("cut_op"));
    if (!vector.contains("recovery_cut_at")) {
      verdict.expect_equal("bytes after the cut", board.image_hash(), hash_after_cut(vector));
      return;
    }
    NvsBoard first_cut(vector);
    first_cut.put_image(vector.at("image_first_cut"));
    verdict.expect_equal("bytes after the first cut", board.image_hash(), first_cut.image_hash());
    first_cut.flash().plan_cut(
        {vector.at("recovery_cut_at"), vector.value("recovery_torn_bytes", 0U)});
    (void)first_cut.carry_out({{"op", "init"}});
    verdict.expect_equal("bytes after the second cut", first_cut.image_hash(),
                         hash_after_cut(vector));
  }

  static std::string hash_after_cut(const json& vector) {
    NvsBoard board(vector);
    board.put_image(vector.at("image"));
    return board.image_hash();
  }

  // What a new process makes of the recorded bytes.
  static void compare_recovery(const json& vector, Verdict& verdict) {
    NvsBoard board(vector);
    board.put_image(vector.at("image"));
    const json seen = board.look(vector.at("namespaces"), vector.at("keys"));
    if (vector.contains("expect_chunk_exact") && seen == vector.at("expect_chunk_exact")) {
      verdict.deviates(deviation::kNvsChunkIndex);
      return;
    }
    for (const auto& [member, recorded] : vector.at("expect").items()) {
      verdict.expect_equal("after the cut, " + member, seen[member], recorded);
    }
    if (!vector.contains("after")) return;
    NvsBoard again(vector);
    again.put_image(vector.at("image"));
    Steps(again, verdict, false).compare(vector.at("after"));
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
