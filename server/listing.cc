#include "server/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace rota::server {
namespace {

constexpr std::size_t kColumns = 100;

std::string html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// The end of a long path tells more than its beginning.
std::string fitted(std::string_view text, std::size_t width) {
  if (text.size() <= width) return std::string(text);
  return "..." + std::string(text.substr(text.size() - (width - 3)));
}

std::string cut(std::string_view text, std::size_t width) {
  if (text.size() <= width) return std::string(text);
  return std::string(text.substr(0, width - 3)) + "...";
}

// Breaks a sentence into lines of `width`, each led by `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  const std::size_t room = width - indent;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > room) {
      end = text.rfind(' ', room);
      if (end == std::string_view::npos || end == 0) end = room;
    }
    out += std::string(indent, ' ') + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(end);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return out;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return clean;
}

std::string kind_of(const CatalogEntry& entry) {
  if (entry.is_damaged) return "damaged app";
  if (!entry.is_served && entry.sha256.empty()) return "not served";
  if (entry.kind == formats::ContentKind::kAppImage) return "app";
  if (entry.kind == formats::ContentKind::kNativeImage) return "native app";
  std::string_view name = formats::name_of(entry.kind);
  for (const std::string_view article : {"a ", "an "}) {
    if (name.starts_with(article)) return std::string(name.substr(article.size()));
  }
  return std::string(name);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} B", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.0f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string path_in_url(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    const auto value = static_cast<unsigned char>(c);
    if (std::isalnum(value) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos) {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", value);
    }
  }
  return escaped;
}

std::string listing_as_table(const Entries& entries, bool is_pretty) {
  if (entries.empty()) return {};
  std::size_t width = 4;
  for (const auto& [path, entry] : entries) width = std::max(width, path.size());
  width = std::min<std::size_t>(width, 34);
  const std::string_view bold = is_pretty ? "\x1b[1m" : "";
  const std::string_view yellow = is_pretty ? "\x1b[33m" : "";
  const std::string_view plain = is_pretty ? "\x1b[0m" : "";
  std::string out = fmt::format("{}{:<{}} {:<14} {:<16} {:<9} {:>7}  SHA-256{}\n", bold, "File",
                                width, "Version", "Project", "Chip", "Size", plain);
  for (const auto& [path, entry] : entries) {
    // What is no app has no version: its kind takes both columns.
    const bool is_app = entry.is_app() && !entry.is_damaged;
    const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
    const std::string what = is_app ? fmt::format("{:<14} {}", cut(or_dash(entry.version), 14),
                                                  cut(or_dash(entry.project), 16))
                                    : cut(kind_of(entry), 31);
    std::string row =
        fmt::format("{:<{}} {:<31} {:<9} {:>7}  {}", fitted(clean_text(path), width), width, what,
                    entry.chip, size_text(entry.bytes), entry.sha256.substr(0, 12));
    while (row.ends_with(' ')) row.pop_back();
    out += row + "\n";
    if (entry.note.empty()) continue;
    out += std::string(yellow) + wrapped(clean_text(entry.note), 4, kColumns) + std::string(plain);
  }
  return out;
}

std::string listing_as_html(const Entries& entries, const std::vector<std::string>& complaints) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Rota: firmware "
      "images</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n<style>body{"
      "font:16px system-ui,sans-serif;margin:2em}table{border-collapse:collapse}th,td{text-align:"
      "left;padding:.3em 1em .3em 0;vertical-align:top}td.n{text-align:right}code,.note{font-size:"
      ".85em}.note{color:#a40}</style></head>\n<body><h1>Firmware images</h1>\n";
  if (entries.empty()) {
    out +=
        "<p>Nothing is served yet: put an image (.bin) into the folder and load this page "
        "again.</p>\n";
  } else {
    out += "<table><tr><th>File<th>Kind<th>Version<th>Project<th>Chip<th>Bytes<th>SHA-256</tr>\n";
  }
  for (const auto& [path, entry] : entries) {
    const std::string name = html(clean_text(path));
    const std::string link =
        entry.is_served ? fmt::format("<a href=\"/{}\">{}</a>", path_in_url(path), name) : name;
    const std::string note = entry.note.empty()
                                 ? std::string()
                                 : fmt::format("<div class=\"note\">{}</div>", html(entry.note));
    out += fmt::format(
        "<tr><td>{}{}<td>{}<td>{}<td>{}<td>{}<td class=\"n\">{}<td><code>{}</code>"
        "</tr>\n",
        link, note, html(kind_of(entry)), html(entry.version), html(entry.project),
        html(entry.chip), entry.bytes, entry.sha256.substr(0, 16));
  }
  if (!entries.empty()) out += "</table>\n";
  for (const std::string& complaint : complaints) {
    out += fmt::format("<p class=\"note\">{}</p>\n", html(clean_text(complaint)));
  }
  return out + "<p><a href=\"/?format=json\">as JSON</a></p></body></html>\n";
}

std::string listing_as_json(const Entries& entries) {
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const auto& [path, entry] : entries) {
    nlohmann::ordered_json file = {{"path", path},
                                   {"url", entry.is_served ? "/" + path_in_url(path) : ""},
                                   {"kind", kind_of(entry)},
                                   {"served", entry.is_served},
                                   {"bytes", entry.bytes},
                                   {"sha256", entry.sha256},
                                   {"version", entry.version},
                                   {"project", entry.project},
                                   {"chip", entry.chip},
                                   {"note", entry.note}};
    files.push_back(std::move(file));
  }
  const nlohmann::ordered_json all = {{"files", std::move(files)}};
  // File names may hold bytes that are no UTF-8.
  return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace rota::server
