#include "nvs_board.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <stdexcept>

#include "crypto/sha256.h"
#include "vectors.h"

namespace rota::conformance {

using formats::NvsType;
using nlohmann::json;

namespace {

constexpr std::size_t kHashDigits = 16;
constexpr std::size_t kLongestValueInFull = 16;

std::string hash_of(Bytes bytes) {
  const crypto::Sha256Digest digest = crypto::sha256(bytes);
  return to_hex(digest).substr(0, kHashDigits);
}

std::string value_text(Bytes value, bool is_scalar) {
  if (is_scalar || value.size() <= kLongestValueInFull) return to_hex(value);
  return "sha256:" + hash_of(value);
}

// A member that may be absent or null.
std::string text_or(const json& step, const char* member, const char* otherwise) {
  const auto found = step.find(member);
  return found == step.end() || found->is_null() ? otherwise : found->get<std::string>();
}

// Successful opens are counted from 0 in the recording; handles from 1.
nvs_handle_t handle_of(const json& step) {
  return static_cast<nvs_handle_t>(step.at("h").get<int>() + 1);
}

std::vector<std::byte> from_base64(const std::string& text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<std::byte> bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    held = held << 6U | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::byte>(held >> bits & 0xFFU));
  }
  return bytes;
}

const std::map<std::string, NvsType>& types() {
  static const std::map<std::string, NvsType> names = {
      {"u8", NvsType::kU8},         {"i8", NvsType::kI8},   {"u16", NvsType::kU16},
      {"i16", NvsType::kI16},       {"u32", NvsType::kU32}, {"i32", NvsType::kI32},
      {"u64", NvsType::kU64},       {"i64", NvsType::kI64}, {"float", NvsType::kFloat},
      {"double", NvsType::kDouble},
  };
  return names;
}

std::vector<std::byte> scalar_value(NvsType type, const std::string& text) {
  std::uint64_t bits = 0;
  if (text.starts_with('-')) {
    bits = static_cast<std::uint64_t>(std::strtoll(text.c_str(), nullptr, 10));
  } else {
    bits = std::strtoull(text.c_str(), nullptr, 10);
  }
  std::vector<std::byte> value(formats::scalar_bytes(type));
  for (std::size_t i = 0; i < value.size(); ++i) {
    value[i] = static_cast<std::byte>(bits >> (8 * i) & 0xFFU);
  }
  return value;
}

std::vector<std::byte> generated_value(std::size_t length, unsigned seed, bool is_string) {
  std::vector<std::byte> value(length + (is_string ? 1 : 0));
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t x = (seed + i * (2 * seed + 1) + i / 32 * 3) % 256;
    value[i] = static_cast<std::byte>(is_string ? 'a' + x % 26 : x);
  }
  return value;
}

formats::PartitionRows table_of(const json& vector) {
  formats::PartitionRow row;
  row.type = formats::PartitionType::kData;
  row.subtype = formats::kDataNvs;
  row.offset = NvsFlash::kPartitionOffset;
  row.size = vector.at("pages").get<std::uint32_t>() * formats::kNvsPageBytes;
  std::copy_n("nvs", 3, row.label_storage.begin());
  row.readonly = vector.value("readonly", false);
  row.encrypted = vector.value("flag_encrypted", false);
  formats::PartitionRows rows;
  (void)rows.push_back(row);
  return rows;
}

std::vector<std::byte> initial_image(const json& vector) {
  const std::size_t bytes = vector.at("pages").get<std::size_t>() * formats::kNvsPageBytes;
  if (vector.contains("initial")) {
    return unpacked_image(vector.at("initial").get<std::string>(), bytes);
  }
  return std::vector<std::byte>(bytes, std::byte{0xFF});
}

}  // namespace

