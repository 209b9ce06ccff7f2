#include "cli/flash_parts.h"

#include <algorithm>

#include "cli/board_access.h"
#include "cli/command_line.h"
#include "cli/intel_hex.h"
#include "cli/place.h"
#include "cli/table_source.h"
#include "cli/uf2.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

constexpr std::size_t kPieceBytes = 64U * 1024U;

Outcome take_hex(InputFile& file, std::vector<FlashPart>& into) {
  if (file.size() > kHexMaxTextBytes) {
    return refuse(fmt::format("{} is larger than {}; convert it to a raw file first.", file.name(),
                              size_text(kHexMaxTextBytes)));
  }
  const auto text = file.read_some(0, file.size());
  if (!text) return Failed{text.error()};
  auto pieces = read_intel_hex(file.name(), *text);
  if (!pieces) return Failed{pieces.error()};
  for (HexPiece& piece : std::move(pieces).value()) {
    into.push_back(
        {piece.address, file.name(), InputFile::of_bytes(file.name(), std::move(piece.bytes))});
  }
  return {};
}

bool is_hex(InputFile& file) {
  const auto first = file.read_some(0, 1024);
  return first && formats::identify(*first, file.size()).kind == formats::ContentKind::kIntelHex;
}

Outcome write_gap(OutputFile& out, std::uint64_t bytes) {
  const std::vector<std::byte> blank(std::min<std::uint64_t>(bytes, kPieceBytes), std::byte{0xFF});
  while (bytes != 0) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, blank.size()));
    ROTA_TRY(out.append(Bytes(blank).first(count)));
    bytes -= count;
  }
  return {};
}

// What follows from this piece of a part in each format. A piece begins at a multiple of
// kPieceBytes of its part.
class PieceWriter {
 public:
  PieceWriter(OutputFile& out, const FlashLayout& layout) : out_(out), layout_(layout) {}

  Outcome write(const FlashPart& part, std::uint32_t at, Bytes piece) {
    switch (layout_.format) {
      case FlashFormat::kRaw:
        return out_.append(piece);
      case FlashFormat::kHex:
        return out_.append(bytes_of(hex_.records(part.address + at, piece)));
      case FlashFormat::kUf2:
        break;
    }
    constexpr auto kContentBytes = static_cast<std::uint32_t>(kUf2ContentBytes);
    static_assert(kPieceBytes % kContentBytes == 0);
    Uf2Place place{part.address + at, at / kContentBytes,
                   (part.content.size() - 1) / kContentBytes + 1, layout_.uf2_family};
    std::vector<std::byte> blocks;
    while (!piece.empty()) {
      const Bytes content = piece.first(std::min(piece.size(), kUf2ContentBytes));
      const auto block = uf2_block(place, content);
      blocks.insert(blocks.end(), block.begin(), block.end());
      piece = piece.subspan(content.size());
      place.address += static_cast<std::uint32_t>(content.size());
      ++place.number;
    }
    return out_.append(blocks);
  }

 private:
  OutputFile& out_;
  const FlashLayout& layout_;
  HexWriter hex_;
};

}  // namespace

Outcome take_part(std::string_view address, std::string_view path, std::vector<FlashPart>& into) {
  const auto number = parse_number(address);
  if (!number) {
    return wrong_use(fmt::format("'{}' is not an address such as 0x10000.", printable(address)));
  }
  auto file = InputFile::open(path);
  if (!file) return Failed{file.error()};
  std::string name = printable(file->name());
  into.push_back({*number, std::move(name), std::move(file).value()});
  return {};
}

Outcome take_part(std::string_view order,
                  const formats::PartitionRows& rows,
                  std::vector<FlashPart>& into) {
  const PlacedFile placed = split_order(order);
  auto file = InputFile::open(placed.file);
  if (!file) return Failed{file.error()};
  if (placed.place.empty()) {
    if (is_hex(*file)) return take_hex(*file, into);
    return wrong_use(fmt::format("say where {} goes: 0x10000={} or factory={}.", printable(order),
                                 printable(order), printable(order)));
  }
  std::uint32_t address = 0;
  if (const auto number = parse_number(placed.place)) {
    address = *number;
  } else {
    const auto place = find_place(placed.place, rows, 0xFFFFFFFF);
    if (!place) return Failed{place.error()};
    address = place->range.start.value;
    if (file->size() > place->range.size_bytes) {
      return refuse(fmt::format("{} has {} bytes and {} has room for {}.", printable(file->name()),
                                grouped(file->size()), place->name,
                                grouped(place->range.size_bytes)));
    }
  }
  std::string name = printable(file->name());
  into.push_back({address, std::move(name), std::move(file).value()});
  return {};
}

formats::PartitionRows table_among(std::vector<FlashPart>& parts, std::uint32_t table_offset) {
  for (FlashPart& part : parts) {
    if (part.address > table_offset || part.end() <= table_offset) continue;
    const auto source = find_table(part.content, table_offset - part.address, std::nullopt);
    if (source) return source->rows;
  }
  return {};
}

Outcome sort_and_check(std::vector<FlashPart>& parts) {
  std::vector<std::size_t> order(parts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return parts[a].address < parts[b].address;
  });
  std::vector<FlashPart> sorted;
  sorted.reserve(parts.size());
  for (const std::size_t i : order) sorted.push_back(std::move(parts[i]));
  parts.swap(sorted);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const FlashPart& before = parts[i - 1];
    if (before.end() <= parts[i].address) continue;
    return refuse(
        fmt::format("{} at 0x{:x} reaches to 0x{:x} and overlaps {} at 0x{:x}; move one of them.",
                    before.name, before.address, before.end(), parts[i].name, parts[i].address));
  }
  if (!parts.empty() && parts.back().end() > 0xFFFFFFFF) {
    return refuse(fmt::format("{} would end beyond 32-bit addresses.", parts.back().name));
  }
  return {};
}

Outcome write_flash_file(std::string_view path,
                         std::vector<FlashPart>& parts,
                         const FlashLayout& layout) {
  OutputFile out(path);
  PieceWriter pieces(out, layout);
  std::uint64_t at = layout.start;
  for (FlashPart& part : parts) {
    if (part.address < layout.start) {
      return refuse(fmt::format("{} at 0x{:x} lies before the start of the output at 0x{:x}.",
                                part.name, part.address, layout.start));
    }
    if (layout.end != 0 && part.end() > layout.end) {
      return refuse(fmt::format("{} at 0x{:x} has {} bytes and reaches beyond the end at 0x{:x}.",
                                part.name, part.address, grouped(part.content.size()), layout.end));
    }
    if (layout.format == FlashFormat::kRaw) ROTA_TRY(write_gap(out, part.address - at));
    for (std::uint32_t done = 0; done < part.content.size();) {
      const auto piece = part.content.read_some(done, kPieceBytes);
      if (!piece) return Failed{piece.error()};
      ROTA_TRY(pieces.write(part, done, *piece));
      done += static_cast<std::uint32_t>(piece->size());
    }
    at = part.end();
  }
  if (layout.format == FlashFormat::kHex) {
    ROTA_TRY(out.append(bytes_of(HexWriter::end())));
  } else if (layout.format == FlashFormat::kRaw && layout.end > at) {
    ROTA_TRY(write_gap(out, layout.end - at));
  }
  return out.finish();
}

}  // namespace rota::cli
