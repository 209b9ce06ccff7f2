#include "cli/intel_hex.h"

#include <algorithm>
#include <array>

#include "cli/console.h"

namespace rota::cli {
namespace {

constexpr std::size_t kRecordBytes = 16;
constexpr std::size_t kMaxRecordBytes = 5 + 255;  // count, address, type, data, checksum

std::string record(std::uint8_t type, std::uint16_t address, Bytes data) {
  std::string text = fmt::format(":{:02X}{:04X}{:02X}", data.size(), address, type);
  unsigned sum = static_cast<unsigned>(data.size()) + (address >> 8U) + (address & 0xFFU) + type;
  for (const std::byte byte : data) {
    text += fmt::format("{:02X}", std::to_integer<unsigned>(byte));
    sum += std::to_integer<unsigned>(byte);
  }
  return text + fmt::format("{:02X}\n", (0x100U - (sum & 0xFFU)) & 0xFFU);
}

struct Record {
  std::uint8_t type = 0;
  std::uint16_t address = 0;
  std::vector<std::byte> data;
};

// What is wrong with the line; empty when nothing is.
std::string parse_record(std::string_view line, Record& into) {
  std::array<std::byte, kMaxRecordBytes> raw{};
  if (line.empty() || line[0] != ':') return "it does not start with ':'";
  line.remove_prefix(1);
  if (line.size() % 2 != 0 || line.size() < 10 || line.size() > 2 * raw.size()) {
    return "it has an impossible length";
  }
  const MutableBytes bytes = MutableBytes(raw).first(line.size() / 2);
  if (!bytes_of_hex(line, bytes)) return "it holds something else than hexadecimal digits";
  if (bytes.size() != std::to_integer<std::size_t>(bytes[0]) + 5) {
    return "its length does not match its first byte";
  }
  unsigned sum = 0;
  for (const std::byte byte : bytes) sum += std::to_integer<unsigned>(byte);
  if ((sum & 0xFFU) != 0) return "its checksum is wrong";
  into.address = static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[1]) << 8U |
                                            std::to_integer<unsigned>(bytes[2]));
  into.type = std::to_integer<std::uint8_t>(bytes[3]);
  into.data.assign(bytes.begin() + 4, bytes.end() - 1);
  return {};
}

class Reader {
 public:
  // What is wrong with the record; empty when nothing is.
  std::string take(const Record& record) {
    switch (record.type) {
      case 0:
        return take_data(record);
      case 1:
        ended_ = true;
        return {};
      case 2:
        return take_base(record, 4);
      case 4:
        return take_base(record, 16);
      case 3:
      case 5:
        return {};  // where a program starts: flash has no such thing
      default:
        return fmt::format("its type {} is not known", record.type);
    }
  }
  bool has_ended() const { return ended_; }
  std::vector<HexPiece> take_pieces() { return std::move(pieces_); }

 private:
  std::string take_base(const Record& record, unsigned shift) {
    if (record.data.size() != 2) return "its address record does not have two bytes";
    base_ = (std::to_integer<std::uint32_t>(record.data[0]) << 8U |
             std::to_integer<std::uint32_t>(record.data[1]))
            << shift;
    return {};
  }
  std::string take_data(const Record& record) {
    const std::uint64_t address = std::uint64_t{base_} + record.address;
    if (address + record.data.size() > 0xFFFFFFFF) return "it lies beyond 32-bit addresses";
    if (pieces_.empty() || pieces_.back().address + pieces_.back().bytes.size() != address) {
      pieces_.push_back({static_cast<std::uint32_t>(address), {}});
    }
    pieces_.back().bytes.insert(pieces_.back().bytes.end(), record.data.begin(), record.data.end());
    return {};
  }

  std::uint32_t base_ = 0;
  bool ended_ = false;
  std::vector<HexPiece> pieces_;
};

}  // namespace

std::string HexWriter::records(std::uint32_t address, Bytes bytes) {
  std::string text;
  while (!bytes.empty()) {
    if (address >> 16U != upper_) {
      upper_ = address >> 16U;
      const std::array<std::byte, 2> upper{static_cast<std::byte>(upper_ >> 8U),
                                           static_cast<std::byte>(upper_)};
      text += record(4, 0, upper);
    }
    const std::size_t to_boundary = 0x10000 - (address & 0xFFFFU);
    const Bytes piece = bytes.first(std::min({kRecordBytes, bytes.size(), to_boundary}));
    text += record(0, static_cast<std::uint16_t>(address), piece);
    bytes = bytes.subspan(piece.size());
    address += static_cast<std::uint32_t>(piece.size());
  }
  return text;
}

Result<std::vector<HexPiece>, Refusal> read_intel_hex(std::string_view name, Bytes text) {
  std::string_view rest = text_of(text);
  Reader reader;
  for (std::size_t line_number = 1; !rest.empty() && !reader.has_ended(); ++line_number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    Record record;
    std::string problem = parse_record(line, record);
    if (problem.empty()) problem = reader.take(record);
    if (!problem.empty()) {
      return refuse(
          fmt::format("{}, line {}: not an Intel HEX record: {}.", name, line_number, problem));
    }
  }
  if (!reader.has_ended()) {
    return refuse(fmt::format("{} ends without its end record; copy the file again.", name));
  }
  return reader.take_pieces();
}

}  // namespace rota::cli