std::vector<std::byte> unpacked_image(const std::string& encoded, std::size_t bytes) {
  const std::vector<std::byte> packed = from_base64(encoded);
  std::vector<std::byte> image(bytes);
  uLongf unpacked = bytes;
  const int done = uncompress(reinterpret_cast<Bytef*>(image.data()), &unpacked,
                              reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  if (done != Z_OK || unpacked != bytes) throw std::runtime_error("an image can not be unpacked");
  return image;
}

NvsFlash::NvsFlash(std::vector<std::byte> partition) : cells_(std::move(partition)) {
  geometry_.size_bytes = kPartitionOffset + static_cast<std::uint32_t>(cells_.size());
}

void NvsFlash::plan_cut(const NvsPowerCut& cut) {
  operations_ = 0;
  cut_ = cut;
}

void NvsFlash::power_on() {
  is_on_ = true;
  cut_.reset();
}

bool NvsFlash::holds(core::FlashAddress start, std::size_t bytes) const {
  return start.value >= kPartitionOffset &&
         std::uint64_t{start.value} + bytes <= geometry_.size_bytes;
}

std::size_t NvsFlash::bytes_done(const char* kind, core::FlashAddress start, std::size_t bytes) {
  const std::uint64_t operation = operations_++;
  if (!cut_ || operation != cut_->at_operation) return bytes;
  is_on_ = false;
  cut_operation_ = {kind, start.value - kPartitionOffset, bytes};
  return std::min(cut_->torn_bytes, bytes);
}

Status NvsFlash::read(core::FlashAddress from, MutableBytes into) {
  if (!is_on_) return Error::kFlashReadFailed;
  if (!holds(from, into.size())) return Error::kFlashOutOfRange;
  std::copy_n(cells_.data() + (from.value - kPartitionOffset), into.size(), into.data());
  return {};
}

Status NvsFlash::program(core::FlashAddress to, Bytes bytes) {
  if (!is_on_) return Error::kFlashProgramFailed;
  if (!holds(to, bytes.size())) return Error::kFlashOutOfRange;
  const std::size_t done = bytes_done("w", to, bytes.size());
  for (std::size_t i = 0; i < done; ++i) cells_[to.value - kPartitionOffset + i] &= bytes[i];
  if (!is_on_) return Error::kFlashProgramFailed;
  ++writes;
  return {};
}

Status NvsFlash::erase(core::FlashRange range) {
  if (!is_on_) return Error::kFlashEraseFailed;
  if (!holds(range.start, range.size_bytes)) return Error::kFlashOutOfRange;
  const std::size_t done = bytes_done("e", range.start, range.size_bytes);
  std::fill_n(cells_.data() + (range.start.value - kPartitionOffset), done, std::byte{0xFF});
  if (!is_on_) return Error::kFlashEraseFailed;
  sector_erases += range.size_bytes / core::kSectorBytes;
  return {};
}

NvsBoard::NvsBoard(const json& vector)
    : rows_(table_of(vector)),
      flash_(initial_image(vector)),
      access_(flash_, rows_, false),
      service_(std::make_unique<idf::NvsService>(access_)) {}

std::string NvsBoard::image_hash() { return hash_of(flash_.partition()); }

void NvsBoard::reboot() {
  service_ = std::make_unique<idf::NvsService>(access_);
  flash_.power_on();
}

void NvsBoard::put_image(const std::string& encoded) {
  flash_.partition() = unpacked_image(encoded, flash_.partition().size());
}

json NvsBoard::carry_out(const json& step) {
  const std::uint64_t writes = flash_.writes;
  const std::uint64_t erases = flash_.sector_erases;
  json result = call(step);
  if (flash_.writes != writes) result["w"] = flash_.writes - writes;
  if (flash_.sector_erases != erases) result["e"] = flash_.sector_erases - erases;
  return result;
}

json NvsBoard::call(const json& step) {
  const auto op = step.at("op").get<std::string>();
  const auto key = step.value("k", std::string());
  const auto err = [](esp_err_t code) { return json{{"err", code}}; };
  if (op == "init") return err(service_->init("nvs"));
  if (op == "init_partition") return err(service_->init(step.at("part").get<std::string>()));
  if (op == "deinit") return err(service_->deinit("nvs"));
  if (op == "erase") return err(service_->erase("nvs"));
  if (op == "secure_init") return secure_init(step);
  if (op == "open" || op == "open_from") {
    nvs_handle_t handle = 0;
    const esp_err_t opened =
        service_->open(text_or(step, "part", "nvs"), step.at("ns").get<std::string>(),
                       static_cast<nvs_open_mode_t>(step.at("mode").get<int>()), handle);
    if (opened != ESP_OK) return err(opened);
    return {{"err", opened}, {"handle", handle}};
  }
  if (op == "close") {
    service_->close(handle_of(step));
    return json::object();
  }
  if (op == "commit") return err(service_->commit(handle_of(step)));
  if (op == "erase_all") return err(service_->erase_all(handle_of(step)));
  if (op == "purge_all") return err(service_->purge_all(handle_of(step)));
  if (op == "erase_key") return err(service_->erase_key(handle_of(step), key));
  if (op == "set") return set(step);
  if (op == "get") return get(step);
  if (op == "used") {
    std::size_t count = 0;
    const esp_err_t counted = service_->used_entries(handle_of(step), count);
    return {{"err", counted}, {"n", count}};
  }
  if (op == "find") {
    nvs_type_t type{};
    const esp_err_t found = service_->find_key(handle_of(step), key, &type);
    return found == ESP_OK ? json{{"err", found}, {"type", static_cast<int>(type)}} : err(found);
  }
  if (op == "stats") return stats(text_or(step, "part", "nvs"));
  if (op == "iter") {
    idf::NvsService::Walk steps;
    const bool is_for_all = step.at("ns").is_null();
    const std::string name = text_or(step, "ns", "");
    return walk(service_->begin_walk("nvs", is_for_all ? nullptr : name.c_str(),
                                     static_cast<nvs_type_t>(step.at("type").get<int>()), steps),
                steps);
  }
  if (op == "iter_h") {
    idf::NvsService::Walk steps;
    return walk(service_->begin_walk(handle_of(step),
                                     static_cast<nvs_type_t>(step.at("type").get<int>()), steps),
                steps);
  }
  if (op == "reboot") {
    reboot();
    return json::object();
  }
  if (op == "poke") {
    const auto bytes = from_hex(step.at("hex").get<std::string>());
    std::copy(bytes.begin(), bytes.end(),
              flash_.partition().begin() + step.at("off").get<std::ptrdiff_t>());
    return json::object();
  }
  throw std::runtime_error("unknown step " + op);
}

json NvsBoard::secure_init(const json& step) {
  const auto bytes = from_hex(step.at("keys").get<std::string>());
  nvs_sec_cfg_t keys{};
  std::copy_n(bytes.begin(), NVS_KEY_SIZE, std::as_writable_bytes(std::span(keys.eky)).begin());
  std::copy_n(bytes.begin() + NVS_KEY_SIZE, NVS_KEY_SIZE,
              std::as_writable_bytes(std::span(keys.tky)).begin());
  return {{"err", service_->init("nvs", &keys)}};
}

json NvsBoard::set(const json& step) {
  const auto type = step.at("t").get<std::string>();
  const auto key = step.at("k").get<std::string>();
  const nvs_handle_t handle = handle_of(step);
  if (type == "str" || type == "blob") {
    const auto value = generated_value(step.at("n"), step.at("s"), type == "str");
    return {{"err", type == "str" ? service_->set_string(handle, key, value)
                                  : service_->set_blob(handle, key, value)}};
  }
  const auto text = step.at("v").get<std::string>();
  if (type == "float") {
    return {{"err", service_->set_float(handle, key, std::strtof(text.c_str(), nullptr))}};
  }
  if (type == "double") {
    return {{"err", service_->set_double(handle, key, std::strtod(text.c_str(), nullptr))}};
  }
  const NvsType scalar = types().at(type);
  return {{"err", service_->set_scalar(handle, key, scalar, scalar_value(scalar, text))}};
}

json NvsBoard::get(const json& step) {
  const auto type = step.at("t").get<std::string>();
  if (type == "str" || type == "blob") return get_payload(step, type == "str");
  const NvsType scalar = types().at(type);
  std::vector<std::byte> value(formats::scalar_bytes(scalar));
  const esp_err_t got =
      service_->get_scalar(handle_of(step), step.at("k").get<std::string>(), scalar, value);
  if (got != ESP_OK) return {{"err", got}};
  return {{"err", got}, {"data", value_text(value, true)}};
}

json NvsBoard::get_payload(const json& step, bool is_string) {
  const int room = step.at("cap");
  const auto key = step.at("k").get<std::string>();
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::max(room, 0)));
  std::size_t length = buffer.size();
  std::size_t* length_pointer = room == -2 ? nullptr : &length;
  std::byte no_bytes{};
  void* into = buffer.empty() ? &no_bytes : buffer.data();
  if (room < 0) into = nullptr;
  const esp_err_t got = is_string ? service_->get_string(handle_of(step), key, into, length_pointer)
                                  : service_->get_blob(handle_of(step), key, into, length_pointer);
  json result = {{"err", got}, {"len", length}};
  if (got == ESP_OK && room >= 0) {
    result["data"] = value_text(Bytes(buffer).first(length), false);
  }
  return result;
}

