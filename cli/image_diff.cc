// rota image diff: what differs between two images, by header, description and segment.
#include <algorithm>
#include <array>

#include "cli/commands.h"
#include "cli/image_verify.h"
#include "cli/json.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {kJsonOption};
constexpr std::size_t kPieceBytes = 64U * 1024U;

struct Field {
  std::string_view name;
  std::string left, right;
};

struct SegmentDifference {
  std::size_t index = 0;
  const SegmentReport* left = nullptr;  // nullptr: this side has no such segment
  const SegmentReport* right = nullptr;
  std::uint32_t bytes = 0;  // that differ, within the shorter length
  std::uint32_t first = 0;  // offset in the segment of the first one
  bool moved = false;       // the load address differs
};

struct Side {
  InputFile file;
  ImageReport report;
};

Result<Side, Refusal> open_side(std::string_view path) {
  auto file = InputFile::open(path);
  if (!file) return Failed{file.error()};
  const core::FlashRange range{{0}, file->size()};
  auto report = read_image(*file, range, kind_of_image(*file, range));
  if (!report)
    return refuse(fmt::format("{} is not an image. {}", file->name(), what_it_is(*file)));
  return Side{std::move(file).value(), std::move(report).value()};
}

std::vector<Field> fields_of(const ImageReport& a, const ImageReport& b) {
  std::vector<Field> fields;
  const auto add = [&](std::string_view name, const auto& text_of) {
    Field field{name, text_of(a), text_of(b)};
    if (field.left != field.right) fields.push_back(std::move(field));
  };
  using R = const ImageReport&;
  const auto app_text = [](R one, auto member) {
    return one.app ? printable(((*one.app).*member)()) : std::string("none");
  };
  using formats::AppDescription;
  add("chip", [](R one) {
    return one.chip != nullptr ? std::string(one.chip->name)
                               : fmt::format("0x{:04x}", one.header.chip_id);
  });
  add("project", [&](R one) { return app_text(one, &AppDescription::project_name); });
  add("version", [&](R one) { return app_text(one, &AppDescription::version); });
  add("built", [&](R one) {
    return one.app
               ? app_text(one, &AppDescription::date) + " " + app_text(one, &AppDescription::time)
               : std::string("none");
  });
  add("ESP-IDF", [&](R one) { return app_text(one, &AppDescription::idf_version); });
  add("secure version",
      [](R one) { return fmt::format("{}", one.app ? one.app->secure_version : 0); });
  add("ELF SHA-256", [](R one) {
    return one.app ? hex_text(one.app->elf_sha256).substr(0, 16) + ".." : std::string("none");
  });
  add("entry address", [](R one) { return fmt::format("0x{:08x}", one.header.entry_address); });
  add("flash mode", [](R one) { return std::string(spi_mode_name(one.header.spi_mode)); });
  add("flash speed", [](R one) { return std::string(spi_speed_name(one.header.spi_speed)); });
  add("flash size", [](R one) { return size_text(one.header.flash_bytes()); });
  add("min. revision", [](R one) { return revision_text(one.header.min_chip_revision); });
  add("segments", [](R one) { return fmt::format("{}", one.header.segment_count); });
  add("length", [](R one) {
    return one.is_whole ? fmt::format("{} bytes", grouped(one.image_bytes))
                        : std::string("cut short");
  });
  add("signature blocks", [](R one) { return fmt::format("{}", one.signatures.size()); });
  return fields;
}

Outcome compare_data(Side& a, Side& b, SegmentDifference& difference) {
  const std::uint32_t length =
      std::min(difference.left->header.data_bytes, difference.right->header.data_bytes);
  for (std::uint32_t done = 0; done < length;) {
    const std::size_t wanted = std::min<std::size_t>(kPieceBytes, length - done);
    const auto left = a.file.read_some(difference.left->offset + done, wanted);
    if (!left) return Failed{left.error()};
    const auto right = b.file.read_some(difference.right->offset + done, wanted);
    if (!right) return Failed{right.error()};
    const std::size_t count = std::min(left->size(), right->size());
    if (count == 0) break;  // one of the files is cut short
    for (std::size_t i = 0; i < count; ++i) {
      if ((*left)[i] == (*right)[i]) continue;
      if (difference.bytes++ == 0) difference.first = done + static_cast<std::uint32_t>(i);
    }
    done += static_cast<std::uint32_t>(count);
  }
  return {};
}

bool differs(const SegmentDifference& one) {
  return one.left == nullptr || one.right == nullptr || one.moved || one.bytes != 0 ||
         one.left->header.data_bytes != one.right->header.data_bytes;
}