json NvsBoard::stats(const std::string& label) {
  nvs_stats_t counted{};
  const esp_err_t got = service_->stats(label, counted);
  return {{"err", got},
          {"used", counted.used_entries},
          {"free", counted.free_entries},
          {"avail", counted.available_entries},
          {"total", counted.total_entries},
          {"ns", counted.namespace_count}};
}

json NvsBoard::walk(esp_err_t begun, idf::NvsService::Walk& steps) {
  json items = json::array();
  if (begun != ESP_OK) return {{"err", begun}, {"items", items}};
  esp_err_t got = service_->next(steps);
  const esp_err_t first = got;
  for (; got == ESP_OK; got = service_->next(steps)) {
    items.push_back({steps.info.namespace_name, steps.info.key, static_cast<int>(steps.info.type)});
  }
  return {{"err", first}, {"items", items}};
}

json NvsBoard::value_seen(nvs_handle_t handle, const std::string& key) {
  nvs_type_t type{};
  if (service_->find_key(handle, key, &type) != ESP_OK) return nullptr;
  if (type == NVS_TYPE_STR || type == NVS_TYPE_BLOB) {
    const bool is_string = type == NVS_TYPE_STR;
    const char* name = is_string ? "str" : "blob";
    const auto get = [&](void* into, std::size_t* length) {
      return is_string ? service_->get_string(handle, key, into, length)
                       : service_->get_blob(handle, key, into, length);
    };
    std::size_t length = 0;
    esp_err_t got = get(nullptr, &length);
    std::vector<std::byte> value(length + 1);
    if (got == ESP_OK) got = get(value.data(), &length);
    if (got != ESP_OK) return {name, got};
    return {name, length, value_text(Bytes(value).first(length), false)};
  }
  for (const auto& [name, scalar] : types()) {
    if (static_cast<int>(scalar) != static_cast<int>(type)) continue;
    std::vector<std::byte> value(formats::scalar_bytes(scalar));
    const esp_err_t got = service_->get_scalar(handle, key, scalar, value);
    if (got != ESP_OK) return {name, got};
    return {name, value_text(value, true)};
  }
  return {"unknown", static_cast<int>(type)};
}

json NvsBoard::look(const json& namespaces, const json& keys) {
  json seen;
  const std::uint64_t writes = flash_.writes;
  const std::uint64_t erases = flash_.sector_erases;
  seen["init"] = service_->init("nvs");
  seen["w"] = flash_.writes - writes;
  seen["e"] = flash_.sector_erases - erases;
  seen["img"] = image_hash();
  json content = json::array();
  for (const json& name : namespaces) {
    nvs_handle_t handle = 0;
    const esp_err_t opened = service_->open("nvs", name.get<std::string>(), NVS_READONLY, handle);
    if (opened != ESP_OK) {
      content.push_back({name, nullptr, opened});
      continue;
    }
    for (const json& key : keys) {
      const json value = value_seen(handle, key.get<std::string>());
      if (value.is_null()) continue;
      json row = {name, key};
      row.insert(row.end(), value.begin(), value.end());
      content.push_back(row);
    }
    std::size_t count = 0;
    (void)service_->used_entries(handle, count);
    content.push_back({name, "#used", count});
    service_->close(handle);
  }
  seen["content"] = content;
  const json counted = stats("nvs");
  seen["stats"] = {counted["used"], counted["free"], counted["avail"], counted["total"],
                   counted["ns"]};
  seen["img_after_reads"] = image_hash();
  return seen;
}

}  // namespace rota::conformance