std::string what_changed(const SegmentDifference& one) {
  if (one.left == nullptr) return "only in the second image";
  if (one.right == nullptr) return "only in the first image";
  if (!differs(one)) return "the same";
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (one.moved) add(fmt::format("moved to 0x{:08x}", one.right->header.load_address));
  const std::int64_t growth =
      std::int64_t{one.right->header.data_bytes} - std::int64_t{one.left->header.data_bytes};
  if (growth != 0) {
    add(fmt::format("{}{} bytes", growth > 0 ? '+' : '-',
                    grouped(static_cast<std::uint64_t>(std::abs(growth)))));
  }
  if (one.bytes != 0) add(fmt::format("{} differ from 0x{:x}", grouped(one.bytes), one.first));
  return text;
}

void print_text(Console& console,
                const std::vector<Field>& fields,
                const std::vector<SegmentDifference>& segments) {
  for (const Field& field : fields) {
    console.print("  {:<18}{}  {}\n", field.name, padded(field.left, 34), field.right);
  }
  console.write(console.ink(
      Ink::kBold, fmt::format("{}  {:<9}{:<12}{:<13}{:<23}{}\n", fields.empty() ? "" : "\n",
                              "segment", "address", "bytes", "memory", "difference")));
  for (const SegmentDifference& one : segments) {
    const SegmentReport& shown = one.left != nullptr ? *one.left : *one.right;
    console.print("  {:<9}0x{:08x}  {:<13}{:<23}{}\n", one.index, shown.header.load_address,
                  grouped(shown.header.data_bytes), shown.memory, what_changed(one));
  }
}

Json json_of(const std::vector<Field>& fields,
             const std::vector<SegmentDifference>& segments,
             bool same) {
  Json listed = Json::array();
  for (const Field& field : fields) {
    listed.push_back({{"field", field.name}, {"first", field.left}, {"second", field.right}});
  }
  Json parts = Json::array();
  const auto bytes_of_side = [](const SegmentReport* side) {
    return side != nullptr ? Json(side->header.data_bytes) : Json(nullptr);
  };
  const auto address_of_side = [](const SegmentReport* side) {
    return side != nullptr ? Json(side->header.load_address) : Json(nullptr);
  };
  for (const SegmentDifference& one : segments) {
    parts.push_back({{"segment", one.index},
                     {"first_address", address_of_side(one.left)},
                     {"second_address", address_of_side(one.right)},
                     {"first_bytes", bytes_of_side(one.left)},
                     {"second_bytes", bytes_of_side(one.right)},
                     {"bytes_that_differ", one.bytes},
                     {"same", !differs(one)}});
  }
  return {{"same", same}, {"fields", listed}, {"segments", parts}};
}

Outcome run(const Invocation& invocation) {
  auto first = open_side(invocation.operands[0]);
  if (!first) return Failed{first.error()};
  auto second = open_side(invocation.operands[1]);
  if (!second) return Failed{second.error()};
  const std::vector<Field> fields = fields_of(first->report, second->report);
  std::vector<SegmentDifference> segments;
  const auto& left = first->report.segments;
  const auto& right = second->report.segments;
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    SegmentDifference one;
    one.index = i;
    one.left = i < left.size() ? &left[i] : nullptr;
    one.right = i < right.size() ? &right[i] : nullptr;
    if (one.left != nullptr && one.right != nullptr) {
      one.moved = one.left->header.load_address != one.right->header.load_address;
      ROTA_TRY(compare_data(*first, *second, one));
    }
    segments.push_back(one);
  }
  const bool same = fields.empty() && std::none_of(segments.begin(), segments.end(), differs);
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    print_json(console, json_of(fields, segments, same));
  } else if (same) {
    console.print("{} and {} hold the same image.\n", printable(first->file.name()),
                  printable(second->file.name()));
  } else {
    print_text(console, fields, segments);
  }
  return same ? Outcome() : Outcome(answer_is_no());
}

}  // namespace

constinit const CommandSpec kImageDiff{
    .name = "image diff",
    .summary = "compare two images by header, description and segment",
    .usage = "FILE FILE [--json]",
    .about =
        "Shows the fields that differ and, for each segment, how many bytes do. Exit status 0 when "
        "both hold the same image, 1 when they do not. What follows an image (padding, signatures) "
        "is counted, not compared.",
    .example = "rota image diff old/app.bin build/app.bin",
    .options = kOptions,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};

}  // namespace rota::cli
